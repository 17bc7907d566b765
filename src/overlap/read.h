/*
 * read.h
 *		Reading a partner table.
 */
#ifndef ACM_READ_H
#define ACM_READ_H

#include "postgres.h"

#include "overlap/corrections.h"
#include "overlap/list.h"

/*
 * Read the partner table through the executor, with the rights of the current
 * user and the active snapshot. side is which list it is for the corrections,
 * which may be NULL. All that is kept is in CurrentMemoryContext; rows go to a
 * store that takes at most about memory_limit bytes. SPI must be connected.
 * With list->only_matches, of accounts without a key, and of theirs without one
 * that ours may have, only the account_id is kept.
 *
 * Fails on a null or duplicate account_id. Where list->late_names is set, it is
 * taken back unless the names can be made from what is shown of them.
 */
extern void acm_list_read(acm_list *list, int side, acm_numbering *numbering,
						  const acm_statuses *statuses, acm_corrections *corrections,
						  Size memory_limit);

#endif							/* ACM_READ_H */
