/* SPDX-License-Identifier: MIT */
/*
** A short text that stands for bytes: it is the same for the same bytes, and different for
** different bytes.
**
** Someone who chooses the bytes must not be able to construct two inputs with the same
** fingerprint, because rows of the one would then be shown for the other.  Therefore the
** fingerprint is the value of a polynomial of the bytes modulo 2^61 - 1 at two random places,
** which are never shown.  Two different inputs of up to n bytes have the same fingerprint with a
** probability of at most about (n / 7 + 2)^2 / 2^122.  The function is pure; any thread may call
** it.
*/
#ifndef BASE_FINGERPRINT_H
#define BASE_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

#define FINGERPRINT_TEXT 40 /* bytes of the text, its NUL included */

struct fingerprint_key {
  uint64_t at[2]; /* random bits, chosen by the caller once and kept secret */
};

/* Writes the fingerprint of n bytes at p, 32 hexadecimal digits and a NUL. */
void fingerprint_text(const struct fingerprint_key *key, const void *p, size_t n, char out[FINGERPRINT_TEXT]);

#endif
