/*
 * company.h
 *		From a company's name as a CRM holds it to a folded name, a name match
 *		key and a legal form; how alike two names are. Pure C: no server
 *		header, no setting.
 */
#ifndef ACM_COMPANY_H
#define ACM_COMPANY_H

#include <stdbool.h>
#include <stddef.h>

/* Output is cut, at a character, to this many bytes; buffers hold one more for a NUL */
#define ACM_NAME_MAX 512
#define ACM_NAME_BUF (ACM_NAME_MAX + 1)

/*
 * Each of the three takes UTF-8 text[0..len) and writes to out (ACM_NAME_BUF
 * bytes, NUL-terminated); returns the length in bytes, or 0 where there is
 * none (SQL: NULL): no letter or digit in the text, longer than 8 kB, or for
 * the legal form, none known.
 */
extern int	acm_normalize_company(const char *text, size_t len, char *out);
extern int	acm_match_company(const char *text, size_t len, char *out);
extern int	acm_legal_form(const char *text, size_t len, char *out);

/*
 * Tell the caller each step from text to match key: a rule, the words that it
 * took away or made, and a note (ISO 20275 codes, the word behind an
 * abbreviation), all valid during the call only.
 */
typedef void (*acm_trace) (void *arg, const char *rule, const char *value, const char *note);
extern void acm_explain_company(const char *text, size_t len, acm_trace trace, void *arg);

/*
 * How alike two match names (results of acm_match_company) are, 0..1; 1 if
 * and only if they are equal. Symmetric.
 */
extern float acm_match_similarity(const char *a, int alen, const char *b, int blen);

/*
 * Whether a match name holds a word such as city, county, department: names
 * that several organisations often share.
 */
extern bool acm_collision_prone(const char *match_name, int len);

#endif							/* ACM_COMPANY_H */
