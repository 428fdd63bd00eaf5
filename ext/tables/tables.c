/* SPDX-License-Identifier: MIT */
/*
** The list that main.c registers and that flowlogs_help shows.  A new table is a row here and a
** file of its own.
*/
#include "tables/tables.h"

const struct table_module table_modules[] = {
    {&flowlogs_table, &flowlogs_module},
    {&flowlogs_rollup_table, &flowlogs_rollup_module},
    {&flowlogs_connections_table, &flowlogs_connections_module},
    {&flowlogs_payload_table, &flowlogs_payload_module},
    {&flowlogs_payload_rollup_table, &flowlogs_payload_rollup_module},
    {&flowlogs_files_table, &flowlogs_files_module},
    {&flowlogs_errors_table, &flowlogs_errors_module},
    {&flowlogs_index_build_table, &flowlogs_index_build_module},
    {&flowlogs_help_table, &flowlogs_help_module},
};

const size_t table_modules_count = sizeof table_modules / sizeof *table_modules;
