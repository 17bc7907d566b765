/*
 * host.c
 *		A host's public suffix, registrable domain, class and match host.
 *
 * All lists are one static hash table (gen_hosts.pl), searched label by label
 * from the right: https://publicsuffix.org/list/, "Algorithm".
 */
#include "normalize/host.h"

#include <string.h>

/* A name of the table; its slot is its identity */
typedef struct host_node
{
	uint16_t	parent;			/* slot of the name less its first label */
	uint16_t	flags;			/* HOST_... */
	uint32_t	label;			/* where host_label_pool has a label of over 8 bytes */
} host_node;

#include "normalize/generated/host_table.h"

/*
 * Load 8 bytes as a little-endian number.
 */
static inline uint64_t
load8(const char *s)
{
	uint64_t	v;

	memcpy(&v, s, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/*
 * Hash a label onto the hash of what stands to its right. For one h, labels of
 * up to 8 bytes have different hashes: each step is a bijection. Reads up to 7
 * bytes before the label.
 */
static inline uint64_t
label_hash(uint64_t h, const char *s, int len)
{
	while (len > 8)
	{
		h = (h ^ load8(s + len - 8)) * HOST_MULTIPLIER;
		h ^= h >> 32;
		len -= 8;
	}
	h = (h ^ load8(s + len - 8) >> (64 - 8 * len)) * HOST_MULTIPLIER;
	return h ^ h >> 32;
}

/*
 * Find the name that a label makes with its parent: its slot, or -1.
 */
static inline int
lookup(uint64_t h, int parent, const char *label, int len)
{
	uint32_t	slot = (uint32_t) ((h >> 32) * HOST_SLOTS >> 32);

	while (host_key[slot] < h)
		slot++;
	if (host_key[slot] != h || host_nodes[slot].parent != parent)
		return -1;
	if ((host_nodes[slot].flags & HOST_LONG) != 0 ?
		len <= 8 || memcmp(host_label_pool + host_nodes[slot].label, label, (size_t) len) != 0 :
		len > 8)
		return -1;
	return (int) slot;
}

/*
 * Where the label starts that ends before pos: behind the last dot, or 0.
 */
static inline int
label_start(const char *host, uint64_t dots, int pos)
{
	while (pos > 64)
	{
		if (host[pos - 1] == '.')
			return pos;
		pos--;
	}
	if (pos < 64)
		dots &= ((uint64_t) 1 << pos) - 1;
	return dots == 0 ? 0 : 64 - __builtin_clzll(dots);
}

/*
 * Whether a host's length and its labels' lengths are allowed. For a host of
 * up to 64 bytes with a dot no label can be too long.
 */
static inline acm_host_fault
check_lengths(const char *host, int len, uint64_t dots)
{
	int			start = 0;

	if (len <= 64)
		return (dots & (dots << 1 | 1)) != 0 ? ACM_HOST_EMPTY_LABEL : ACM_HOST_OK;
	if (len > 253)
		return ACM_HOST_LONG;
	for (int i = 0; i <= len; i++)
	{
		if (i < len && host[i] != '.')
			continue;
		if (i == start)
			return ACM_HOST_EMPTY_LABEL;
		if (i - start > 63)
			return ACM_HOST_LONG_LABEL;
		start = i + 1;
	}
	return ACM_HOST_OK;
}

/*
 * Whether the code of a country or a language; the table holds them with the
 * other generic labels.
 */
static inline bool
known_label(const char *label, int len)
{
	return lookup(label_hash(LABEL_SEED, label, len), HOST_LABELS, label, len) >= 0;
}

/*
 * Whether a leading label says nothing about who the host belongs to: one of
 * host_labels.txt, www and a number, or two codes (en-us, de_at).
 */
static bool
generic_label(const char *label, int len)
{
	if (known_label(label, len))
		return true;
	if (len > 3 && memcmp(label, "www", 3) == 0)
	{
		int			i = 3;

		while (i < len && label[i] >= '0' && label[i] <= '9')
			i++;
		return i == len;
	}
	if (len == 5 && (label[2] == '-' || label[2] == '_'))
	{
		/* a label is read with what stands before it: copy the first */
		char		code[ACM_HOST_PAD] = {0};

		memcpy(code + 8, label, 2);
		return known_label(code + 8, 2) && known_label(label + 3, 2);
	}
	return false;
}

/*
 * Settle a host whose last label starts with a digit, if it is an IPv4 address
 * or nothing at all.
 */
static acm_host_fault
settle_ipv4(acm_domain *d, int at, int len, bool by_url, acm_explain_step step, void *arg)
{
	uint32_t	ip;
	int			parts = acm_ipv4_parse(d->buf + at, len, &ip);

	if (parts == 0)
		return ACM_HOST_NUMBER;
	if (parts == 1 && !by_url)
		return ACM_HOST_SINGLE;
	d->kind = ACM_DOMAIN_IP;
	d->host = d->buf + ACM_HOST_PAD;
	d->host_len = (int16_t) acm_ipv4_print(ip, d->buf + ACM_HOST_PAD);
	d->suffix_off = d->reg_off = d->match_off = -1;
	if (step)
		step(arg, "class ip: an IPv4 address", d->host, d->host_len);
	return parts < 4 && !by_url ? ACM_HOST_WEAK : ACM_HOST_OK;
}

/* What the walk through the table found; offsets from the start of the host */
typedef struct suffix_walk
{
	int			suffix;			/* start of the public suffix */
	int			named;			/* start of the longest name with a class */
	unsigned	named_flags;
	unsigned	rule;			/* kind of the prevailing rule; 0 if the default */
	unsigned	tld;			/* flags of the top-level domain; 0 if not listed */
} suffix_walk;

/*
 * Walk from the last label, [start, len), to the left, as long as the table
 * has names below.
 */
static inline void
walk_suffix(const char *host, int len, int start, uint64_t dots, suffix_walk *w)
{
	uint64_t	h = HOST_SEED;
	int			node = HOST_ROOT;
	int			end = len;
	unsigned	above = 0;

	w->suffix = start;
	w->named = len;
	w->named_flags = w->rule = w->tld = 0;
	for (;;)
	{
		unsigned	flags = 0;

		h = label_hash(h, host + start, end - start);
		node = lookup(h, node, host + start, end - start);
		if (node >= 0)
			flags = host_nodes[node].flags;
		if (above & HOST_WILDCARD)
		{
			w->suffix = start;
			w->rule = above & (HOST_WILDCARD | HOST_PRIVATE_WILDCARD);
		}
		if (node < 0)
			return;
		if (end == len)
			w->tld = flags;
		if (flags & HOST_RULE)
		{
			w->suffix = start;
			w->rule = flags & (HOST_RULE | HOST_PRIVATE);
		}
		if (flags & HOST_EXCEPTION)
		{
			w->suffix = end + 1;
			w->rule = flags & (HOST_EXCEPTION | HOST_PRIVATE);
		}
		if (flags & (HOST_FREEMAIL | HOST_SHARED | HOST_SHARED_BELOW | HOST_RESERVED))
		{
			w->named = start;
			w->named_flags = flags;
		}
		if (start == 0 || (flags & (HOST_CHILDREN | HOST_WILDCARD)) == 0)
			return;
		above = flags;
		end = start - 1;
		start = label_start(host, dots, end);
	}
}

/*
 * Skip generic labels from the front of host, which has a label ending before
 * limit; returns where the first other label starts, or limit.
 */
static inline int
skip_generic(const char *host, int limit)
{
	int			start = 0;

	while (start < limit)
	{
		const char *dot = memchr(host + start, '.', (size_t) (limit - start));
		int			end = (int) (dot - host);

		if (!generic_label(host + start, end - start))
			break;
		start = end + 1;
	}
	return start;
}

/*
 * The class of a host that has a registrable domain.
 */
static inline acm_domain_kind
classify(const char *host, int reg, const suffix_walk *w)
{
	/* a class above the registrable domain is the suffix's, not the host's */
	if (w->named <= reg)
	{
		if ((w->named_flags & HOST_SHARED) != 0 ||
			((w->named_flags & HOST_SHARED_BELOW) != 0 && skip_generic(host, w->named) < w->named))
			return ACM_DOMAIN_SHARED;
		if (w->named_flags & HOST_FREEMAIL)
			return ACM_DOMAIN_FREEMAIL;
	}
	if (memcmp(host + reg, "www.", 4) == 0 && (w->rule & HOST_EXCEPTION) == 0)
		return ACM_DOMAIN_SHARED;
	return ACM_DOMAIN_COMPANY;
}

/*
 * Tell the steps from a settled host on.
 */
static void
explain_settled(const acm_domain *d, const suffix_walk *w, int stripped,
				acm_explain_step step, void *arg)
{
	const char *rule;

	if (stripped > 0)
		step(arg, "leading www. stripped", d->host, d->host_len);
	if (w->rule == 0)
		rule = "public suffix: not on the list, so the last label";
	else if (w->rule & HOST_EXCEPTION)
		rule = "public suffix: exception rule";
	else if (w->rule & HOST_WILDCARD)
		rule = w->rule & HOST_PRIVATE_WILDCARD ? "public suffix: wildcard rule, private section" :
			"public suffix: wildcard rule";
	else
		rule = w->rule & HOST_PRIVATE ? "public suffix: rule, private section" : "public suffix: rule";
	step(arg, rule, d->host + d->suffix_off, d->host_len - d->suffix_off);
	if (d->kind == ACM_DOMAIN_SUFFIX)
	{
		step(arg, "class suffix: nothing stands before the public suffix", d->host, d->host_len);
		return;
	}
	step(arg, "registrable domain: one label more", d->host + d->reg_off, d->host_len - d->reg_off);
	if (d->kind == ACM_DOMAIN_COMPANY)
	{
		step(arg, "class company: on no list of shared hosts or mail providers",
			 d->host + d->reg_off, d->host_len - d->reg_off);
		step(arg, d->match_off > 0 ? "match host: generic leading labels stripped" :
			 "match host: no generic leading label", d->host + d->match_off, d->host_len - d->match_off);
	}
	else if (w->named <= d->reg_off)
		step(arg, d->kind == ACM_DOMAIN_FREEMAIL ? "class freemail: a mail provider" :
			 w->named_flags & HOST_SHARED ? "class shared: one host of many" :
			 "class shared: one of many hosts below", d->host + w->named, d->host_len - w->named);
	else
		step(arg, "class shared: front page of a suffix's operator", d->host + d->reg_off,
			 d->host_len - d->reg_off);
}

acm_host_fault
acm_host_settle(acm_domain *d, int at, int len, uint64_t dots, bool by_url,
				acm_explain_step step, void *arg)
{
	const char *host = d->buf + at;
	int			tld;
	int			reg;
	int			stripped = 0;
	acm_host_fault fault;
	suffix_walk w;

	while (len > 0 && host[len - 1] == '.')
		len--;
	if (len == 0)
		return ACM_HOST_EMPTY;
	if (len < 64)
		dots &= ((uint64_t) 1 << len) - 1;
	fault = check_lengths(host, len, dots);
	if (fault != ACM_HOST_OK)
		return fault;
	tld = label_start(host, dots, len);
	if (host[tld] >= '0' && host[tld] <= '9' && acm_ends_in_number(host + tld, len - tld))
		return settle_ipv4(d, at, len, by_url, step, arg);
	if (tld == 0)
		return ACM_HOST_SINGLE;
	if (len - tld == 1)
		return ACM_HOST_SHORT_TLD;

	walk_suffix(host, len, tld, dots, &w);
	if (w.tld & HOST_RESERVED)
		return ACM_HOST_RESERVED;
	reg = w.suffix == 0 ? -1 : label_start(host, dots, w.suffix - 1);

	while (reg >= stripped + 4 && memcmp(host + stripped, "www.", 4) == 0)
		stripped += 4;
	if (step)
		step(arg, "lower case, percent-decoded, UTS-46, trailing dots off", host, len);
	host += stripped;
	len -= stripped;
	w.suffix -= stripped;
	w.named -= stripped;

	d->host = host;
	d->host_len = (int16_t) len;
	d->suffix_off = (int16_t) w.suffix;
	d->hosted = (w.rule & (HOST_PRIVATE | HOST_PRIVATE_WILDCARD)) != 0;
	d->match_off = -1;
	if (reg < 0)
	{
		d->kind = ACM_DOMAIN_SUFFIX;
		d->reg_off = -1;
	}
	else
	{
		reg -= stripped;
		d->reg_off = (int16_t) reg;
		d->kind = classify(host, reg, &w);
		if (d->kind == ACM_DOMAIN_COMPANY)
			d->match_off = (int16_t) skip_generic(host, reg);
	}
	if (step)
		explain_settled(d, &w, stripped, step, arg);
	return (w.tld & (HOST_RULE | HOST_WILDCARD)) != 0 ? ACM_HOST_OK : ACM_HOST_WEAK;
}
