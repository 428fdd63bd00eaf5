/* SPDX-License-Identifier: MIT */
/*
** Text from files and file names, made safe to show.  A terminal obeys control characters: those
** of ASCII (below 0x20), 0x7f, and U+0080 to U+009F.  They could move its cursor, hide what was
** written before, or change its settings.  Terminals, browsers and mail programs also obey the
** characters that change the direction of what follows (U+202A to U+202E, U+2066 to U+2069) and the
** line separators U+2028 and U+2029: behind one, 10.0.0.5 is shown as 5.0.0.01.  The functions are
** pure; any thread may call them.
*/
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include <stddef.h>

/*
** The length of the control character that the n bytes at p begin with; 0 when it is another.  The
** characters of direction are not among them.
*/
size_t printable_control(const char *p, size_t n);

#define PRINTABLE_GROWTH 4 /* times as many bytes at most: one byte becomes \x1b */

/*
** Writes the n bytes at p to out, as much as fits in max bytes without cutting a character.  Each
** control character becomes \x and the two hexadecimal digits of its number, each character of
** direction and line separator \u and four, and each byte that is not UTF-8 becomes '?'.  Returns the number of bytes written; no NUL follows them.  What has been
** written once is not changed by a second call.
*/
size_t printable_write(const char *p, size_t n, char *out, size_t max);

/* Does printable_write() leave the n bytes at p as they are? */
int printable_is(const char *p, size_t n);

/* Makes '?' of each of the n bytes at p that is not UTF-8 or belongs to one of these characters. */
void printable_replace(char *p, size_t n);

#endif
