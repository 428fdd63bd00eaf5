/* SPDX-License-Identifier: MIT */
/*
** Base64 (RFC 4648), with either of its alphabets, + and / or - and _, but not both, padded or without any padding; no
** bits left over.  Line breaks and white space round the text are passed over.  Pure; any thread.
*/
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

#include "base/err.h"

/* Room that n bytes of base64 need when they are decoded. */
static inline size_t base64_room(size_t n) { return n / 4 * 3 + 3; }

/*
** Decodes n bytes at p to out, which has base64_room(n) bytes, and sets *out_n.  ERR_FORMAT says what is wrong where;
** *out_n is then 0.
*/
enum err_code base64_decode(const char *p, size_t n, unsigned char *out, size_t *out_n, struct err *e);

#endif
