/*
 * array.c
 *		Arrays that grow with the lists.
 */
#include "compat.h"

#include <sys/mman.h>

#include "utils/memutils.h"

#include "overlap/array.h"

/* A large page, and the least that is worth the call */
#define LARGE_PAGE ((uintptr_t) 2 * 1024 * 1024)
#define WORTH_TELLING ((Size) 2 * LARGE_PAGE)

/* Tell the kernel that memory will be filled; see the header */
void
acm_expect_to_fill(void *start, Size bytes)
{
#ifdef MADV_HUGEPAGE
	uintptr_t	from = TYPEALIGN(LARGE_PAGE, (uintptr_t) start);
	uintptr_t	to = TYPEALIGN_DOWN(LARGE_PAGE, (uintptr_t) start + bytes);

	/* it may refuse, and nothing is lost */
	if (bytes >= WORTH_TELLING && from < to)
		(void) madvise((void *) from, to - from, MADV_HUGEPAGE);
#endif
}

/* An array of n items; see the header */
void *
acm_make_array(Size n, Size size, int flags)
{
	void	   *array;

	/* zeros after the hint: they fill the memory */
	array = MemoryContextAllocExtended(CurrentMemoryContext, (n + 1) * size,
									   MCXT_ALLOC_HUGE | (flags & ~MCXT_ALLOC_ZERO));
	acm_expect_to_fill(array, (n + 1) * size);
	if (flags & MCXT_ALLOC_ZERO)
		memset(array, 0, (n + 1) * size);
	return array;
}

/* The array with more room; see the header */
void *
acm_grow_array(void *array, Size n, Size size)
{
	array = repalloc_huge(array, n * size);
	acm_expect_to_fill(array, n * size);
	return array;
}
