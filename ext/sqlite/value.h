/* SPDX-License-Identifier: MIT */
/*
** Reads the arguments of SQL functions in the same way for all of them.  NULL as an argument
** gives NULL as the result.  An address is a text, or a blob of 4 or 16 bytes as ip_blob() makes
** it.
**
** Only the thread that owns the connection may call these functions.  What they return belongs to
** the value and is valid until the SQL function returns.
*/
#ifndef SQLITE_VALUE_H
#define SQLITE_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "net/ip.h"
#include "sqlite/sqlite.h"

/*
** Returns a value's text of *n bytes, which a NUL follows.  Returns NULL for NULL, and NULL with
** the error set when there is no memory.  A blob is converted to a text by this call, so a caller
** that treats blobs in another way must look at the type first.
*/
const char *value_text(sqlite3_context *ctx, sqlite3_value *v, size_t *n);

/*
** Reads an address and returns 1.  Returns 0 when the value is not an address, and 0 with the
** error set when there is no memory.
*/
int value_ip(sqlite3_context *ctx, sqlite3_value *v, struct ip *out);

/*
** Reads an integer and returns 1.  The value is an integer, or something that SQLite converts to
** one without loss: 6.0 and '6', but not 6.5 or 'six'.  Returns 0 for any other value.
*/
int value_integer(sqlite3_value *v, int64_t *out);

/* Have two values the same type, and the same bytes? */
int value_is_same(sqlite3_value *a, sqlite3_value *b);

/* Makes a constant text the result of the SQL function.  NULL leaves the result NULL. */
void value_result_constant(sqlite3_context *ctx, const char *text);

/*
** Makes the text, cleaned by report_clean(), an error of the SQL function and frees it.  NULL stands
** for no memory.
*/
void value_result_error(sqlite3_context *ctx, char *text);

/* The same for a message that has been cleaned, perhaps by report_clean_lines(). */
void value_result_message(sqlite3_context *ctx, char *message);

/*
** Makes SQLite's code rc the error of the function, with the message, which may be NULL and is
** freed.
*/
void value_result_code(sqlite3_context *ctx, int rc, char *message);

/* Makes the n bytes at p, as printable_write() writes them, the result of the function or column. */
void value_result_printable(sqlite3_context *ctx, const char *p, size_t n);

#endif
