/* SPDX-License-Identifier: MIT */
/*
** cwl_match(text, pattern): 1 if the text matches the CloudWatch Logs filter pattern, otherwise 0.
** Pure.
*/
#ifndef FUNCTIONS_CWL_MATCH_H
#define FUNCTIONS_CWL_MATCH_H

#include "sqlite/sqlite.h"

void cwl_match(sqlite3_context *ctx, int argc, sqlite3_value **argv);

#endif
