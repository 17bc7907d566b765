/*
 * array.h
 *		Arrays that grow with the lists, and may be larger than a gigabyte.
 */
#ifndef ACM_ARRAY_H
#define ACM_ARRAY_H

#include "postgres.h"

#include "utils/palloc.h"

/*
 * An array of n items of a size (bytes) in CurrentMemoryContext, with one more
 * behind them; flags as of palloc_extended, mostly 0 or MCXT_ALLOC_ZERO.
 */
extern void *acm_make_array(Size n, Size size, int flags);

/* The array with room for n items of a size (bytes), wherever it is now */
extern void *acm_grow_array(void *array, Size n, Size size);

/*
 * Tell the kernel that memory will be filled from end to end, so that it gives
 * it in large pages: one fault instead of 512 for each 2 MB. A hint; only for
 * what has megabytes.
 */
extern void acm_expect_to_fill(void *start, Size bytes);

#endif							/* ACM_ARRAY_H */
