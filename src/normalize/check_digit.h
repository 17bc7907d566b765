/*
 * check_digit.h
 *		Check digits that several registries share. Pure C. Every function
 *		takes ASCII digits only.
 */
#ifndef ACM_CHECK_DIGIT_H
#define ACM_CHECK_DIGIT_H

#include <stdbool.h>

/* Whether n characters are all digits */
extern bool acm_digits(const char *s, int n);

/* Value of n (at most 18) digits */
extern long long acm_number(const char *s, int n);

/* Sum of digits times weights */
extern int	acm_weighted(const char *s, const signed char *weights, int n);

/* Luhn's formula (ISO/IEC 7812-1, annex B): sum modulo 10; 0 if valid */
extern int	acm_luhn(const char *s, int n);

/* ISO/IEC 7064, MOD 11,10: whether the last of n digits is right */
extern bool acm_mod_11_10(const char *s, int n);

/* ISO/IEC 7064, MOD 97-10 over digits and capital letters (A = 10): 1 if valid */
extern int	acm_mod_97(const char *s);

/*
 * Whether a text is only digits, and all zero, or at least six that are all
 * the same or count up or down (`123456789`, `0123456789`, `987654321`): what
 * people type to get past a form.
 */
extern bool acm_placeholder_digits(const char *s);

#endif							/* ACM_CHECK_DIGIT_H */
