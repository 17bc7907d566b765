/*
 * evidence.c
 *		Evidence in words.
 */
#include "compat.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "normalize/company.h"
#include "overlap/blinded_columns.h"
#include "overlap/evidence.h"

/*
 * What there is to say of each verdict. In a sentence, %k stands for our key,
 * %t for theirs. The confidence is the share of right pairs that the verdict
 * had on the lists of test/bench, rounded down.
 */
static const struct
{
	const char *sentence;
	const char *reason;
	float		confidence;
}			verdicts[ACM_NVERDICTS] =
{
	[ACM_PINNED] = {"You pinned this pair.", "pinned", 1.0f},
	[ACM_SAME_ID] = {"Both have the identifier %k.", "same identifier", 0.99f},
	[ACM_SAME_HOST] = {"Both have the domain %k.", "same domain", 0.99f},
	[ACM_SAME_HOST_SIMILAR_NAME] = {"Both have the domain %k, which several share, and their names agree.",
	"same domain and similar name", 0.9f},
	[ACM_SAME_SITE_SAME_NAME] = {"Both have the name %k, on two hosts of one domain.",
	"same name below one domain", 0.99f},
	[ACM_SAME_NAME] = {"Both have the name %k, and no domain or country speaks against it.", "same name", 0.98f},
	[ACM_SAME_COMMON_NAME] = {"Both have the name %k, as others have too, but it stands once in each list.",
	"same name, which others have too", 0.96f},
	[ACM_SAME_BLINDED_NAME] = {"Both have the blinded name %k, which stands once in each list.",
	"same blinded name, once in each list", 0.98f},
	[ACM_SAME_NAME_LABEL] = {"Both have the name %k, and the domain of one speaks for it.",
	"same name, and a domain that speaks for it", 0.95f},
	[ACM_SAME_NAME_COUNTRY] = {"Both have the name %k and are in the same country.",
	"same name and country", 0.95f},
	[ACM_WORD_ORDER] = {"Both names have the same words in another order: %k, %t.", "same words in another order", 0.97f},
	[ACM_LABEL_IS_NAME] = {"The name of one is the domain of the other: %k, %t.", "the domain is the name", 0.94f},
	[ACM_TYPO] = {"The names %k and %t differ by a typing error.", "typing error", 0.95f},
	[ACM_WEAK_TYPO] = {"The names %k and %t may differ by a typing error.", "perhaps a typing error", 0.8f},
	[ACM_INITIALS] = {"The domain of one has the initials of the other's name, in the same country: %k, %t.",
	"the domain has the initials, same country", 0.8f},
	[ACM_HANDLE] = {"The social page of one is called like the other's domain: %k, %t.",
	"the social page is called like the domain", 0.9f},
	[ACM_FAMILY] = {"Parent and subsidiary by your aliases: %k.", "parent and subsidiary", 1.0f},
	[ACM_BLOCKED] = {NULL, "blocked", 0},
	[ACM_IDS_DIFFER] = {NULL, "identifiers differ", 0},
	[ACM_DOMAINS_DIFFER] = {NULL, "different domains", 0},
	[ACM_COUNTRIES_DIFFER] = {NULL, "different countries", 0},
	[ACM_HOST_CROWDED] = {NULL, "domain shared by %u names", 0},
	[ACM_NAME_COMMON] = {NULL, "a name of which there are many", 0},
	[ACM_NAME_BLINDED] = {NULL, "blinded name that several accounts of a list have", 0},
	[ACM_NAME_SEVERAL] = {NULL, "name borne by several companies", 0},
	[ACM_NOT_BEST] = {NULL, "another candidate is as good", 0}
};

/* A key as text: a name with its blanks */
static char *
key_text(acm_kind kind, const acm_key *key)
{
	if (kind == ACM_KIND_NAME)
	{
		char	   *name = palloc(ACM_NAME_BUF);

		acm_name_words(key, name);
		return name;
	}
	return pnstrdup(key->bytes, key->len);
}

/* The key of a side that the evidence rests on */
char *
acm_evidence_key(const acm_engine *engine, const acm_evidence *e, int side, const acm_record *record)
{
	acm_kind	kind = acm_rule_kind(e->rule);
	acm_key		key;

	if (e->link[side] == ACM_NO_KEY)
		return NULL;
	acm_record_key(&engine->list[side], record, kind, e->link[side], &key);
	return key_text(kind, &key);
}

/* The key of a side as a match shows it; see the header */
char *
acm_shown_key(const acm_engine *engine, const acm_evidence *e, int side, const acm_record *const records[2])
{
	char	   *key = acm_evidence_key(engine, e, side, records[side]);
	const char *value;

	if (key == NULL)
		return NULL;
	value = (acm_rule_kind(e->rule) == ACM_KIND_ID) ? strchr(key, ':') + 1 : key;
	if (acm_key_blinded(value, strlen(value)))
		key = acm_evidence_key(engine, e, 1 - side, records[1 - side]);
	return key;
}

/* Why a match is one, in a sentence */
text *
acm_evidence_sentence(const acm_engine *engine, const acm_evidence *e, const acm_record *const records[2])
{
	StringInfoData s;

	initStringInfo(&s);
	if (e->rule == ACM_RULE_EMAIL && e->verdict == ACM_SAME_HOST)
		appendStringInfo(&s, "A contact's e-mail address and the other's domain or address agree: %s.",
						 acm_shown_key(engine, e, ACM_OURS, records));
	else
	{
		const char *rest = verdicts[e->verdict].sentence;
		const char *mark;

		/* %k and %t are all that follows a percent sign */
		while ((mark = strchr(rest, '%')) != NULL)
		{
			int			side = mark[1] == 'k' ? ACM_OURS : ACM_THEIRS;

			appendBinaryStringInfo(&s, rest, mark - rest);
			appendStringInfoString(&s, acm_shown_key(engine, e, side, records));
			rest = mark + 2;
		}
		appendStringInfoString(&s, rest);
	}
	return cstring_to_text_with_len(s.data, s.len);
}

/* Why evidence was accepted or rejected */
const char *
acm_evidence_reason(const acm_evidence *e)
{
	const char *reason = verdicts[e->verdict].reason;

	return e->verdict == ACM_HOST_CROWDED ? psprintf(reason, e->count) : reason;
}

/* How often evidence of its kind was right */
float
acm_evidence_confidence(const acm_evidence *e)
{
	return verdicts[e->verdict].confidence;
}

/* The keys that a row has for a rule */
char *
acm_row_keys(const acm_engine *engine, int side, uint32 row, acm_rule rule, const acm_record *record)
{
	const acm_list *list = &engine->list[side];
	acm_kind	kind = acm_rule_kind(rule);
	StringInfoData s;

	initStringInfo(&s);
	for (uint32 i = ACM_LINKS_OF(list, row, kind); i < ACM_LINKS_END(list, row, kind); i++)
	{
		acm_key		key;

		if (kind == ACM_KIND_DOMAIN &&
			(list->links[kind][i].tag == ACM_FROM_EMAIL) != (rule == ACM_RULE_EMAIL))
			continue;
		acm_record_key(list, record, kind, i, &key);
		appendStringInfo(&s, "%s%s", s.len > 0 ? ", " : "", key_text(kind, &key));
	}
	return s.len > 0 ? s.data : NULL;
}
