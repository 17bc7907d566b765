/*
 * epoch.h
 *		The normalization epoch and the versions of the data compiled in.
 *
 * The epoch is a small integer. It changes only when some output of a
 * normalizing function can change. The library is named by it, so that a
 * package upgrade never changes an IMMUTABLE result under an index.
 */
#ifndef ACM_EPOCH_H
#define ACM_EPOCH_H

#define ACM_EPOCH 1

/* Unicode version that text is read in; code points assigned later are unknown */
#define ACM_UNICODE_VERSION "15.0"

#endif							/* ACM_EPOCH_H */
