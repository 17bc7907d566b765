/*
 * identifier.h
 *		From a registry identifier as a CRM holds it to its canonical form,
 *		checked as far as its registry has published how. Pure C: no server
 *		header, no setting.
 */
#ifndef ACM_IDENTIFIER_H
#define ACM_IDENTIFIER_H

#include <stddef.h>

/* Longest canonical identifier is shorter than this many bytes, NUL included */
#define ACM_IDENTIFIER_BUF 64

/* Schemes are numbered 0..acm_identifier_schemes() - 1, in the order of their names */
extern int	acm_identifier_schemes(void);

/* Name of a scheme (`lei`) and what it is (`Legal Entity Identifier, ISO 17442`) */
extern const char *acm_identifier_name(int scheme);
extern const char *acm_identifier_title(int scheme);

/* The scheme called name[0..len), whatever its case; -1 if unknown */
extern int	acm_identifier_scheme(const char *name, size_t len);

/*
 * Letters and digits of text[0..len), upper case, without separators and
 * without a label (`LEI`, `DUNS:`) in front, to out (ACM_IDENTIFIER_BUF bytes,
 * NUL-terminated). Returns the length; 0 if the text cannot be an identifier,
 * and then *why (if not NULL) points to a static sentence.
 */
extern int	acm_clean_identifier(int scheme, const char *text, size_t len, char *out, const char **why);

/*
 * Canonical form of the identifier text[0..len) to out (ACM_IDENTIFIER_BUF
 * bytes, NUL-terminated). Returns the length; 0 if it is not a valid one (SQL:
 * NULL), and then *why (if not NULL) points to a static sentence that says
 * what is wrong with it.
 */
extern int	acm_normalize_identifier(int scheme, const char *text, size_t len, char *out, const char **why);

#endif							/* ACM_IDENTIFIER_H */
