/*
 * country.h
 *		The country that a list's text stands for. Pure C: no server header,
 *		no setting.
 */
#ifndef ACM_COUNTRY_H
#define ACM_COUNTRY_H

#include <stddef.h>
#include <stdint.h>

/* A country: its two letters of ISO 3166-1, the first in the high byte; 0 is unknown */
typedef uint16_t acm_country;

/*
 * The country that text[0..len) names: a code of two or three letters or a
 * name in one of 18 languages; case of ASCII, blanks and punctuation do not count.
 */
extern acm_country acm_country_of(const char *text, size_t len);

#endif							/* ACM_COUNTRY_H */
