/* SPDX-License-Identifier: MIT */
/*
** Names of the codes in a record.  Protocols have their names in IANA's registry, and ports too
** where it says what has the port today; TCP flags and traffic paths have those of AWS's
** documentation.  The functions are pure; any thread may call them.  The texts that they return
** are constant.
*/
#ifndef NET_CODE_NAMES_H
#define NET_CODE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "net/port_set.h"

/*
** Returns the keyword of an IP protocol in IANA's registry, such as "TCP"; or, when it has none,
** the description there.  Returns NULL for an unassigned number.
*/
const char *code_names_protocol(int64_t number);

#define CODE_NAMES_UDP 17 /* the protocol number of UDP */

/*
** Returns the name of the service that usually has a port: the name in IANA's registry, such as
** "https", or the one that people use, such as "kubelet", for a port that the registry gives to a
** dead product or to none.  Returns NULL for a port that has neither, or that is not in our
** tables, which have only the common ports.  Where a number has different names for TCP and UDP,
** the name for UDP is returned when the protocol is CODE_NAMES_UDP, and the name for TCP
** otherwise.
*/
const char *code_names_port(int64_t number, int64_t protocol);

/* Adds all ports that have a name for the protocol. */
void code_names_add_ports(struct port_set *to, int64_t protocol);

#define CODE_NAMES_FLAGS 32 /* bytes of the longest text of TCP flags, with its NUL */

/*
** Writes the flags of a tcp-flags mask and a NUL, lowest bit first, such as "SYN|ACK"; writes
** "none" for 0.  Returns the length of the text, or 0 when mask does not fit 8 bits.
*/
size_t code_names_flags(int64_t mask, char out[CODE_NAMES_FLAGS]);

/* Returns the path that egress traffic took, for the codes 1 to 8, and NULL for any other code. */
const char *code_names_path(int64_t code);

#endif
