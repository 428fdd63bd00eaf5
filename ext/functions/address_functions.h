/* SPDX-License-Identifier: MIT */
/*
** SQL functions of addresses.  All are pure, so they may be used in indexes, generated columns,
** CHECK, views and triggers. NULL gives NULL, and so does what is not an address (value.h).
*/
#ifndef FUNCTIONS_ADDRESS_FUNCTIONS_H
#define FUNCTIONS_ADDRESS_FUNCTIONS_H

#include "sqlite/sqlite.h"

/*
** cidr_match(ip, cidr): 1 when the address lies in the prefix, 0 when it does not.  An IPv4
** address is in no IPv6 prefix; ::ffff:a.b.c.d is the IPv4 address; a cidr without a length is
** the one address.  Error: an invalid cidr, and the two arguments in the wrong order.
*/
void address_cidr_match(sqlite3_context *ctx, int argc, sqlite3_value **argv);

/* ip_family(ip): 4 or 6. */
void address_family(sqlite3_context *ctx, int argc, sqlite3_value **argv);

/*
** ip_prefix(ip, n): the network of the first n bits, as '10.0.0.0/8' or 'fd00::/8'.  Error: an n
** that is not a number of bits of the family of the address.
*/
void address_prefix(sqlite3_context *ctx, int argc, sqlite3_value **argv);

/* ip_scope(ip): 'private', 'global' and so on: see net/scope.h. */
void address_scope(sqlite3_context *ctx, int argc, sqlite3_value **argv);

/* ip_is_private(ip): 1 when the scope is 'private', otherwise 0. */
void address_is_private(sqlite3_context *ctx, int argc, sqlite3_value **argv);

/* ip_blob(ip): 16 bytes, for IPv4 those of ::ffff:a.b.c.d.  They sort as the addresses do. */
void address_blob(sqlite3_context *ctx, int argc, sqlite3_value **argv);

/*
** ip_text(ip): the address in the one spelling of RFC 5952, from any spelling or from ip_blob().
*/
void address_text(sqlite3_context *ctx, int argc, sqlite3_value **argv);

#endif
