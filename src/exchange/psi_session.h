/*
 * psi_session.h
 *		A session of private set intersection in the server.
 */
#ifndef ACM_PSI_SESSION_H
#define ACM_PSI_SESSION_H

#include "compat.h"

#include "exchange/psi.h"
#include "exchange/psi_files.h"

/* "both", "opener", "answerer", "count", by acm_psi_mode */
extern const char *acm_psi_mode_name(int mode);

/* A session of the core under a key, that goes with the current memory context */
extern acm_psi *acm_psi_new_core(const acm_key *key);

/* Load it from its file; false as acm_psi_load */
extern bool acm_psi_load_state(acm_psi *psi, const acm_psi_place *place);

/*
 * Raise what the core complains of. place is the session that ends by that, if
 * the fault is of such a kind, or NULL.
 */
pg_noreturn extern void acm_psi_core_error(acm_psi *psi, const char *spec, const acm_psi_place *place);

/*
 * The session of this name, among those whose key the current user may use; an
 * error if there is none. It goes with the current memory context.
 */
extern acm_psi *acm_psi_load_session(const char *name);

#endif							/* ACM_PSI_SESSION_H */
