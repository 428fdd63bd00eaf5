/* SPDX-License-Identifier: MIT */
/*
** One's own networks: which addresses are inside.
**
** The default is the private address space, with the shared addresses that AWS allows in a VPC and
** the unique local addresses of IPv6: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 and
** fc00::/7.
*/
#ifndef FUNCTIONS_INSIDE_H
#define FUNCTIONS_INSIDE_H

#include "net/ip.h"
#include "net/prefix_table.h"
#include "sqlite/sqlite.h"

/* Is the address in the default networks?  Any thread may ask. */
int inside_is_default(const struct ip *ip);

/*
** Reads the list of networks: NULL for the default, a JSON array of prefixes and addresses, or the
** name of a table with a column `cidr`; see functions/value_list.h, also for `who`, codes and
** messages.  An empty array or table is a list in which no address is.  Sets *out to a table that
** is ready for prefix_table_find(), which any thread may call, and which the caller frees with
** prefix_table_free(); *out is NULL on an error.  By the thread that owns the connection, also from
** an xFilter.
*/
int inside_read(sqlite3 *db, const char *who, const char *text, struct prefix_table **out, char **pzErr);

/*
** is_inside(ip): 1 when the address is in the default networks, otherwise 0; NULL for NULL and for
** what is no address.  Pure.
*/
void inside_default_function(sqlite3_context *ctx, int argc, sqlite3_value **argv);

#endif
