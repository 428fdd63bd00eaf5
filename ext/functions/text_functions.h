/* SPDX-License-Identifier: MIT */
/*
** SQL functions that make texts harmless for those programs that show them.  All are pure, and NULL
** gives NULL.
*/
#ifndef FUNCTIONS_TEXT_FUNCTIONS_H
#define FUNCTIONS_TEXT_FUNCTIONS_H

#include "sqlite/sqlite.h"

/*
** printable(text): the text as printable_write() in base/printable.h writes it.  A number is
** written as a text, and a blob is taken for one.
*/
void text_printable(sqlite3_context *ctx, int argc, sqlite3_value **argv);

/*
** csv_text(value): a text that a spreadsheet would compute gets a ' in front.  Any other value stays
** what it is.
*/
void text_csv(sqlite3_context *ctx, int argc, sqlite3_value **argv);

#endif
