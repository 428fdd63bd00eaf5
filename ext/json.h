/* SPDX-License-Identifier: MIT */
/*
** Where a text's JSON values begin and end: several may stand one behind the other, with white space between or
** nothing.  What is in them is for SQLite's JSON functions to say; here, only strings and brackets are counted.
**
** json_next() until it doesn't return JSON_VALUE.  Pure; any thread.
*/
#ifndef JSON_H
#define JSON_H

#include <stddef.h>

#include "err.h"

enum json_result {
  JSON_VALUE, /* *value and *n are set: an object, an array or a string, perhaps malformed inside */
  JSON_END,
  JSON_ERROR, /* *e: ERR_DAMAGED when the text ends within a value, ERR_FORMAT for what is no JSON, or has a NUL,
                 ERR_ARGUMENT for a value that has more than JSON_MAX_PARTS in it */
};

#define JSON_MAX_PARTS (16u << 20) /* names, values and brackets: SQLite takes 24 bytes for each while it reads them */

/* Goes to the next value; *p moves behind it. */
enum json_result json_next(const char **p, const char *end, const char **value, size_t *n, struct err *e);

#endif
