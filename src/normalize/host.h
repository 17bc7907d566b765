/*
 * host.h
 *		What domain.c, host.c, idna.c and ipaddr.c share. A host here has been
 *		cut out of its text.
 */
#ifndef ACM_HOST_H
#define ACM_HOST_H

#include "normalize/domain.h"

/* Why a value holds no host; the texts are in domain.c */
typedef enum acm_host_fault
{
	ACM_HOST_OK,
	ACM_HOST_WEAK,				/* a host, but a later value may be better */
	ACM_HOST_EMPTY,
	ACM_HOST_SINGLE,
	ACM_HOST_EMPTY_LABEL,
	ACM_HOST_LONG_LABEL,
	ACM_HOST_LONG,
	ACM_HOST_CHARACTER,
	ACM_HOST_IDNA,
	ACM_HOST_NUMBER,
	ACM_HOST_SHORT_TLD,
	ACM_HOST_RESERVED
} acm_host_fault;

/*
 * Settle the host base[at .. at + len), len > 0, of lower-case letters, digits,
 * -, _ and dots: fills d, whose host will point into base. At least 8 bytes
 * from base on can be read. In dots, bit i tells that byte i of the host is a dot,
 * if len < 64; else dots is 0. Steps are told if step is not NULL.
 */
#define ACM_BY_URL 1			/* a scheme or // stood before it */
#define ACM_MATCH_HOST 2		/* find the match host, too */
extern acm_host_fault acm_host_settle(acm_domain *d, const char *base, int at, int len,
									  uint64_t dots, unsigned flags,
									  acm_explain_step step, void *arg);

/* The dots of a host, as acm_host_settle takes them */
extern uint64_t acm_host_dots(const char *host, int len);

/*
 * Whether the last label of a host, which starts with a digit, makes it an
 * IPv4 address or nothing (WHATWG URL, "ends in a number checker").
 */
extern bool acm_ends_in_number(const char *label, int len);

/*
 * Read an IPv4 address in any form of the WHATWG URL standard (1 to 4 parts,
 * decimal, octal or hexadecimal). Returns how many parts there were, or 0 if
 * it is none.
 */
extern int	acm_ipv4_parse(const char *host, int len, uint32_t *ip);

/* Read an IPv6 address without its brackets (RFC 4291, 2.2) */
extern bool acm_ipv6_parse(const char *text, int len, uint16_t piece[8]);

/* Write to out (48 bytes): four decimal numbers; RFC 5952 in brackets. Return the length */
extern int	acm_ipv4_print(uint32_t ip, char *out);
extern int	acm_ipv6_print(const uint16_t piece[8], char *out);

#endif							/* ACM_HOST_H */
