/*
 * unicode.h
 *		Text under one pinned version of Unicode, whatever ICU is installed.
 *		Pure C: no server header, no setting.
 */
#ifndef ACM_UNICODE_H
#define ACM_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a code point was assigned in ACM_UNICODE_VERSION (from DerivedAge) */
extern bool acm_unicode_assigned(uint32_t cp);

#endif							/* ACM_UNICODE_H */
