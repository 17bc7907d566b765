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
	uint64_t	key;			/* hash of the name; UINT64_MAX where a slot is empty */
	uint16_t	parent;			/* slot of the name less its first label */
	uint16_t	flags;			/* HOST_... */
	uint32_t	label;			/* where host_label_pool has a label of over 8 bytes */
} host_node;

#include "normalize/generated/host_table.h"

/* For what is rarely called: kept out of the way of what is */
#define COLD __attribute__((noinline, cold))

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
 * Load 4 bytes, in the machine's order.
 */
static inline uint32_t
load4(const char *s)
{
	uint32_t	v;

	memcpy(&v, s, 4);
	return v;
}

#define WWW_DOT load4("www.")

/*
 * The 8 bytes before base[end], zeros where that is before base. Anything if
 * end is not positive. No branch: lengths are nothing that a processor could
 * foresee.
 */
static inline uint64_t
bytes_before(const char *base, int end)
{
	int			n = end < 8 ? end : 8;

	return load8(base + (end - n)) << (-8 * n & 63);
}

/*
 * The dots of a host, as acm_host_settle takes them.
 */
COLD uint64_t
acm_host_dots(const char *host, int len)
{
	uint64_t	dots = 0;

	for (int i = 0; len < 64 && i < len; i++)
		dots |= (uint64_t) (host[i] == '.') << i;
	return dots;
}

/* The last n bytes of eight, in the order of load8 */
static const uint64_t last_bytes[9] = {
	0, UINT64_C(0xFF) << 56, UINT64_C(0xFFFF) << 48, UINT64_C(0xFFFFFF) << 40,
	UINT64_C(0xFFFFFFFF) << 32, UINT64_C(0xFFFFFFFFFF) << 24,
	UINT64_C(0xFFFFFFFFFFFF) << 16, UINT64_C(0xFFFFFFFFFFFFFF) << 8, ~UINT64_C(0)
};

/*
 * Add a term to a sum over labels, in which their order counts.
 */
static inline uint64_t
add_term(uint64_t sum, uint64_t term)
{
	return (sum << 23 | sum >> 41) + term;
}

/*
 * Add the label base[start, end) to the sum of those to its right. For one
 * sum, labels of up to 8 bytes give different ones: their term is one to one.
 */
static inline uint64_t
add_label(uint64_t sum, const char *base, int start, int end)
{
	int			len = end - start;
	int			more;
	uint64_t	before;
	uint64_t	last;

	while (__builtin_expect(len > 16, 0))
	{
		sum = add_term(sum, bytes_before(base, end) * LAST_MULTIPLIER);
		end -= 8;
		len -= 8;
	}
	more = len < 8 ? 0 : len - 8;
	before = bytes_before(base, end - 8) & last_bytes[more];
	last = bytes_before(base, end) & last_bytes[len - more];
	return add_term(sum, last * LAST_MULTIPLIER ^ before * BEFORE_MULTIPLIER);
}

/*
 * Find the name that a label makes with its parent: its slot, or -1. Most
 * names are not in the table, which the filter tells without looking there.
 */
static inline int
lookup(uint64_t sum, int parent, const char *label, int len)
{
	uint64_t	key = sum * KEY_MULTIPLIER;
	uint32_t	bit = (uint32_t) (key >> (64 - HOST_FILTER_BITS));
	uint32_t	slot;
	const host_node *node;

	if ((host_filter[bit >> 6] >> (bit & 63) & 1) == 0)
		return -1;
	key ^= key >> 32;

	/* two steps without a branch, which settle most searches */
	slot = (uint32_t) ((key >> 32) * HOST_SLOTS >> 32);
	slot += host_nodes[slot].key < key;
	slot += host_nodes[slot].key < key;
	while (host_nodes[slot].key < key)
		slot++;
	node = &host_nodes[slot];
	if (node->key != key || node->parent != parent)
		return -1;
	if (__builtin_expect((node->flags & HOST_LONG) != 0, 0) ?
		len <= 8 || memcmp(host_label_pool + node->label, label, (size_t) len) != 0 :
		len > 8)
		return -1;
	return (int) slot;
}

/*
 * Find a label of up to 8 bytes, as of bytes_before, in a table of them: its
 * index, or -1.
 */
static inline int
find_short(const uint64_t *table, int bits, uint64_t label)
{
	uint32_t	i = (uint32_t) (label * LAST_MULTIPLIER >> (64 - bits));

	while (table[i] != label)
	{
		if (table[i] == 0)
			return -1;
		i = (i + 1) % (1u << bits);
	}
	return (int) i;
}

/*
 * Find a top-level domain, base[start, end): its slot, or -1. Adds it to the
 * sum.
 */
static inline int
lookup_tld(const char *base, int start, int end, uint64_t *sum)
{
	int			len = end - start;
	uint64_t	label;
	int			i;

	if (__builtin_expect(len > 8, 0))
	{
		*sum = add_label(*sum, base, start, end);
		return lookup(*sum, HOST_ROOT, base + start, len);
	}
	label = bytes_before(base, end) & last_bytes[len];
	*sum = add_term(*sum, label * LAST_MULTIPLIER);
	i = find_short(short_tlds, TLD_BITS, label);
	return i < 0 ? -1 : short_tld_slots[i];
}

/*
 * Find the start of a label in a host of 64 bytes and more.
 */
static COLD int
scan_start(const char *host, int end)
{
	while (end > 0 && host[end - 1] != '.')
		end--;
	return end;
}

/*
 * Where the label starts that ends at end. Without a branch: how many labels a
 * host has, and how long they are, is nothing that a processor could foresee.
 */
static inline int
label_start(const char *host, uint64_t dots, int end)
{
	if (__builtin_expect(dots == 0, 0))
		return scan_start(host, end);
	return 63 - __builtin_clzll((dots & (((uint64_t) 1 << end) - 1)) << 1 | 1);
}

/*
 * Whether the length of a host of 64 bytes and more and its labels' lengths
 * are allowed.
 */
static COLD acm_host_fault
check_long(const char *host, int len)
{
	int			start = 0;

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
 * The same for any host. In one of less than 64 bytes with a dot no label can
 * be too long.
 */
static inline acm_host_fault
check_lengths(const char *host, int len, uint64_t dots)
{
	if (__builtin_expect(len >= 64, 0))
		return check_long(host, len);
	return (dots & (dots >> 1 | 1)) != 0 ? ACM_HOST_EMPTY_LABEL : ACM_HOST_OK;
}

/*
 * Whether base[start, end) is one of host_labels.txt.
 */
static inline bool
known_label(const char *base, int start, int end)
{
	int			len = end - start;

	if (len > 8)
		return lookup(add_label(LABEL_SEED, base, start, end), HOST_LABELS, base + start, len) >= 0;
	return find_short(short_labels, LABEL_BITS, bytes_before(base, end) & last_bytes[len]) >= 0;
}

/*
 * Whether a leading label that is not on the list says nothing about who the
 * host belongs to: www and a number, or two codes (en-us, de_at).
 */
static inline bool
generic_form(const char *base, int start, int end)
{
	const char *label = base + start;
	int			len = end - start;

	if (len > 3 && label[0] == 'w' && label[1] == 'w' && label[2] == 'w')
	{
		int			i = 3;

		while (i < len && label[i] >= '0' && label[i] <= '9')
			i++;
		return i == len;
	}
	return len == 5 && (label[2] == '-' || label[2] == '_') &&
		known_label(base, start, start + 2) && known_label(base, start + 3, end);
}

/*
 * Settle a host whose last label starts with a digit, if it is an IPv4 address
 * or nothing at all.
 */
static COLD acm_host_fault
settle_ipv4(acm_domain *d, const char *host, int len, bool by_url, acm_explain_step step, void *arg)
{
	uint32_t	ip;
	int			parts = acm_ipv4_parse(host, len, &ip);

	if (parts == 0)
		return ACM_HOST_NUMBER;
	if (parts == 1 && !by_url)
		return ACM_HOST_SINGLE;
	d->kind = ACM_DOMAIN_IP;
	d->host = d->buf;
	d->host_len = (int16_t) acm_ipv4_print(ip, d->buf);
	d->suffix_off = d->reg_off = d->match_off = -1;
	if (step)
		step(arg, "class ip: an IPv4 address", d->host, d->host_len);
	return parts < 4 && !by_url ? ACM_HOST_WEAK : ACM_HOST_OK;
}

/* What the walk through the table found; offsets from the start of the host */
typedef struct suffix_walk
{
	int			suffix;			/* start of the public suffix */
	int			reg;			/* start of the registrable domain; -1 if none */
	int			named;			/* start of the longest name with a class */
	unsigned	named_flags;
	unsigned	rule;			/* kind of the prevailing rule; 0 if the default */
	unsigned	tld;			/* flags of the top-level domain; 0 if not listed */
} suffix_walk;

/*
 * Walk from the last label, which starts at start, to the left, as long as the
 * table has names below, and find the public suffix and the label before it.
 */
static inline suffix_walk
walk_suffix(const char *base, int at, int len, int start, uint64_t dots)
{
	const char *host = base + at;
	int			end = len;
	uint64_t	sum = HOST_SEED;
	int			node = lookup_tld(base, at + start, at + len, &sum);
	unsigned	flags = node < 0 ? 0 : host_nodes[node].flags;
	suffix_walk w = {start, -1, len, 0, 0, flags};

	for (;;)
	{
		unsigned	above = flags;

		if (flags & HOST_RULE)
		{
			w.suffix = start;
			w.rule = flags & (HOST_RULE | HOST_PRIVATE);
		}
		if (flags & (HOST_FREEMAIL | HOST_SHARED | HOST_SHARED_BELOW | HOST_EXCEPTION))
		{
			if (flags & HOST_EXCEPTION)
			{
				w.suffix = end + 1;
				w.rule = flags & (HOST_EXCEPTION | HOST_PRIVATE);
				break;
			}
			w.named = start;
			w.named_flags = flags;
		}
		if ((flags & (HOST_CHILDREN | HOST_WILDCARD)) == 0 || start == 0)
			break;
		end = start - 1;
		start = label_start(host, dots, end);
		sum = add_label(sum, base, at + start, at + end);
		node = lookup(sum, node, host + start, end - start);
		if (above & HOST_WILDCARD)
		{
			w.suffix = start;
			w.rule = above & (HOST_WILDCARD | HOST_PRIVATE_WILDCARD);
		}
		if (node < 0)
			break;
		flags = host_nodes[node].flags;
	}
	if (w.suffix > 0)
		w.reg = label_start(host, dots, w.suffix - 1);
	return w;
}

/*
 * Skip generic labels from the front of the host at base + at, of which a label
 * starts at limit; returns where the first other label starts, or limit.
 */
static int
skip_generic(const char *base, int at, uint64_t dots, int limit)
{
	int			start = 0;

	while (start < limit)
	{
		int			end = start;

		if (dots != 0)
			end += __builtin_ctzll(dots >> start);
		else
			while (base[at + end] != '.')
				end++;
		if (!known_label(base, at + start, at + end) && !generic_form(base, at + start, at + end))
			break;
		start = end + 1;
	}
	return start;
}

/*
 * The class of a host that has a registrable domain.
 */
static inline acm_domain_kind
classify(const char *base, int at, uint64_t dots, const suffix_walk *w)
{
	/* a class above the registrable domain is the suffix's, not the host's */
	if (w->named <= w->reg)
	{
		if ((w->named_flags & HOST_SHARED) != 0 ||
			((w->named_flags & HOST_SHARED_BELOW) != 0 && skip_generic(base, at, dots, w->named) < w->named))
			return ACM_DOMAIN_SHARED;
		if (w->named_flags & HOST_FREEMAIL)
			return ACM_DOMAIN_FREEMAIL;
	}
	if (load4(base + at + w->reg) == WWW_DOT && (w->rule & HOST_EXCEPTION) == 0)
		return ACM_DOMAIN_SHARED;
	return ACM_DOMAIN_COMPANY;
}

/*
 * Tell the steps from a settled host on.
 */
static COLD void
explain_settled(const acm_domain *d, suffix_walk w, int stripped,
				acm_explain_step step, void *arg)
{
	const char *rule;

	if (stripped > 0)
		step(arg, "leading www. stripped", d->host, d->host_len);
	if (w.rule == 0)
		rule = "public suffix: not on the list, so the last label";
	else if (w.rule & HOST_EXCEPTION)
		rule = "public suffix: exception rule";
	else if (w.rule & HOST_WILDCARD)
		rule = w.rule & HOST_PRIVATE_WILDCARD ? "public suffix: wildcard rule, private section" :
			"public suffix: wildcard rule";
	else
		rule = w.rule & HOST_PRIVATE ? "public suffix: rule, private section" : "public suffix: rule";
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
	else if (w.named <= d->reg_off)
		step(arg, d->kind == ACM_DOMAIN_FREEMAIL ? "class freemail: a mail provider" :
			 w.named_flags & HOST_SHARED ? "class shared: one host of many" :
			 "class shared: one of many hosts below", d->host + w.named, d->host_len - w.named);
	else
		step(arg, "class shared: front page of a suffix's operator", d->host + d->reg_off,
			 d->host_len - d->reg_off);
}

acm_host_fault
acm_host_settle(acm_domain *d, const char *base, int at, int len, uint64_t dots,
				unsigned flags, acm_explain_step step, void *arg)
{
	const char *host = base + at;
	int			start;
	int			stripped;
	acm_host_fault fault;
	suffix_walk w;

	if (host[len - 1] == '.')
	{
		do
			len--;
		while (len > 0 && host[len - 1] == '.');
		if (len == 0)
			return ACM_HOST_EMPTY;
		dots = acm_host_dots(host, len);
	}
	fault = check_lengths(host, len, dots);
	if (fault != ACM_HOST_OK)
		return fault;
	start = dots == 0 && len < 64 ? 0 : label_start(host, dots, len);
	if (host[start] <= '9' && host[start] >= '0' && acm_ends_in_number(host + start, len - start))
		return settle_ipv4(d, host, len, (flags & ACM_BY_URL) != 0, step, arg);
	if (start == 0)
		return ACM_HOST_SINGLE;
	if (len - start == 1)
		return ACM_HOST_SHORT_TLD;

	w = walk_suffix(base, at, len, start, dots);
	if (w.tld & HOST_RESERVED)
		return ACM_HOST_RESERVED;
	if (step)
		step(arg, "lower case, percent-decoded, UTS-46, trailing dots off", host, len);

	stripped = 4 & -((load4(host) == WWW_DOT) & (w.reg >= 4));
	while (__builtin_expect(stripped > 0 && w.reg >= stripped + 4 && load4(host + stripped) == WWW_DOT, 0))
		stripped += 4;
	at += stripped;
	dots >>= stripped & 63;
	w.suffix -= stripped;
	w.named -= stripped;
	w.reg -= stripped;

	d->host = host + stripped;
	d->host_len = (int16_t) (len - stripped);
	d->suffix_off = (int16_t) w.suffix;
	d->hosted = (w.rule & (HOST_PRIVATE | HOST_PRIVATE_WILDCARD)) != 0;
	d->reg_off = (int16_t) w.reg;
	d->match_off = -1;
	if (w.reg < 0)
		d->kind = ACM_DOMAIN_SUFFIX;
	else
	{
		d->kind = classify(base, at, dots, &w);
		if (d->kind == ACM_DOMAIN_COMPANY && (flags & ACM_MATCH_HOST) != 0)
			d->match_off = (int16_t) skip_generic(base, at, dots, w.reg);
	}
	if (step)
		explain_settled(d, w, stripped, step, arg);
	return (w.tld & (HOST_RULE | HOST_WILDCARD)) != 0 ? ACM_HOST_OK : ACM_HOST_WEAK;
}
