/*
 * kit.h
 *		accountmatch-psi: the part of a partner without PostgreSQL in private
 *		set intersection, as a command-line program. No network.
 *
 * Keys and open sessions are files in its home directory, of mode 0700:
 *
 *		NAME.pair, NAME.ID.pending, NAME.ID		as in a server's key directory (blind/keydir.h)
 *		SESSION.open	an open session: its seed, its points, a copy of the list
 *		answered		a line for each offer ever answered
 *
 * SESSION is the first 16 hex digits of the digest of the session's offer.
 */
#ifndef ACM_KIT_H
#define ACM_KIT_H

#include "exchange/psi.h"

#define ACM_KIT_NAME_MAX 63
#define ACM_KIT_SESSION_BUF 17

/* End the program with a message */
extern _Noreturn void acm_kit_die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The home directory, made if it is not there */
extern void acm_kit_open_home(const char *path);

/* A file's content, from malloc; NULL if there is no such file */
extern acm_bytes acm_kit_read_file(const char *path);

/* Write a file durably, of mode 0600; if fresh, none may be there */
extern void acm_kit_write_file(const char *path, acm_bytes content, bool fresh);

/* keys.c */
extern void acm_kit_public_key(const char *name);
extern void acm_kit_agree(const char *name, const char *label, const char *their_public);
extern void acm_kit_confirm(const char *name, const char *code);

/* The usable key whose two sides are these; the program ends if there is none */
extern acm_key_record acm_kit_find_key(const uint8_t *own, const uint8_t *their);

/* sessions.c. out is the path of the file to write, or NULL */
typedef struct acm_kit_options
{
	acm_psi_terms terms;
	acm_psi_limits limits;
	const char *out;
} acm_kit_options;

extern void acm_kit_inspect(const char *path);
extern void acm_kit_answer(const char *path, const char *list, const acm_kit_options *options);
extern void acm_kit_finish(const char *path, const acm_kit_options *options);
extern void acm_kit_sessions(void);
extern void acm_kit_close(const char *session);

/* csv.c: read a CSV file with a heading into a list; the program ends if it cannot */
extern void acm_kit_read_csv(const char *path, acm_psi_list *list);

/* Append a value to a line of CSV */
extern void acm_kit_put_csv(acm_buffer *out, acm_bytes value, bool first);

#endif							/* ACM_KIT_H */
