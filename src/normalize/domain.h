/*
 * domain.h
 *		From the text of a CRM field to a host, its registrable domain, its
 *		class and its match keys. Pure C: no server header, no setting.
 *
 * What is a host here. The text is read as values set apart by white space,
 * , ; | " < > ( ) { }. A value may be a URL with any scheme or none, an e-mail
 * address, or a bare host; user, port, path, query and fragment are dropped,
 * \ counts as /, quotes and the like around a host are dropped, as are
 * zero-width and control characters anywhere. The host is percent-decoded,
 * then mapped by UTS-46 (idna.h); its labels hold letters, digits, - and _,
 * have 1..63 bytes, and all of it at most 253 (RFC 1035). Trailing dots go.
 *
 * The first valid host counts. One under a top-level domain that is not on the
 * Public Suffix List ("Dr.Smith", "index.html") and an IPv4 address in a short
 * form without a scheme ("3.14", "01.02.2024") count only if no later value
 * holds a better one.
 *
 * No host, ever:
 *	- a single label: "unknown", "www", "localhost", "com". A bare number is an
 *	  IPv4 address only behind "//";
 *	- one under a top-level domain of one ASCII letter, which cannot exist:
 *	  "n.a.", "S.p.A.", "s.r.o.", "x@x.x";
 *	- one under a name that the global DNS does not know, so that two companies
 *	  may use the same: data/reserved_names.txt (acme.local, x.invalid,
 *	  mail.corp, ...). ".test" and ".example" are left alone;
 *	- one whose last label is a number, but that is no IPv4 address.
 *
 * "www." is stripped from the front as often as it stands there, but never from
 * a registrable domain: www.ck and www.com stay. Such a domain (but for an
 * exception rule of the list) is the front page of a suffix's operator, www.gov.uk, and of
 * class shared.
 *
 * Under the private section of the list acme.myshopify.com is a registrable
 * domain, of class company: a shop matches itself and never another shop. The
 * bare myshopify.com is of class suffix.
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
 * NUL-terminated. A copy of the structure needs a host of its own. An IPv4
 * address is four decimal numbers, an IPv6 address stands in brackets, in the
 * form of RFC 5952.
 */
typedef struct acm_domain
{
	acm_domain_kind kind;
	const char *host;
	int16_t		host_len;		/* 0 if invalid */
	int16_t		suffix_off;		/* public suffix: [suffix_off, host_len); -1 if ip or invalid */
	int16_t		reg_off;		/* registrable domain: [reg_off, host_len); -1 if there is none */
	int16_t		match_off;		/* match host: [match_off, host_len); -1 unless kind is company */
	bool		hosted;			/* below a suffix of the private section: acme.myshopify.com */
	char		buf[ACM_HOST_BUF];
} acm_domain;

/*
 * Read the first valid host in text[0..len). Never fails: what holds no host
 * is ACM_DOMAIN_INVALID. Allocates nothing that outlives the call, except
 * that the first Unicode host opens ICU's UTS-46 object, kept for the process.
 */
extern void acm_domain_parse(const char *text, size_t len, acm_domain *d);

/* The same without the match host: match_off is -1 */
extern void acm_domain_parse_registrable(const char *text, size_t len, acm_domain *d);

/*
 * The same, telling every step: called with a rule in words and the value that
 * it gave, value[0..len), in the order in which the rules were applied.
 */
typedef void (*acm_explain_step) (void *arg, const char *rule, const char *value, int len);
extern void acm_domain_explain(const char *text, size_t len, acm_domain *d,
							   acm_explain_step step, void *arg);

#endif							/* ACM_DOMAIN_H */
