/* SPDX-License-Identifier: MIT */
/*
** A table of prefixes, each with a row number, that says of an address which row has the longest prefix that holds it.
**
** Call order: prefix_table_new(), prefix_table_add() for each, prefix_table_finish() once, then prefix_table_find() from any number of
** threads, prefix_table_free().  The caller owns the table; it keeps nothing that it was given.  The two families are kept
** apart: an IPv4 address is in no IPv6 prefix, as ip_in_prefix() has it.
**
** Memory of n prefixes: 32 bytes each while they are added (twice that for moments), then at most 24 (IPv4) or 48
** (IPv6) each, and 256 KiB.  While prefix_table_finish() runs, it is all of these.
*/
#ifndef NET_PREFIX_TABLE_H
#define NET_PREFIX_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "net/ip.h"

#define PREFIX_TABLE_MAX (UINT32_C(1) << 30)

struct prefix_table;

/* NULL: no memory. */
struct prefix_table *prefix_table_new(void);
void prefix_table_free(struct prefix_table *p); /* NULL is fine */

/* Adds one; of the same prefix with several rows the smallest row counts.  Not 0: no memory, or PREFIX_TABLE_MAX are in. */
int prefix_table_add(struct prefix_table *p, const struct ip_prefix *prefix, int64_t row);

/* Makes the table ready for prefix_table_find().  Not 0: no memory; prefix_table_free() is due all the same. */
int prefix_table_finish(struct prefix_table *p);

/* Is the address in a prefix?  Then *row is the row of the longest one. */
int prefix_table_find(const struct prefix_table *p, const struct ip *a, int64_t *row);

#endif
