/*
 * idna.h
 *		Unicode hosts to A-labels: UTS #46, non-transitional processing, as the
 *		WHATWG URL standard calls it (CheckBidi, CheckJoiners; no CheckHyphens,
 *		STD3 rules or length check), under the pinned version of Unicode.
 */
#ifndef ACM_IDNA_H
#define ACM_IDNA_H

/* Longest host that is tried, in bytes of UTF-8 */
#define ACM_IDNA_MAX 1024

/*
 * Map host[0..len) in UTF-8, at most ACM_IDNA_MAX bytes, to A-labels in out,
 * which has room for cap bytes; no NUL is written. Returns the length, or -1
 * if the host is not valid or does not fit. ASCII characters that no host may
 * hold are the caller's to find.
 */
extern int	acm_idna_to_ascii(const char *host, int len, char *out, int cap);

#endif							/* ACM_IDNA_H */
