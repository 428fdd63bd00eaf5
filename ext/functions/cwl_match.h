/* SPDX-License-Identifier: MIT */
/* cwl_match(text, pattern): does the text match the CloudWatch Logs filter pattern?  Pure. */
#ifndef FUNCTIONS_CWL_MATCH_H
#define FUNCTIONS_CWL_MATCH_H

#include "sqlite/sqlite.h"

void cwl_match(sqlite3_context *ctx, int argc, sqlite3_value **argv);

#endif
