/* SPDX-License-Identifier: MIT */
/*
** SQL functions that name the codes in a record.  All are pure.  A code is what value_integer()
** reads; NULL and anything else give NULL, and so does a code without a name.  The names and
** their sources are in net/code_names.h.
*/
#ifndef FUNCTIONS_CODE_FUNCTIONS_H
#define FUNCTIONS_CODE_FUNCTIONS_H

#include "sqlite/sqlite.h"

/* protocol_name(number): 'TCP' for 6. */
void code_protocol_name(sqlite3_context *ctx, int argc, sqlite3_value **argv);

/* port_name(port), or port_name(port, protocol), which tells TCP's port 514 from UDP's. */
void code_port_name(sqlite3_context *ctx, int argc, sqlite3_value **argv);

/* tcp_flags(mask): 'SYN ACK' for 18. */
void code_tcp_flags(sqlite3_context *ctx, int argc, sqlite3_value **argv);

/* traffic_path(number): the way out of egress traffic, for the field traffic_path. */
void code_traffic_path(sqlite3_context *ctx, int argc, sqlite3_value **argv);

#endif
