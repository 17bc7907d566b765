/*
 * point.h
 *		The types psi_point and psi_tag: what private set intersection sends.
 */
#ifndef ACM_POINT_H
#define ACM_POINT_H

#include "compat.h"

#include "blind/curve.h"

#define ACM_PSI_TAG_BYTES 16

/* Values are passed by reference, without alignment, and ordered as their bytes: x||y of a point of P-256 */
typedef struct acm_point
{
	uint8		xy[ACM_POINT_LEN];
} acm_point;

typedef struct acm_tag
{
	uint8		bytes[ACM_PSI_TAG_BYTES];
} acm_tag;

/* The curve that a process keeps; an error if OpenSSL does not offer it */
extern acm_curve *acm_process_curve(void);

#endif							/* ACM_POINT_H */
