/*
 * vat.h
 *		VAT numbers of the European Union and of some neighbours: format and
 *		check digits, country by country. Pure C.
 */
#ifndef ACM_VAT_H
#define ACM_VAT_H

/*
 * Canonical form of a VAT number in upper case letters and digits with its
 * country prefix (NUL-terminated) to out (ACM_IDENTIFIER_BUF bytes). Returns
 * its length; 0 if it is invalid, and then *why points to a static sentence.
 */
extern int	acm_vat(const char *number, char *out, const char **why);

#endif							/* ACM_VAT_H */
