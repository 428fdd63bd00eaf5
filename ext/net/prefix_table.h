/* SPDX-License-Identifier: MIT */
/*
** A table of prefixes with a row number each.  It finds the row of the longest prefix that
** contains an address.
**
** Call order: prefix_table_new(); prefix_table_add() for each prefix; prefix_table_finish() once;
** then prefix_table_find() from any number of threads; prefix_table_free().  The caller owns the
** table, which keeps copies only.  The two families are separate: an IPv4 address is in no IPv6
** prefix, as in ip_in_prefix().
**
** Memory for n prefixes: 32 bytes each while they are added (twice that for moments, while the
** array grows); then at most 24 (IPv4) or 48 (IPv6) bytes each, and 256 KiB.  While
** prefix_table_finish() runs, the sum of both.
*/
#ifndef NET_PREFIX_TABLE_H
#define NET_PREFIX_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "net/ip.h"

#define PREFIX_TABLE_MAX (UINT32_C(1) << 30) /* prefixes; 32 bits number their ranges */

struct prefix_table;

/* Returns an empty table, or NULL when there is no memory. */
struct prefix_table *prefix_table_new(void);
void prefix_table_free(struct prefix_table *p); /* NULL is allowed */

/*
** Adds a prefix.  When a prefix is added with several rows, the smallest row is used.  Returns 0,
** or -1 when there is no memory or the table has PREFIX_TABLE_MAX prefixes.
*/
int prefix_table_add(struct prefix_table *p, const struct ip_prefix *prefix, int64_t row);

/*
** Makes the table ready for prefix_table_find().  Returns 0, or -1 when there is no memory;
** prefix_table_free() must be called in any case.
*/
int prefix_table_finish(struct prefix_table *p);

/*
** Returns 1 and sets *row to the row of the longest prefix that contains the address; returns 0
** when no prefix does.
*/
int prefix_table_find(const struct prefix_table *p, const struct ip *a, int64_t *row);

/* Does any prefix contain the address? */
static inline int prefix_table_has(const struct prefix_table *p, const struct ip *a) {
  int64_t row;
  return prefix_table_find(p, a, &row);
}

#endif
