/*
 * resemble.h
 *		Whether a domain looks like a company's name. Pure C.
 */
#ifndef ACM_RESEMBLE_H
#define ACM_RESEMBLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The label of a host (in A-labels) that a company chose: the first one of its
 * registrable domain, without hyphens. Writes to out (64 bytes), returns the
 * length; 0 for a label in punycode, and of a blinded host.
 */
extern int	acm_host_label(const char *host, int len, char *out);

/*
 * Whether that label looks like a match name (words with single blanks): its
 * letters, its first word or words, its initials (three or more), or nearly
 * its letters.
 */
extern bool acm_host_resembles(const char *host, int len, const char *name, int name_len);

/* The initials of a name's words to out (64 bytes); returns their number */
extern int	acm_name_initials(const char *name, int len, char *out);

#endif							/* ACM_RESEMBLE_H */
