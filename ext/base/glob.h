/* SPDX-License-Identifier: MIT */
/*
** One component of a path pattern, as shells have it: `*` any bytes, `?` one, `[abc]`, `[a-z]`, `[!a-z]` or `[^a-z]`
** one of a set.  A name that begins with a dot is matched by a pattern that begins with one only.  `**` as a whole
** component is discover.h's.  Pure functions; any thread.
*/
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include <stddef.h>

#define GLOB_MAGIC "*?["

/* Does the pattern have a `*`, `?` or `[`? */
int glob_has_magic(const char *pattern, size_t n);

/* Does the whole name match?  Takes time in the product of the lengths at most. */
int glob_match(const char *pattern, size_t pattern_n, const char *name);

#endif
