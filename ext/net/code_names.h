/* SPDX-License-Identifier: MIT */
/*
** Names of the codes in a record: protocols and ports as IANA's registries call them, TCP flags and paths as AWS's
** documentation does.  Pure functions; any thread.  What they return is constant.
*/
#ifndef NET_CODE_NAMES_H
#define NET_CODE_NAMES_H

#include <stddef.h>
#include <stdint.h>

/*
** An IP protocol's keyword in IANA's registry, "TCP"; where it has none, the protocol's description there.  NULL for an
** unassigned number.
*/
const char *code_names_protocol(int64_t number);

#define CODE_NAMES_UDP 17

/*
** A port's service name in IANA's registry, "https"; NULL for a number that has none or isn't in our table, which has
** the ports that one meets.  Where TCP and UDP ports of a number differ, it is that of UDP for protocol CODE_NAMES_UDP, and
** that of TCP for all others.
*/
const char *code_names_port(int64_t number, int64_t protocol);

#define CODE_NAMES_FLAGS 32 /* the longest text of TCP flags, and a NUL */

/*
** Writes the flags of a tcp-flags mask, lowest bit first, as "SYN|ACK"; "none" for 0.  Returns its length, or 0 when it
** isn't a mask of 8 bits.
*/
size_t code_names_flags(int64_t mask, char out[CODE_NAMES_FLAGS]);

/* The path that egress traffic took, of the codes 1 to 8; NULL for others. */
const char *code_names_path(int64_t code);

#endif
