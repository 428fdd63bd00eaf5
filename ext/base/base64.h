/* SPDX-License-Identifier: MIT */
/*
** Decodes and encodes base64 (RFC 4648).
**
** Both alphabets are accepted, the one with + and / and the one with - and _, but a text must not
** mix them.  A text has all of its padding or none.  Bits that are left over must be zero.  Line
** breaks within the text and white space around it are ignored.  The functions are pure; any
** thread may call them.
*/
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

#include "base/err.h"

/* Returns the size of a buffer that is large enough for what n bytes of base64 decode to. */
static inline size_t base64_room(size_t n) { return n / 4 * 3 + 3; }

/*
** Decodes n bytes at p into out, which has base64_room(n) bytes, and sets *out_n to the number of
** bytes written.  Returns ERR_FORMAT, with a text that says which byte is wrong, when the text is
** not base64; *out_n is then 0.
*/
enum err_code base64_decode(const char *p, size_t n, unsigned char *out, size_t *out_n, struct err *e);

#define BASE64_LENGTH(n) (((n) + 2) / 3 * 4) /* characters of n bytes in base64 */

/*
** Writes the n bytes at p as BASE64_LENGTH(n) characters of the alphabet with + and /, with padding
** and without line breaks or a NUL.
*/
void base64_encode(const unsigned char *p, size_t n, char *out);

#endif
