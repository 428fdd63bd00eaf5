/* SPDX-License-Identifier: MIT */
/*
** A short text that stands for bytes: the same for the same bytes, another for others.
**
** Who chooses the bytes must not be able to make two that are taken for one, since rows of one would then be shown for
** the other.  So it is a polynomial of the bytes modulo 2^61 - 1 at two places that are drawn by lot and never shown:
** two texts of up to n bytes agree with a probability of about (n / 7 + 2)^2 / 2^122 at most.  Pure; any thread.
*/
#ifndef BASE_FINGERPRINT_H
#define BASE_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

#define FINGERPRINT_TEXT 40 /* bytes of the text, its NUL included */

struct fingerprint_key {
  uint64_t at[2]; /* random */
};

void fingerprint_text(const struct fingerprint_key *key, const void *p, size_t n, char out[FINGERPRINT_TEXT]);

#endif
