/* SPDX-License-Identifier: MIT */
/*
** flowlogs_require(condition, message): an error with exactly that message unless the condition
** is true.  Pure.
*/
#ifndef FUNCTIONS_REQUIRE_H
#define FUNCTIONS_REQUIRE_H

#include "sqlite/sqlite.h"

void require(sqlite3_context *ctx, int argc, sqlite3_value **argv);

#endif
