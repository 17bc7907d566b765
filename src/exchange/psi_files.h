/*
 * psi_files.h
 *		What private set intersection keeps in the key directory, beside the
 *		file of an agreed key, NAME.ID. Transactions have no say in it: what
 *		has left, has left, whatever becomes of the transaction.
 *
 *		NAME.ID.SESSION.psi			a session: its seed, its points, our list
 *		NAME.ID.SESSION.psi-sent	the file that was given out last for it
 *		NAME.ID.psi-ledger			offers answered, and what was spent when
 *
 * SESSION is the first 16 hex digits of the digest of the session's offer.
 */
#ifndef ACM_PSI_FILES_H
#define ACM_PSI_FILES_H

#include "compat.h"

#include "blind/keyfile.h"
#include "exchange/psi.h"

#define ACM_PSI_SESSION_BUF 17

/* Limits: settings */
extern int	acm_psi_max_keys;
extern int	acm_psi_min_keys;
extern int	acm_psi_max_ratio;
extern int	acm_psi_sessions_per_year;
extern int	acm_psi_keys_per_year;

/* A session's files */
typedef struct acm_psi_place
{
	char	   *dir;
	acm_key_entry key;
	char		session[ACM_PSI_SESSION_BUF];
} acm_psi_place;

/* A session's name from the digest of its offer */
extern void acm_psi_session_name(const uint8 offer[ACM_HASH_LEN], char out[ACM_PSI_SESSION_BUF]);

/*
 * The usable agreed key of two sides that the current user may use; an error
 * if there is none. Two sides can have several, under different labels: then
 * the one of this label, if it is not NULL, or that has this session, if it is
 * not NULL and one has. To be released by the caller.
 */
extern acm_key *acm_psi_key_of(const char *dir, const uint8 own[ACM_PUBLIC_LEN], const uint8 their[ACM_PUBLIC_LEN],
							   const acm_bytes *label, const char *session);

/*
 * Keep others from a session: a transient file descriptor of its file; -1 if
 * there is no such session.
 */
extern int	acm_psi_lock_session(const acm_psi_place *place);

/* Content of a session's file or of what was sent; palloc'd; data is NULL if there is none */
extern acm_bytes acm_psi_read_session(const acm_psi_place *place, bool sent);

/* Write it durably, in place of what was there */
extern void acm_psi_write_session(const acm_psi_place *place, bool sent, acm_bytes content);

/* Remove both files of a session. No error if there is none. */
extern void acm_psi_unlink_session(const acm_psi_place *place);

/* All sessions of the directory whose key the current user may use: List of acm_psi_place * */
extern List *acm_psi_scan_sessions(const char *dir);

/*
 * Debit a session with these keys of ours to the ledger, durably, before its
 * points leave. An error if the offer was answered before (answering), or if a
 * limit would be passed; then nothing is debited. mac is under the key.
 */
extern void acm_psi_debit(const acm_psi_place *place, const char *spec, acm_psi *psi, bool answering);

/* What stands in the ledger for the year that ends now */
extern void acm_psi_spent(const char *dir, const acm_key_entry *key, int64 *sessions, int64 *keys);

/* Refuse: to the server log, whatever catches the error, and as an error */
pg_noreturn extern void acm_psi_refuse(const char *spec, int sqlstate, const char *why, const char *hint);

#endif							/* ACM_PSI_FILES_H */
