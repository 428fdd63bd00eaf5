/* SPDX-License-Identifier: MIT */
/*
** SHA-1 (RFC 3174, FIPS 180-4), for identifiers that others compute with it too.  It resists no
** attack, so nothing here relies on it for safety.  The function is pure; any thread may call it.
*/
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include <stddef.h>

#define SHA1_BYTES 20

/* Writes the digest of the n bytes at p, which may be NULL when n is 0. */
void sha1(const void *p, size_t n, unsigned char out[SHA1_BYTES]);

#endif
