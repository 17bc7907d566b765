/*
 * late_names.h
 *		Match names of the rows that need them, where no rule goes by names.
 *
 * To normalize a name costs more than all else that is done to a row. Rules
 * domain and email look at names only under a host that more rows have than
 * domain_cap or than can all be paired, or one from a contact while rule email
 * is off, and where rows have different hosts below one match domain.
 */
#ifndef ACM_LATE_NAMES_H
#define ACM_LATE_NAMES_H

#include "overlap/engine.h"

/* Whether names can wait until the domains are numbered */
extern bool acm_names_can_wait(const acm_options *options);

/* After the domains were numbered, and before the names are: give rows that need it their names */
extern void acm_name_rows(acm_engine *engine);

#endif							/* ACM_LATE_NAMES_H */
