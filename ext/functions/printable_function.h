/* SPDX-License-Identifier: MIT */
/*
** printable(text): the text as printable_write() in base/printable.h writes it.  A number is
** written as a text, and a blob is taken for one; NULL gives NULL.  Pure.
*/
#ifndef FUNCTIONS_PRINTABLE_FUNCTION_H
#define FUNCTIONS_PRINTABLE_FUNCTION_H

#include "sqlite/sqlite.h"

void printable_function(sqlite3_context *ctx, int argc, sqlite3_value **argv);

#endif
