/*
 * digest.h
 *		Digests of what normalizing functions return, against those recorded:
 *		the same under every ICU.
 *
 * The record is a file of lines "digest name"; the name is a file, digested
 * line by line, or "code points". An intended change is recorded by writing
 * what the diagnostics tell into it.
 */
#ifndef DIGEST_H
#define DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_START UINT64_C(0xcbf29ce484222325)

/* Add a result to a digest: FNV-1a, 64 bits (draft-eastlake-fnv) */
extern uint64_t digest_add(uint64_t digest, const char *result);

/*
 * Write the code point behind before, and after behind that, NUL-terminated.
 * text has room. Returns the length.
 */
extern size_t digest_surround(const char *before, uint32_t cp, const char *after, char *text);

/* The next code point that can be a character: no surrogate, no plane without any, none for private use */
extern uint32_t digest_next(uint32_t cp);

/*
 * Compare with the record, as TAP but for the plan; add gives the digest with
 * the results of one line. Sets the number of tests; returns whether all passed.
 */
extern bool digest_check(const char *recorded, uint64_t (*code_points) (void),
						 uint64_t (*add) (uint64_t digest, const char *line, size_t len),
						 int *tests);

#endif							/* DIGEST_H */
