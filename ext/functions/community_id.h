/* SPDX-License-Identifier: MIT */
/*
** community_id(srcaddr, srcport, dstaddr, dstport, protocol [, seed]): the Community ID, version 1,
** that Zeek, Suricata and Elastic write for a flow; the same for both of its directions.
**
** NULL where an argument is NULL, where an address is none, and for addresses of two families.
** ::ffff:a.b.c.d is the IPv4 address.  TCP, UDP and SCTP have ports; for all other protocols, the
** ports are ignored, whatever they are.  NULL for ICMP and ICMPv6, whose ID depends on type and
** code, which flow logs do not have.
**
** Error: a protocol that is no number from 0 to 255, and a port, where it counts, or a seed that is
** no number from 0 to 65535.
**
** Pure; it may be used in indexes, generated columns, CHECK, views and triggers.
*/
#ifndef FUNCTIONS_COMMUNITY_ID_H
#define FUNCTIONS_COMMUNITY_ID_H

#include "sqlite/sqlite.h"

void community_id(sqlite3_context *ctx, int argc, sqlite3_value **argv);

#endif
