/* SPDX-License-Identifier: MIT */
/*
** Where a text's JSON values begin and end: several may stand one behind the other, with white space between or
** nothing.  What is in them is for SQLite's JSON functions to say; here, only strings and brackets are counted.
**
** json_next() until it doesn't return JSON_VALUE; json_plain() on a copy of the value.  Pure; any thread.
*/
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stddef.h>

#include "base/err.h"

enum json_result {
  JSON_VALUE, /* *value and *n are set: an object, an array or a string, perhaps malformed inside */
  JSON_END,
  JSON_ERROR, /* *e: ERR_DAMAGED when the text ends within a value, ERR_FORMAT for what is no JSON, or has a NUL,
                 ERR_ARGUMENT for a value that has more than JSON_MAX_PARTS in it */
};

#define JSON_MAX_PARTS (16u << 20) /* names, values and brackets: SQLite takes 24 bytes for each while it reads them */

/* Goes to the next value; *p moves behind it. */
enum json_result json_next(const char **p, const char *end, const char **value, size_t *n, struct err *e);

/*
** Rewrites a value of n bytes so that SQLite reads it as it is meant, in place; returns its length, which is n or less.
** Letters and digits that are escaped (\u0061) become themselves, since SQLite compares a name's bytes.  A NUL
** (\u0000), where SQLite would cut the string, becomes \u0001, no less a control character, and *has_nul is set to 1.
*/
size_t json_plain(char *json, size_t n, int *has_nul);

#endif
