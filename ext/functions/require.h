/* SPDX-License-Identifier: MIT */
/*
** flowlogs_require(condition, message): 1 when the condition is true; an error with exactly that
** message, without a prefix but printable, when it is false or NULL.  A message that is NULL is an
** error of its own.  Pure.  It is for scripts that must stop where something is missing.
*/
#ifndef FUNCTIONS_REQUIRE_H
#define FUNCTIONS_REQUIRE_H

#include "sqlite/sqlite.h"

void require(sqlite3_context *ctx, int argc, sqlite3_value **argv);

#endif
