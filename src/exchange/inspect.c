/*
 * inspect.c
 *		What a file holds, and what a session has told, in words.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exchange/psi_int.h"

/* Who gets the lines */
typedef struct teller
{
	void		(*line) (void *arg, const char *text);
	void	   *arg;
} teller;

/* Tell a line */
static void __attribute__((format(printf, 2, 3)))
say(const teller *t, const char *format, ...)
{
	char		text[512];
	va_list		args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	t->line(t->arg, text);
}

static const char *const titles[] = {
	NULL, "offer", "blinded points of the answering side", "blinded points of the opening side, and its commitment",
	"commitment of the answering side", "tags of the opening side", "tags of the answering side",
	"confirmations of the opening side for the common rows", "confirmations and sealed details of the answering side for the common rows",
	"sealed details of the opening side for the common rows"
};

static const char *const modes[] = {
	NULL, "Both sides learn which accounts are common.",
	"Only the opening side learns which accounts are common, if the answering side follows the protocol.",
	"Only the answering side learns which accounts are common, if the opening side follows the protocol.",
	"Both sides learn only how many accounts are common, if they follow the protocol."
};

/* Append to a text, as far as it fits */
static void
append(char *text, size_t size, const char *s)
{
	size_t		len = strlen(text);

	snprintf(text + len, size - len, "%s%s", len ? ", " : "", s);
}

/* An offer */
static void
say_offer(const teller *t, acm_bytes file)
{
	acm_psi_terms terms;
	const uint8_t *nonce;
	uint32_t	counts[ACM_PSI_NKINDS];
	acm_bytes	label;
	const char *problem = acm_psi_read_offer(file, &terms, &nonce, counts, &label);
	char		text[200] = "";
	acm_buffer	clean = {.arena = acm_arena_new()};

	if (problem || clean.arena == NULL)
	{
		say(t, "This offer cannot be used: %s.", problem ? problem : "there is no memory");
		acm_arena_free(clean.arena);
		return;
	}
	/* whoever wrote the file chose these bytes */
	acm_psi_put_clean_text(&clean, label.data, label.len);
	if (!clean.failed)
		say(t, "It is made under the agreement labelled \"%.*s\".", (int) clean.len, (const char *) clean.data);
	acm_arena_free(clean.arena);
	say(t, "It holds terms, a random number and counts. It holds nothing of any account.");
	for (int kind = 0; kind < ACM_PSI_NKINDS; kind++)
		if (terms.kinds & (1u << kind))
			say(t, "The opening side brings %u keys of kind %s.", counts[kind], acm_psi_kind_name(kind));
	say(t, "%s", modes[terms.mode]);
	for (int attr = 0; attr < ACM_PSI_NATTRS; attr++)
		if (terms.reveal & (1u << attr))
			append(text, sizeof text, acm_psi_attr_name(attr));
	if (terms.reveal)
		say(t, "Of common accounts, and of no other, each side tells the other: %s. Sealed, in %u bytes for each common key.", text, terms.payload);
	else
		say(t, "Nothing else is told of any account.");
	say(t, "A host under which a list has more than %u names stays at home, and a name that more than %u accounts bear.",
		terms.domain_cap, terms.name_cap);
}

/* What is in the bodies of the other files */
static void
say_body(const teller *t, const acm_psi_head *head)
{
	switch (head->step)
	{
		case 2:
		case 3:
			say(t, "Each point is an account's key (an identifier, domain or name) under a secret of its sender's for this session alone.");
			say(t, "Without that secret nobody can tell which company a point stands for, the receiver included. Points are sorted: their order tells nothing.");
			say(t, "It does tell how many keys the sender has.");
			break;
		case 4:
			say(t, "It holds 32 bytes that fix what the answering side will say, and tell nothing of it.");
			break;
		case 5:
		case 6:
			say(t, "Each tag belongs to a point that the receiver sent. By them the receiver learns which of its own keys are common.");
			say(t, "Of keys that are not common a tag tells nothing.");
			break;
		default:
			say(t, "It concerns common keys alone. Details are sealed, one packet of fixed length for each common key, and only the other side can open them.");
			break;
	}
}

/* What a file holds */
void
acm_psi_describe(acm_bytes file, void (*line) (void *arg, const char *text), void *arg)
{
	teller		t = {line, arg};
	acm_psi_head head;
	const char *problem = acm_psi_read_head(file, &head);
	char		hex[2 * ACM_PUBLIC_LEN + 1];

	if (problem)
	{
		say(&t, "This file cannot be read: %s.", problem);
		return;
	}
	say(&t, "File %u of a private set intersection by accountmatch: %s.", head.step, titles[head.step]);
	acm_hex(head.from, ACM_PUBLIC_LEN, hex);
	say(&t, "It says that it is from the side with the public key %s.", hex);
	acm_hex(head.to, ACM_PUBLIC_LEN, hex);
	say(&t, "It is for the side with the public key %s.", hex);
	if (head.step > 1)
	{
		acm_hex(head.sid, ACM_SID_LEN, hex);
		say(&t, "Session %s, normalization epoch %u.", hex, head.epoch);
	}
	else
		say(&t, "Normalization epoch %u.", head.epoch);
	if (head.step == 1)
		say_offer(&t, file);
	else
		say_body(&t, &head);
	say(&t, "%llu bytes of content. Whether it is genuine shows when the receiving side takes it in.", (unsigned long long) head.body_len);
}

/* Facts about a session */
void
acm_psi_tell(const acm_psi *psi, acm_psi_facts *facts)
{
	memset(facts, 0, sizeof *facts);
	facts->role = psi->role;
	facts->step = psi->step;
	facts->finished = psi->finished;
	memcpy(facts->offer, psi->offer, sizeof facts->offer);
	memcpy(facts->taken, psi->taken, sizeof facts->taken);
	facts->terms = psi->terms;
	memcpy(facts->ours, psi->count[0], sizeof facts->ours);
	memcpy(facts->theirs, psi->count[1], sizeof facts->theirs);
	facts->knows_common = psi->knows_common;
	memcpy(facts->common, psi->common, sizeof facts->common);
}

/*
 * What a role knows once the file of a step has reached it: the first file
 * that tells it something new, by the mode.
 */
static const char *
known(const acm_psi_facts *facts, acm_psi_role role, uint32_t step)
{
	bool		opener = role == ACM_PSI_OPENER;
	bool		learns = facts->terms.mode == ACM_PSI_BOTH || facts->terms.mode == ACM_PSI_COUNT ||
		facts->terms.mode == (opener ? ACM_PSI_OPENER_LEARNS : ACM_PSI_ANSWERER_LEARNS);

	if (step >= (opener ? 8 : 9))
		return "Which keys are common, and of the accounts with them what the terms reveal.";
	if (learns && step >= (opener ? 6 : 5))
		return facts->terms.mode == ACM_PSI_COUNT ? "How many keys are common, and the sizes of both sets." :
			"Which of its own keys are common, and the sizes of both sets.";
	if (step >= (opener ? 2 : 1))
		return "The sizes of both sets.";
	return "Nothing of the other side.";
}

/* What we know */
const char *
acm_psi_we_know(const acm_psi_facts *facts)
{
	return known(facts, facts->role, facts->step);
}

/* What the other side knows, if it has our last file */
const char *
acm_psi_they_know(const acm_psi_facts *facts)
{
	return known(facts, ACM_PSI_OTHER(facts->role), facts->step);
}
