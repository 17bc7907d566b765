/*
 * name_key.h
 *		The key by which names are compared between lists. Pure C: no server
 *		header, no setting.
 */
#ifndef ACM_NAME_KEY_H
#define ACM_NAME_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "normalize/company.h"

/*
 * The match name (acm_match_company) of UTF-8 text[0..len) without its blanks,
 * to out (ACM_NAME_BUF bytes, NUL-terminated): "face book" and "facebook" are
 * one. Returns its length in bytes; 0 where there is none, or only what people
 * write where a name must stand and there is none ("n/a", "Unknown"). words,
 * unless NULL, gets the lengths of the words (room for ACM_NAME_MAX), nwords
 * how many.
 */
extern int	acm_name_key(const char *text, size_t len, char *out, uint16_t *words, int *nwords);

#endif							/* ACM_NAME_KEY_H */
