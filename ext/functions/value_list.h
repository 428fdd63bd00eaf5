/* SPDX-License-Identifier: MIT */
/*
** Reads a list of values that a user gives either in the text itself, as a JSON array, or as the
** name of a table: '["10.0.0.0/8"]' or 'own'.  A text whose first byte other than white space is
** '[' is an array; a table with such a name is 'main.[name'.
**
** By the thread that owns the connection, also while a statement runs.  A table is read with a
** statement of its own, as the connection sees it now; the rules of functions/table_ref.h about
** views and virtual tables hold.  A table that does not need a rowid may be WITHOUT ROWID.  When
** reading a table leads back to this function on the same connection, that call is an error, so that
** it ends.
*/
#ifndef FUNCTIONS_VALUE_LIST_H
#define FUNCTIONS_VALUE_LIST_H

#include <stddef.h>

#include "sqlite/sqlite.h"

/* What kind of values a list has; constants. */
struct value_list_kind {
  const char *column; /* that a table must have: "cidr" */
  const char *wanted; /* what each value must be: "prefix such as '10.0.0.0/8'" */
  const char *sample; /* an array, for messages */
};

#define VALUE_LIST_TEXT 128 /* bytes of a value, with its NUL; of a longer one, the first bytes are given */

struct value_list_value {
  int type; /* SQLITE_TEXT; SQLITE_INTEGER or SQLITE_FLOAT for what has no quotes in JSON; SQLITE_BLOB */
  size_t n;
  char text[VALUE_LIST_TEXT];
};

/* Takes a value.  Returns SQLITE_OK, SQLITE_NOMEM, or SQLITE_ERROR when it is not what is wanted. */
typedef int value_list_add(void *to, const struct value_list_value *value);

/*
** Calls add() for each value.  NULL and '' in a table are passed over, but a table whose rows all
** have them is an error: it is a table that was filled in a wrong way, or one whose column an
** authorizer hides (SQLITE_IGNORE).  `who` is what needs the list, with which messages begin: the
** name of a function or an option.  Returns a code of SQLite; the message of an error is in *pzErr,
** which begins as NULL and which the caller frees with sqlite3_free().  SQLITE_NOMEM and
** SQLITE_INTERRUPT have no message.
*/
int value_list_read(sqlite3 *db, const char *who, const struct value_list_kind *kind, const char *text,
                    value_list_add *add, void *to, char **pzErr);

/* Is the text a JSON array and not the name of a table? */
int value_list_is_json(const char *text);

#endif
