/* SPDX-License-Identifier: MIT */
/*
** Matches one component of a path pattern as shells do: `*` stands for any bytes, `?` for one
** byte, and `[abc]`, `[a-z]`, `[!a-z]` or `[^a-z]` for one byte of a set.  A name that begins
** with a dot matches only a pattern that begins with a dot.  discover.h handles `**` as a whole
** component.  The functions are pure; any thread may call them.
*/
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include <stddef.h>

#define GLOB_MAGIC "*?["

/* Does the pattern of n bytes contain a `*`, `?` or `[`? */
int glob_has_magic(const char *pattern, size_t n);

/*
** Does the pattern match the whole name? The time is at most proportional to the product of the
** two lengths.
*/
int glob_match(const char *pattern, size_t pattern_n, const char *name);

#endif
