/*
 * fold.h
 *		Text that is not plain ASCII, made fit for cutting hosts out of it.
 */
#ifndef ACM_FOLD_H
#define ACM_FOLD_H

#include <stddef.h>

/*
 * Fold text[0..len) into out, which has room for len bytes; returns the
 * length. Unicode white space and bullets become spaces; fullwidth ASCII and
 * other quotes, commas and full stops become the ASCII character; control,
 * zero-width and direction characters go. What is not UTF-8 becomes bytes
 * 0xFF.
 */
extern size_t acm_fold_text(const char *text, size_t len, char *out);

/*
 * Take zero-width joiners and non-joiners out of text[0..len), in place;
 * returns the length.
 */
extern size_t acm_drop_joiners(char *text, size_t len);

#endif							/* ACM_FOLD_H */
