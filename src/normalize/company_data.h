/*
 * company_data.h
 *		The shape of the tables that gen_company.pl makes for company_rules.c, and
 *		how to walk them. Pure C.
 */
#ifndef ACM_COMPANY_DATA_H
#define ACM_COMPANY_DATA_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "normalize/company_rules.h"

enum
{
	A_ALWAYS = 1,
	A_BETWEEN,					/* only between two words */
	A_DOTTED					/* only with a dot after it */
};

/* A word that some rule is about */
typedef struct acm_special_word
{
	const char *text;
	uint8_t		len;
	uint8_t		when;			/* A_*, if it is short for a word */
	uint8_t		word_len;
	bool		marker;			/* begins a marker: d/b/a, formerly */
	const char *word;			/* what it is short for, or NULL */
} acm_special_word;

#include "normalize/generated/company_tables.h"

/*
 * From a node by byte c; ACM_NO_NODE if no phrase goes on so. A node is its
 * number, the top its root. acm_nodes holds base << 10 | glue << 9 | end << 8 |
 * label: the child by c is number base + c, if its label is c; glue says that
 * the phrase ending here is written without blanks, and may stick to a name.
 */
#define ACM_ROOT 0u
#define ACM_NO_NODE UINT32_MAX

static inline uint32_t
acm_step(uint32_t node, unsigned char c)
{
	uint32_t	next = (acm_nodes[node] >> 10) + c;

	return (acm_nodes[next] & 0xFF) == c ? next : ACM_NO_NODE;
}

/* Whether a phrase ends at node; within a word, one that may stick to a name */
static inline bool
acm_node_ends(uint32_t node, bool within)
{
	return acm_nodes[node] & (within ? 0x200 : 0x100);
}

/* Number of the entry of the phrase that ends at node, 0 for none */
static inline unsigned
acm_node_entry(uint32_t node)
{
	return acm_nodes[node] & 0x100 ? acm_node_entries[node] : 0;
}

/* Whether a form may end as the word text[0..len) does: for most others, no */
static inline bool
acm_may_end(const char *text, int len)
{
	uint32_t	last;

	if (len < 4)
		return true;
	memcpy(&last, text + len - 4, 4);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	last = __builtin_bswap32(last);
#endif
	last = last * ACM_END_MULT >> (32 - ACM_END_BITS);
	return acm_end_bits[last >> 6] >> (last & 63) & 1;
}

/* Slot where to look for a word of len bytes, eight bytes read from its start */
static inline unsigned
acm_special_slot(uint64_t k, int len)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	k = __builtin_bswap64(k);
#endif
	k <<= 64 - 8 * (len < 8 ? len : 8);		/* drops what is behind the word */
	return (unsigned) (((k ^ (uint64_t) len) * ACM_SPECIAL_MULT) >> (64 - ACM_SPECIAL_BITS));
}

/* Whether text[0..len) is digits only */
static inline bool
acm_is_digits(const char *text, int len)
{
	for (int i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

#endif							/* ACM_COMPANY_DATA_H */
