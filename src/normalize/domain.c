/*
 * domain.c
 *		Find the host in the text of a CRM field.
 *
 * The first 64 bytes, which hold the host nearly always, are read 16 at a time
 * into three masks: where host characters end, where dots and where capitals
 * are. All decisions are made on the few bytes that are not host characters. A
 * host that needs no change is never copied.
 */
#include "normalize/domain.h"

#include <string.h>

#include "normalize/fold.h"
#include "normalize/host.h"
#include "normalize/idna.h"
#include "normalize/scan.h"

/* The text at hand, and what is known of its first 64 bytes */
typedef struct scan
{
	const char *text;
	size_t		len;
	window		w;
	size_t		direct;			/* a host that ends here or before needs no copy */
	bool		folded;
	unsigned	flags;			/* ACM_MATCH_HOST */
	acm_domain *d;
	acm_explain_step step;		/* NULL unless explaining */
	void	   *arg;
} scan;

/* One candidate: the bytes that may be a host */
typedef struct candidate
{
	size_t		start;
	size_t		end;
	bool		odd;			/* holds other than host characters */
	unsigned	by_url;			/* ACM_BY_URL if a scheme or // stood before it */
} candidate;

#define NONE SIZE_MAX

static inline unsigned
class_at(const scan *s, size_t pos)
{
	return class_of[(unsigned char) s->text[pos]];
}

/*
 * A host character in lower case.
 */
static inline char
lower(char c)
{
	return (char) (c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/*
 * The first position from pos on that holds no host character, or the end.
 */
static inline size_t
next_other(const scan *s, size_t pos)
{
	if (pos < WINDOW)
	{
		uint64_t	rest = s->w.other >> pos;

		if (rest != 0)
		{
			pos += (size_t) __builtin_ctzll(rest);
			return pos < s->len ? pos : s->len;
		}
		pos = WINDOW;
	}
	while (pos < s->len && class_at(s, pos) == HOST)
		pos++;
	return pos;
}

/*
 * Settle a host that is not ready in the window: copy it lower-cased, or, if
 * it holds other than host characters, decode, trim and map it first.
 */
static __attribute__((noinline)) acm_host_fault
settle_copy(scan *s, const candidate *c)
{
	char		raw[ACM_IDNA_MAX];
	char		name[ACM_HOST_BUF];
	const char *from = s->text + c->start;
	char	   *buf = s->d->buf;
	size_t		len = c->end - c->start;

	if (len > sizeof(raw))
		return ACM_HOST_LONG;
	if (c->odd)
	{
		bool		high = false;
		bool		decoded = false;
		size_t		n = 0;

		for (size_t i = 0; i < len; i++)
		{
			unsigned	byte = (unsigned char) from[i];
			int			digit[2] = {-1, -1};

			for (size_t j = 0; j < 2 && byte == '%' && i + 2 < len; j++)
			{
				char		x = from[i + 1 + j];

				digit[j] = x >= '0' && x <= '9' ? x - '0' :
					(x | 0x20) >= 'a' && (x | 0x20) <= 'f' ? (x | 0x20) - 'a' + 10 : -1;
			}
			if (digit[0] >= 0 && digit[1] >= 0)
			{
				byte = (unsigned) (digit[0] * 16 + digit[1]);
				i += 2;
				decoded = true;

				/* control characters stray into text, but not in this form */
				if (byte < 0x20 || byte == 0x7F)
					return ACM_HOST_CHARACTER;
			}
			high = high || class_of[byte] == FOLD;
			raw[n++] = (char) byte;
		}
		if (high)
			n = acm_fold_text(raw, n, raw);

		/* what was encoded twice is no host */
		if (decoded && memchr(raw, '%', n) != NULL)
			return ACM_HOST_CHARACTER;
		from = raw;
		while (n > 0 && (class_of[(unsigned char) *from] == ODD ||
						 class_of[(unsigned char) *from] == SPACE))
			from++, n--;
		while (n > 0 && (class_of[(unsigned char) from[n - 1]] == ODD ||
						 class_of[(unsigned char) from[n - 1]] == SPACE || from[n - 1] == '.'))
			n--;
		len = n;
		high = false;
		for (size_t i = 0; i < len; i++)
			high = high || (unsigned char) from[i] >= 0x80;
		if (high)
		{
			int			mapped = acm_idna_to_ascii(from, (int) len, name, sizeof(name));

			/* joiners stay where they join, and are noise elsewhere */
			if (mapped < 0)
			{
				n = acm_drop_joiners(raw + (from - raw), len);
				if (n < len)
					mapped = acm_idna_to_ascii(from, (int) n, name, sizeof(name));
			}
			if (mapped < 0)
				return ACM_HOST_IDNA;
			from = name;
			len = (size_t) mapped;
		}
	}

	if (len == 0)
		return ACM_HOST_EMPTY;
	if (len >= ACM_HOST_BUF)
		return ACM_HOST_LONG;
	for (size_t i = 0; i < len; i++)
	{
		char		b = from[i];

		if (class_of[(unsigned char) b] != HOST)
			return ACM_HOST_CHARACTER;
		buf[i] = lower(b);
	}
	return acm_host_settle(s->d, buf, 0, (int) len, acm_host_dots(buf, (int) len),
						   c->by_url | s->flags, s->step, s->arg);
}

/*
 * Settle an IPv6 address in brackets, as in [::1] or jo@[IPv6:::1].
 */
static acm_host_fault
settle_brackets(scan *s, const candidate *c)
{
	const char *from = s->text + c->start + 1;
	const char *close = memchr(from, ']', c->end - c->start - 1);
	size_t		len;
	uint16_t	piece[8];
	acm_domain *d = s->d;

	if (close == NULL)
		return ACM_HOST_CHARACTER;
	len = (size_t) (close - from);
	if (len > 5 && (from[0] | 0x20) == 'i' && (from[1] | 0x20) == 'p' &&
		(from[2] | 0x20) == 'v' && from[3] == '6' && from[4] == ':')
	{
		from += 5;
		len -= 5;
	}
	if (len > 45 || !acm_ipv6_parse(from, (int) len, piece))
		return ACM_HOST_CHARACTER;
	d->kind = ACM_DOMAIN_IP;
	d->host = d->buf;
	d->host_len = (int16_t) acm_ipv6_print(piece, d->buf);
	d->suffix_off = d->reg_off = d->match_off = -1;
	if (s->step)
		s->step(s->arg, "class ip: an IPv6 address", d->host, d->host_len);
	return ACM_HOST_OK;
}

/*
 * Settle a candidate: where it stands, if it is in the window and needs no
 * change; else a copy. A folded text does not outlive the call, and a short one has not the
 * 8 bytes that acm_host_settle may read.
 */
static inline acm_host_fault
settle(scan *s, const candidate *c)
{
	size_t		len = c->end - c->start;

	if (len == 0)
		return ACM_HOST_EMPTY;
	if (c->end <= s->direct && !c->odd)
	{
		uint64_t	mask = ((uint64_t) 1 << len) - 1;
		uint64_t	dots = s->w.dots >> c->start & mask;

		if (dots == 0 && !c->by_url)
			return ACM_HOST_SINGLE;
		if ((s->w.capitals >> c->start & mask) == 0)
			return acm_host_settle(s->d, s->text, (int) c->start, (int) len, dots,
								   c->by_url | s->flags, s->step, s->arg);
		for (size_t i = 0; i < len; i++)
			s->d->buf[i] = lower(s->text[c->start + i]);
		return acm_host_settle(s->d, s->d->buf, 0, (int) len, dots,
							   c->by_url | s->flags, s->step, s->arg);
	}
	return settle_copy(s, c);
}

/*
 * Tell that a candidate was tried, and why it is no host.
 */
static void
explain_candidate(const scan *s, const candidate *c, acm_host_fault fault)
{
	static const char *const text[] = {
		[ACM_HOST_OK] = "host",
		[ACM_HOST_WEAK] = "host, unless a better one follows: top-level domain not on the list, or a short number",
		[ACM_HOST_EMPTY] = "no host: empty",
		[ACM_HOST_SINGLE] = "no host: a single label",
		[ACM_HOST_EMPTY_LABEL] = "no host: an empty label",
		[ACM_HOST_LONG_LABEL] = "no host: a label of more than 63 bytes",
		[ACM_HOST_LONG] = "no host: more than 253 bytes",
		[ACM_HOST_CHARACTER] = "no host: a character that no host can hold",
		[ACM_HOST_IDNA] = "no host: not valid under UTS-46, Unicode 15.0",
		[ACM_HOST_NUMBER] = "no host: ends in a number, but is no IPv4 address",
		[ACM_HOST_SHORT_TLD] = "no host: a top-level domain of one letter",
		[ACM_HOST_RESERVED] = "no host: a name that the global DNS does not know"
	};

	s->step(s->arg, text[fault], s->text + c->start, (int) (c->end - c->start));
}

/*
 * Settle a candidate, and explain: first the candidate, then what it gave.
 */
static __attribute__((noinline, cold)) acm_host_fault
settle_explained(scan *s, const candidate *c, bool brackets)
{
	scan		quiet = *s;
	acm_host_fault fault;

	quiet.step = NULL;
	fault = brackets ? settle_brackets(&quiet, c) : settle(&quiet, c);
	explain_candidate(s, c, fault);
	if (fault != ACM_HOST_OK)
		return fault;
	return brackets ? settle_brackets(s, c) : settle(s, c);
}

/* How a search ended */
typedef enum outcome
{
	FOUND,
	NOTHING,
	NEEDS_FOLD					/* met a byte that has to be folded first */
} outcome;

/*
 * Move *pos behind the value that it is in; false if a byte is met that has to
 * be folded first. Of a URL, a list separator belongs to the path.
 */
static bool
skip_value(const scan *s, size_t *pos, unsigned by_url)
{
	size_t		p = *pos;

	for (; p < s->len; p++)
	{
		unsigned	class = class_at(s, p);

		if (class == SPACE || (class == LIST && !by_url))
			break;
		if (class == FOLD && !s->folded)
			return false;
	}
	*pos = p;
	return true;
}

/*
 * Search the text, value by value.
 */
static outcome
search(scan *s)
{
	size_t		pos = 0;
	unsigned	by_url = 0;
	int			slashes = 0;
	bool		weak = false;
	candidate	best = {0, 0, false, 0};

	while (pos < s->len)
	{
		unsigned	class = class_at(s, pos);
		candidate	c;
		size_t		end = pos;
		size_t		colon = NONE;
		bool		brackets;
		acm_host_fault fault;

		if (class == SPACE || class == LIST)
		{
			by_url = 0;
			slashes = 0;
			pos++;
			continue;
		}
		if (class == SLASH)
		{
			if (++slashes == 2)
				by_url = ACM_BY_URL;
			pos++;
			continue;
		}

		/* the authority: [pos, end), its host behind the last @, before a : */
		c.start = pos;
		c.odd = false;
		c.by_url = by_url;
		for (;;)
		{
			end = next_other(s, end);
			class = end < s->len ? class_at(s, end) : SPACE;
			if (class == COLON)
			{
				if (end + 2 < s->len && class_at(s, end + 1) == SLASH && class_at(s, end + 2) == SLASH)
					break;
				if (colon == NONE)
					colon = end;
			}
			else if (class == AT)
			{
				c.start = end + 1;
				c.odd = false;
				colon = NONE;
			}
			else if (class == ODD)
				c.odd = true;
			else if (class == FOLD)
			{
				if (!s->folded)
					return NEEDS_FOLD;
				c.odd = true;
			}
			else
				break;
			end++;
		}
		if (class == COLON)
		{
			/* a scheme */
			pos = end + 3;
			by_url = ACM_BY_URL;
			continue;
		}

		brackets = colon != NONE && s->text[c.start] == '[';
		c.end = colon != NONE && !brackets ? colon : end;
		if (s->step)
			fault = settle_explained(s, &c, brackets);
		else
			fault = brackets ? settle_brackets(s, &c) : settle(s, &c);
		if (fault == ACM_HOST_OK)
			return FOUND;
		if (fault == ACM_HOST_WEAK)
		{
			if (!weak)
				best = c;
			weak = true;
		}
		else if (!brackets && colon != NONE && (colon + 1 < end || class == SLASH) &&
				 colon - c.start != 1)
		{
			/* "Website:acme.com", "http:/acme.com", but not the drive of "C:\acme.com" or a port */
			pos = colon + 1;
			by_url = 0;
			continue;
		}
		else if (!brackets && class == SLASH && end + 1 < s->len && class_at(s, end + 1) == SLASH)
		{
			/* "http//acme.com", "http://https://acme.com" */
			pos = end;
			slashes = 0;
			continue;
		}
		if (!skip_value(s, &end, by_url))
			return NEEDS_FOLD;
		pos = end;
	}
	if (!weak)
		return NOTHING;
	if (s->step)
		s->step(s->arg, "no better host follows", s->text + best.start, (int) (best.end - best.start));
	settle(s, &best);
	return FOUND;
}

/*
 * Try the forms that most values have: a host, word@host or word://host, up to
 * the end, a path or the next value; before it nothing, or words. They are told
 * from the run of host characters around the first dot. What is found is what
 * search would find; false leaves the text to that.
 */
static inline bool
found_at_once(scan *s)
{
	const char *t = s->text;
	unsigned	dot;
	unsigned	start;
	unsigned	end;
	unsigned	class;
	unsigned	last;
	unsigned	mail;
	unsigned	url;
	uint64_t	before;
	uint64_t	mask;

	if (s->w.dots == 0 || s->direct == 0)
		return false;
	dot = (unsigned) __builtin_ctzll(s->w.dots);
	if (s->w.other >> dot == 0)
		return false;
	before = s->w.other & (((uint64_t) 1 << dot) - 1);
	start = 63 - (unsigned) __builtin_clzll(before << 1 | 1);
	end = dot + (unsigned) __builtin_ctzll(s->w.other >> dot);
	mask = ((uint64_t) 1 << (end - start)) - 1;

	/* & and not &&: which form it is cannot be foreseen */
	last = end - (end == s->len);
	class = (unsigned) 1 << class_at(s, last) | (unsigned) (end == s->len) << SPACE;
	if ((class & (1 << SPACE | 1 << LIST | 1 << SLASH | 1 << QUERY)) == 0 ||
		(s->w.capitals >> start & mask) != 0)
		return false;
	last = start < 3 ? 0 : start - 3;
	url = (unsigned) (start >= 3) & (unsigned) (t[last] == ':') & (unsigned) (t[last + 1] == '/') &
		(unsigned) (t[last + 2] == '/');
	mail = (unsigned) (start > 0) & (unsigned) (t[start - (start > 0)] == '@');
	before &= ~((uint64_t) (mail | url * 7) << ((start - (mail | url * 3)) & 63));
	for (; before != 0; before &= before - 1)
	{
		class = class_at(s, (size_t) __builtin_ctzll(before));
		if (class != SPACE && class != LIST)
			return false;
	}
	return acm_host_settle(s->d, t, (int) start, (int) (end - start), s->w.dots >> start & mask,
						   url * ACM_BY_URL | s->flags, NULL, NULL) == ACM_HOST_OK;
}

/*
 * Fold the text and search that.
 */
static __attribute__((noinline)) outcome
search_folded(scan *s)
{
	char		folded[ACM_INPUT_MAX];

	s->len = acm_fold_text(s->text, s->len, folded);
	s->text = folded;
	s->folded = true;
	s->direct = 0;
	if (s->step)
		s->step(s->arg, "white space, quotes, fullwidth and invisible characters folded", folded, (int) s->len);
	acm_read_window(s->text, s->len, &s->w);
	return search(s);
}

/*
 * Read the first valid host in the text.
 */
static void
parse(const char *text, size_t len, acm_domain *d, unsigned flags, acm_explain_step step,
	  void *arg)
{
	scan		s;
	outcome		found = NOTHING;

	s.text = text;
	s.len = len;
	s.folded = false;
	s.direct = (WINDOW - 1) & -(size_t) (len >= 8);
	s.flags = flags;
	s.d = d;
	s.step = step;
	s.arg = arg;
	if (len <= ACM_INPUT_MAX)
	{
		acm_read_window(text, len, &s.w);
		if (step == NULL)
		{
			if (found_at_once(&s))
				return;
			found = search(&s);
		}
		else
		{
			/* whether to fold first is known before anything is told */
			s.step = NULL;
			found = search(&s);
			s.step = step;
			if (found != NEEDS_FOLD)
				found = search(&s);
		}
		if (found == NEEDS_FOLD)
			found = search_folded(&s);
	}
	if (found != FOUND)
	{
		d->kind = ACM_DOMAIN_INVALID;
		d->host = d->buf;
		d->host_len = 0;
		d->suffix_off = d->reg_off = d->match_off = -1;
	}
}

void
acm_domain_parse(const char *text, size_t len, acm_domain *d)
{
	parse(text, len, d, ACM_MATCH_HOST, NULL, NULL);
}

void
acm_domain_parse_registrable(const char *text, size_t len, acm_domain *d)
{
	parse(text, len, d, 0, NULL, NULL);
}

void
acm_domain_explain(const char *text, size_t len, acm_domain *d, acm_explain_step step, void *arg)
{
	if (len > ACM_INPUT_MAX)
		step(arg, "no host: input over 8 kB", NULL, 0);
	else
		step(arg, "input", text, (int) len);
	parse(text, len, d, ACM_MATCH_HOST, step, arg);
	if (d->kind == ACM_DOMAIN_INVALID)
		step(arg, "class invalid: no valid host in the text", NULL, 0);
}
