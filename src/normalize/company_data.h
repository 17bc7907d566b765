/*
 * company_data.h
 *		The shape of the tables that gen_company.pl makes for company.c, and
 *		how to walk them. Pure C.
 */
#ifndef ACM_COMPANY_DATA_H
#define ACM_COMPANY_DATA_H

#include <stdbool.h>
#include <stdint.h>

#include "normalize/company.h"
#include "normalize/name_fold.h"

/* What a phrase means */
enum
{
	K_LEGAL = 1,				/* a legal form */
	K_ARTICLE,					/* the */
	K_STOCK,					/* share class and the like */
	K_TAG,						/* a bracket's contents: a country, HQ */
	K_OPENER,					/* a bracket's first word: formerly */
	K_MARKER,					/* between two names: d/b/a */
	K_COLLISION					/* city, county */
};

#define F_GLUE	0x01			/* written without blanks: may stick to the name */
#define F_NAME	0x02			/* so short that it may be a name when alone */

typedef struct acm_entry
{
	uint8_t		kind;
	uint8_t		flags;
	const char *name;			/* a legal form's canonical spelling */
	const char *codes;			/* its ISO 20275 codes with countries: "2HBR DE, ..." */
} acm_entry;

/* Double array: the child of s by byte c is t = base[s] + c, if its check is s */
typedef struct acm_node
{
	int32_t		base;
	uint32_t	check_entry;	/* check << 12 | number of the entry, 0 for none */
} acm_node;

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

/* From node by byte c; negative if no phrase goes on so */
static inline int32_t
acm_step(int32_t node, unsigned char c)
{
	int32_t		next = acm_nodes[node].base + c;

	return (int32_t) (acm_nodes[next].check_entry >> 12) == node ? next : -1;
}

/* Number of the entry of the phrase that ends at node, 0 for none */
static inline int
acm_node_entry(int32_t node)
{
	return (int) (acm_nodes[node].check_entry & 0xFFF);
}

/* Slot where to look for a word of len bytes, eight bytes read from its start */
static inline unsigned
acm_special_slot(uint64_t k, int len)
{
#ifdef __BYTE_ORDER__
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	k = __builtin_bswap64(k);
#endif
#endif
	if (len < 8)
		k &= (UINT64_C(1) << (8 * len)) - 1;
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
