/* SPDX-License-Identifier: MIT */
/*
** The one spelling of an address.
**
** An IPv6 address can be written in several ways.  The value of an address field is the text that
** ip_format() writes, that of RFC 5952, however the address is written in the file.  All that
** reads such a field for SQL gets it from address_spelling(): batches, groups, and predicates.
** The conditions of a filter pattern do not, because CloudWatch compares the words of the line.
**
** An IPv4 address has one spelling only, so that nothing is to be done in a window without a ':'
** (line->colons is 0).  A token that ip_parse() does not read, although it has the letters of an
** address (10.0.0.256), is its own text.
**
** The functions are pure; any thread may call them.
*/
#ifndef RECORD_ADDRESS_H
#define RECORD_ADDRESS_H

#include <stddef.h>

#include "net/ip.h"

#define ADDRESS_PADDING 16 /* bytes that may be read after the text */

/* Room for a text, and for the bytes that may be read after it. */
struct address_room {
  char text[IP_TEXT + ADDRESS_PADDING];
};

/*
** Returns the text of an address, a token of *n bytes at p, and sets *n to its length.  It is the
** token itself, or lies in *room, where ADDRESS_PADDING bytes can be read after it.  TOKENS_BLOCK
** readable bytes must follow the token.  The text can be one byte longer than the token: it is
** 1:2:3:0:5:6:7:8 for 1:2:3::5:6:7:8, because `::` must not stand for a single group.
**
** Where line->colons is 0, it is always the token itself, so that nobody has to ask.
*/
const char *address_spelling(const char *p, size_t *n, struct address_room *room);

#endif
