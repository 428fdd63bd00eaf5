/* SPDX-License-Identifier: MIT */
/*
** Finds where the JSON values of a text begin and end.
**
** Several values may follow one another, with or without white space between them.  Only strings
** and brackets are looked at here; what is in a value is left to who reads it.  This serves for lists
** that users write; logs in JSON are read by container/json.c.
**
** Call json_next() until it no longer returns JSON_VALUE.  json_list_next() does the same for the
** elements of one array.  The functions are pure; any thread may call them.
*/
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stddef.h>

#include "base/err.h"

enum json_result {
  JSON_VALUE, /* *value and *n are set: an object, an array or a string, perhaps malformed inside */
  JSON_END,
  JSON_ERROR, /* *e is set: ERR_DAMAGED when the text ends within a value, ERR_FORMAT for what is not JSON
                 or has a NUL */
};

/*
** Finds the next value of the text from *p to end, and moves *p to what follows it.  *value
** points into the text.
*/
enum json_result json_next(const char **p, const char *end, const char **value, size_t *n, struct err *e);

/* An array whose elements are read; {text, end of the text} before the first call. */
struct json_list {
  const char *p, *end;
  size_t count; /* elements that were returned */
  int is_open;  /* 0 or 1: the [ has been read */
};

/*
** Finds the next element of the array: *value and *n are a string with its quotes, an array, an
** object, or a word such as 443 or null, which may be anything without white space, comma, quote or
** bracket.  JSON_END behind the ] when only white space follows it.  JSON_ERROR when the text is no
** array; *e then says why, in words that follow "the text ".
*/
enum json_result json_list_next(struct json_list *l, const char **value, size_t *n, struct err *e);

#endif
