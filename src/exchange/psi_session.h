/*
 * psi_session.h
 *		A session of private set intersection in the server.
 */
#ifndef ACM_PSI_SESSION_H
#define ACM_PSI_SESSION_H

#include "compat.h"

#include "exchange/psi.h"

/*
 * The session of this name, among those whose key the current user may use; an
 * error if there is none. It goes with the current memory context.
 */
extern acm_psi *acm_psi_load_session(const char *name);

#endif							/* ACM_PSI_SESSION_H */
