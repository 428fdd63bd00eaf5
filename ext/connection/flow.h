/* SPDX-License-Identifier: MIT */
/*
** What one record says about a connection: which ends, which of them sent, how much, when, and who
** saw it.
**
** The ends are those of the packet: pkt_srcaddr and pkt_dstaddr where the record has them, else
** srcaddr and dstaddr.  ICMP has no ports.  A is the end with the lower address, and the lower port
** of equal addresses; B is the other.  Direction 0 is from A to B, and 1 from B to A.
**
** flow_bind() for each layout, then flow_read() for each line.  A struct flow_binding is plain
** data.  The functions keep no state; any thread may call them.
*/
#ifndef CONNECTION_FLOW_H
#define CONNECTION_FLOW_H

#include <stdint.h>

#include "base/err.h"
#include "net/ip.h"
#include "record/layout.h"
#include "record/record.h"
#include "record/tokens.h"

#define FLOW_NONE        RECORD_NONE /* a number that the record does not have */
#define FLOW_NO_PORT     0x10000u    /* instead of a port */
#define FLOW_NO_PROTOCOL 0x100u      /* instead of a protocol */

struct flow_end {
  struct ip addr;
  uint32_t port; /* or FLOW_NO_PORT */
};

/* What tells connections apart, apart from the time. */
struct flow_key {
  struct flow_end a, b;
  uint32_t protocol; /* or FLOW_NO_PROTOCOL */
};

/*
** What a record is a sign of.  FLOW_SIGNS(x, d) is the sign of a sender: d is 0 for A and 1 for B.
*/
enum flow_sign {
  FLOW_SEEN = 1,      /* the end has sent */
  FLOW_ACCEPTED = 2,  /* of this a part was accepted, or no action was logged */
  FLOW_REJECTED = 4,  /* or rejected */
  FLOW_SYN = 8,       /* the end opened a TCP connection */
  FLOW_SYN_ACK = 16,  /* it answered to that */
  FLOW_RST = 32,      /* it gave the connection up */
  FLOW_FIN = 64,      /* it closed the connection */
  FLOW_FLAGGED = 128, /* the flags of what it sent were logged */
  FLOW_SIGN_BITS = 8, /* how many signs an end has */
};
#define FLOW_SIGNS(signs, direction) ((uint32_t)(signs) << ((direction)*FLOW_SIGN_BITS))
#define FLOW_ACTION                  (1u << 2 * FLOW_SIGN_BITS) /* a record had an action */

/* How an observer sees a record. */
enum flow_way { FLOW_WAY_UNKNOWN, FLOW_INGRESS, FLOW_EGRESS };

struct flow {
  struct flow_key key;
  uint32_t direction;
  uint32_t signs;
  uint64_t start, end;     /* Unix seconds, or FLOW_NONE for both; end is not before start */
  uint64_t packets, bytes; /* or FLOW_NONE */
  uint32_t way;            /* enum flow_way */
  struct ip src, dst;      /* srcaddr and dstaddr: not the ends where the next two say so */
  uint32_t src_differs;    /* 0 or 1: srcaddr is not the source of the packet */
  uint32_t dst_differs;    /* 0 or 1: dstaddr is not the destination of the packet */
};

/* The tokens of the fields; LAYOUT_ABSENT for those that the layout lacks. */
struct flow_binding {
  int32_t srcaddr, dstaddr, pkt_srcaddr, pkt_dstaddr, srcport, dstport, protocol;
  int32_t packets, bytes, start, end, action, tcp_flags, flow_direction;
};

/* Returns 0 if the layout lacks a field without which there are no connections, otherwise 1. */
int flow_fits(const struct layout *l);

/* Notes in used[] the fields that a binding has. */
void flow_uses(uint8_t used[FIELD_COUNT]);

/* Sets *why if the layout does not fit. */
void flow_bind(struct flow_binding *b, const struct layout *l, struct err *why);

/* May an address of the packet differ from that at the interface?  Found without reading the addresses. */
int flow_may_differ(const struct flow_binding *b, const struct line *line);

enum flow_result { FLOW_READ, FLOW_WITHOUT_ENDS, FLOW_BAD };

/*
** Reads a line that has passed record_check().  FLOW_WITHOUT_ENDS: it has no addresses, as a record
** of NODATA.  FLOW_BAD: a value cannot be that of a packet, and *why says which.
*/
enum flow_result flow_read(const struct flow_binding *b, const struct line *line, struct flow *out, struct err *why);

#endif
