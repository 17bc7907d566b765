/*
 * evidence.h
 *		Evidence in words.
 */
#ifndef ACM_EVIDENCE_H
#define ACM_EVIDENCE_H

#include "postgres.h"

#include "overlap/engine.h"

/*
 * The key of a side that the evidence rests on, palloc'd; NULL if it rests on
 * none. record is that of the side's row.
 */
extern char *acm_evidence_key(const acm_engine *engine, const acm_evidence *e, int side,
							  const acm_record *record);

/*
 * The same as a match shows it: where it is blinded and the other side's is
 * not, that one, as they are equal. records are of both rows.
 */
extern char *acm_shown_key(const acm_engine *engine, const acm_evidence *e, int side,
						   const acm_record *const records[2]);

/* Why a match is one, in a sentence that a seller understands. records are of both rows */
extern text *acm_evidence_sentence(const acm_engine *engine, const acm_evidence *e,
								   const acm_record *const records[2]);

/* Why evidence was accepted or rejected, in a few words; palloc'd or static */
extern const char *acm_evidence_reason(const acm_evidence *e);

/* How often evidence of its kind was right on lists whose truth is known */
extern float acm_evidence_confidence(const acm_evidence *e);

/*
 * The keys that a row has for a rule (of rule domain those of its own sites, of
 * email those of its contacts), joined by ", "; palloc'd, NULL if it has none
 */
extern char *acm_row_keys(const acm_engine *engine, int side, uint32 row, acm_rule rule,
						  const acm_record *record);

#endif							/* ACM_EVIDENCE_H */
