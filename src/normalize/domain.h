/*
 * domain.h
 *		From the text of a CRM field to a host, its registrable domain, its
 *		class and its match keys. Pure C: no server header, no setting.
 */
#ifndef ACM_DOMAIN_H
#define ACM_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Input longer than this many bytes has no host (8 kB) */
#define ACM_INPUT_MAX 8192

/* A host in A-labels has at most 253 bytes (RFC 1035, 2.3.4), plus NUL */
#define ACM_HOST_BUF 256

/* Keep in the order of the SQL enum accountmatch.domain_kind */
typedef enum acm_domain_kind
{
	ACM_DOMAIN_COMPANY,			/* may identify a company */
	ACM_DOMAIN_FREEMAIL,		/* a mail provider's */
	ACM_DOMAIN_SHARED,			/* social network, site builder, shortener */
	ACM_DOMAIN_IP,				/* an address, not a name */
	ACM_DOMAIN_SUFFIX,			/* a public suffix, nobody's own */
	ACM_DOMAIN_INVALID			/* no valid host in the text */
} acm_domain_kind;

/*
 * What one text holds. All offsets count bytes from the start of host.
 *
 * host points into the parsed text where that needed no change (already lower
 * case ASCII), else into buf: it is valid while both live, and is not
 * NUL-terminated.
 */
typedef struct acm_domain
{
	acm_domain_kind kind;
	const char *host;
	int16_t		host_len;		/* 0 if invalid */
	int16_t		suffix_off;		/* public suffix: [suffix_off, host_len); -1 if ip or invalid */
	int16_t		reg_off;		/* registrable domain: [reg_off, host_len); -1 if there is none */
	int16_t		match_off;		/* match host: [match_off, host_len); -1 unless kind is company */
	char		buf[ACM_HOST_BUF];
} acm_domain;

/*
 * Read the first valid host in text[0..len). Never fails: what holds no host
 * is ACM_DOMAIN_INVALID. Allocates nothing that outlives the call, except
 * that the first Unicode host opens ICU's UTS-46 object, kept for the process.
 */
extern void acm_domain_parse(const char *text, size_t len, acm_domain *d);

#endif							/* ACM_DOMAIN_H */
