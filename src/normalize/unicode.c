/*
 * unicode.c
 *		Which code points the pinned version of Unicode knows, and which of
 *		them later versions of UTS-46 map otherwise.
 */
#include "normalize/unicode.h"

#include "normalize/generated/unicode_data.h"

/*
 * Two levels: equal pages of 256 code points are stored once, as bits.
 */
bool
acm_unicode_assigned(uint32_t cp)
{
	if (cp > 0x10FFFF)
		return false;
	return (assigned_bits[assigned_page[cp >> 8]][(cp >> 5) & 7] >> (cp & 31)) & 1;
}

/*
 * Look a code point up among the few that changed.
 */
int32_t
acm_unicode_idna(uint32_t cp)
{
	if (!acm_unicode_assigned(cp))
		return ACM_IDNA_DISALLOWED;
	for (unsigned i = 0; i < sizeof(idna_changes) / sizeof(idna_changes[0]); i++)
	{
		if (cp < idna_changes[i].lo)
			break;
		if (cp <= idna_changes[i].hi)
			return idna_changes[i].to < 0 ? idna_changes[i].to :
				(int32_t) (cp - idna_changes[i].lo) + idna_changes[i].to;
	}
	return (int32_t) cp;
}
