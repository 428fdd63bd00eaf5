/* SPDX-License-Identifier: MIT */
/*
** What SQL functions read from their arguments, in one way for all of them: NULL in, NULL out; an
** address is a text, or a blob of 4 or 16 bytes as ip_blob() makes it.
**
** By the thread that owns the connection.  What is returned belongs to the value, and is good
** until the call ends.
*/
#ifndef SQLITE_VALUE_H
#define SQLITE_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "net/ip.h"
#include "sqlite/sqlite.h"

/*
** A value's text, with a NUL behind its *n bytes; NULL for NULL, and with the error set when
** there is no memory.  A blob is a text from then on: who must tell them apart looks at the type
** first.
*/
const char *value_text(sqlite3_context *ctx, sqlite3_value *v, size_t *n);

/* Reads an address; 0 when it is none, and with the error set when there is no memory. */
int value_ip(sqlite3_context *ctx, sqlite3_value *v, struct ip *out);

/*
** Reads an integer: an integer itself, or what SQLite converts to one without loss, such as 6.0
** and '6' but not 6.5 and 'six'.  0 when it is none.
*/
int value_integer(sqlite3_value *v, int64_t *out);

/* Makes a constant text the result; NULL for NULL. */
void value_result_constant(sqlite3_context *ctx, const char *text);

/* Makes the text, which is freed, an error; NULL stands for no memory. */
void value_result_error(sqlite3_context *ctx, char *text);

#endif
