/* SPDX-License-Identifier: MIT */
/*
** A table of prefixes, each with a row number, that says of an address which row has the longest prefix that holds it.
**
** Call order: prefixes_new(), prefixes_add() for each, prefixes_finish() once, then prefixes_find() from any number of
** threads, prefixes_free().  The caller owns the table; it keeps nothing that it was given.  The two families are kept
** apart: an IPv4 address is in no IPv6 prefix, as ip_in_prefix() has it.
**
** Memory of n prefixes: 32 bytes each while they are added (twice that for moments), then at most 24 (IPv4) or 48
** (IPv6) each, and 256 KiB.  While prefixes_finish() runs, it is all of these.
*/
#ifndef PREFIXES_H
#define PREFIXES_H

#include <stddef.h>
#include <stdint.h>

#include "ip.h"

#define PREFIXES_MAX (UINT32_C(1) << 30)

struct prefixes;

/* NULL: no memory. */
struct prefixes *prefixes_new(void);
void prefixes_free(struct prefixes *p); /* NULL is fine */

/* Adds one; of the same prefix with several rows the smallest row counts.  Not 0: no memory, or PREFIXES_MAX are in. */
int prefixes_add(struct prefixes *p, const struct ip_prefix *prefix, int64_t row);

/* Makes the table ready for prefixes_find().  Not 0: no memory; prefixes_free() is due all the same. */
int prefixes_finish(struct prefixes *p);

/* Is the address in a prefix?  Then *row is the row of the longest one. */
int prefixes_find(const struct prefixes *p, const struct ip *a, int64_t *row);

#endif
