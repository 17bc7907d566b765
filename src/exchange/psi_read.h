/*
 * psi_read.h
 *		Reading a partner table for private set intersection.
 */
#ifndef ACM_PSI_READ_H
#define ACM_PSI_READ_H

#include "compat.h"

#include "exchange/psi_list.h"
#include "utils/jsonb.h"

/*
 * Read a relation into a list, with the rights of the current user. mapping is
 * as in overlap(). SPI must be connected. Fails on a null account_id, on
 * blinded columns, and where there is no memory.
 */
extern void acm_psi_read(acm_psi_list *list, Oid relid, Jsonb *mapping);

#endif							/* ACM_PSI_READ_H */
