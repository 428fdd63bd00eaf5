/* SPDX-License-Identifier: MIT */
/*
** The signs of TCP follow "Flow log records", Amazon VPC user guide: tcp-flags is the OR of the
** flags of all packets, of which FIN (1), SYN (2) and RST (4) count, and SYN-ACK as 18.  An ACK alone is
** not logged, so 2 without 16 is the SYN of a client.
*/
#include "connection/flow.h"

#include <stdio.h>
#include <string.h>

#include "record/record.h"

#define TCP         6
#define ICMP        1
#define ICMPV6      58
#define TCP_FIN     1
#define TCP_SYN     2
#define TCP_RST     4
#define TCP_SYN_ACK 18

/* --- a layout ---------------------------------------------------------------------------------------------------- */

static const int needed[] = {FIELD_srcaddr, FIELD_dstaddr, FIELD_srcport, FIELD_dstport, FIELD_protocol};

int flow_fits(const struct layout *l) {
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
    if (l->token[needed[i]] == LAYOUT_ABSENT) return 0;
  return 1;
}

void flow_uses(uint8_t used[FIELD_COUNT]) {
  static const uint8_t all[] = {
      FIELD_srcaddr, FIELD_dstaddr,  FIELD_pkt_srcaddr, FIELD_pkt_dstaddr,    FIELD_srcport,
      FIELD_dstport, FIELD_protocol, FIELD_packets,     FIELD_bytes,          FIELD_start,
      FIELD_end,     FIELD_action,   FIELD_tcp_flags,   FIELD_flow_direction,
  };
  _Static_assert(sizeof all == sizeof(struct flow_binding) / sizeof(int32_t), "all that flow_bind() binds");
  for (size_t i = 0; i < sizeof all; i++) used[all[i]] = 1;
}

void flow_bind(struct flow_binding *b, const struct layout *l, struct err *why) {
  const int16_t *t = l->token;
  *b = (struct flow_binding){
      .srcaddr = t[FIELD_srcaddr],
      .dstaddr = t[FIELD_dstaddr],
      .pkt_srcaddr = t[FIELD_pkt_srcaddr],
      .pkt_dstaddr = t[FIELD_pkt_dstaddr],
      .srcport = t[FIELD_srcport],
      .dstport = t[FIELD_dstport],
      .protocol = t[FIELD_protocol],
      .packets = t[FIELD_packets],
      .bytes = t[FIELD_bytes],
      .start = t[FIELD_start],
      .end = t[FIELD_end],
      .action = t[FIELD_action],
      .tcp_flags = t[FIELD_tcp_flags],
      .flow_direction = t[FIELD_flow_direction],
  };
  char names[96] = "";
  size_t n = 0, count = 0;
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
    if (t[needed[i]] == LAYOUT_ABSENT)
      n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", count++ ? ", " : "", fields[needed[i]].name);
  if (count)
    err_set(why, ERR_FORMAT, 0, "lacks the field%s %s, without which there are no connections", count > 1 ? "s" : "",
            names);
}

/* --- values ------------------------------------------------------------------------------------------------------ */

/* Reads a number that is at most `most`.  A missing one becomes most + 1. */
static inline int small_number(const struct line *line, int32_t token, uint32_t most, const char *name, uint32_t *out,
                               struct err *why) {
  uint64_t value = record_number(line, token);
  *out = value <= most ? (uint32_t)value : most + 1;
  if (value <= most || value == FLOW_NONE) return 1;
  err_set(why, ERR_LINE, 0, "%s is %llu, which is more than %u", name, (unsigned long long)value, (unsigned)most);
  return 0;
}

enum address_is { ADDRESS_GOOD, ADDRESS_MISSING, ADDRESS_BAD };

static inline enum address_is address_at(const struct line *line, int32_t token, const char *name, struct ip *out,
                                         struct err *why) {
  size_t n;
  if (token == LAYOUT_ABSENT) return ADDRESS_MISSING;
  const char *p = token_text(line, (uint32_t)token, &n);
  if (ip_parse(p, n, out)) return ADDRESS_GOOD;
  if (n == 1 && *p == '-') return ADDRESS_MISSING;
  char shown[RECORD_SHOWN + 4];
  record_show(p, n, RECORD_SHOWN, shown);
  err_set(why, ERR_LINE, 0, "%s is '%s', which is no address", name, shown);
  return ADDRESS_BAD;
}

/* Do two tokens have the same text?  If they do, neither needs to be parsed twice. */
static inline int is_same_token(const struct line *line, int32_t a, int32_t b) {
  size_t n, m;
  const char *p = token_text(line, (uint32_t)a, &n), *q = token_text(line, (uint32_t)b, &m);
  return n == m && !memcmp(p, q, n);
}

int flow_may_differ(const struct flow_binding *b, const struct line *line) {
  return (b->pkt_srcaddr != LAYOUT_ABSENT && b->srcaddr != LAYOUT_ABSENT &&
          !is_same_token(line, b->srcaddr, b->pkt_srcaddr)) ||
         (b->pkt_dstaddr != LAYOUT_ABSENT && b->dstaddr != LAYOUT_ABSENT &&
          !is_same_token(line, b->dstaddr, b->pkt_dstaddr));
}

/*
** One side of the record: the address at the interface, and that of the packet where one is logged.
** FLOW_BAD, and otherwise whether they differ.
*/
static inline enum flow_result read_side(const struct line *line, int32_t near, int32_t packet, const char *name,
                                         const char *packet_name, struct ip *at, struct ip *end, uint32_t *differs,
                                         struct err *why) {
  enum address_is is = address_at(line, near, name, at, why);
  *differs = 0;
  if (is != ADDRESS_GOOD) return is == ADDRESS_BAD ? FLOW_BAD : FLOW_WITHOUT_ENDS;
  *end = *at;
  if (packet == LAYOUT_ABSENT || is_same_token(line, near, packet)) return FLOW_READ;
  if (address_at(line, packet, packet_name, end, why) == ADDRESS_BAD) return FLOW_BAD;
  *differs = !ip_is_same(at, end);
  return FLOW_READ;
}

/* --- a record ---------------------------------------------------------------------------------------------------- */

/* The order of the ends. */
static inline int compare_ends(const struct flow_end *a, const struct flow_end *b) {
  int order = ip_compare(&a->addr, &b->addr);
  return order ? order : (a->port > b->port) - (a->port < b->port);
}

static inline uint32_t signs_of(const struct flow_binding *b, const struct line *line, uint32_t protocol) {
  uint32_t signs = FLOW_SEEN | FLOW_ACCEPTED;
  uint64_t flags = protocol == TCP ? record_number(line, b->tcp_flags) : FLOW_NONE;
  if (b->action != LAYOUT_ABSENT) {
    char first = line->text[line->at[b->action]];
    if (first == 'R') signs = FLOW_SEEN | FLOW_REJECTED;
  }
  if (flags != FLOW_NONE) {
    signs |= FLOW_FLAGGED;
    if ((flags & TCP_SYN_ACK) == TCP_SYN) signs |= FLOW_SYN;
    if ((flags & TCP_SYN_ACK) == TCP_SYN_ACK) signs |= FLOW_SYN_ACK;
    if (flags & TCP_RST) signs |= FLOW_RST;
    if (flags & TCP_FIN) signs |= FLOW_FIN;
  }
  return signs;
}

static inline int has_action(const struct flow_binding *b, const struct line *line) {
  return b->action != LAYOUT_ABSENT && line->text[line->at[b->action]] != '-';
}

static inline void read_times(const struct flow_binding *b, const struct line *line, struct flow *f) {
  f->start = record_number(line, b->start);
  f->end = record_number(line, b->end);
  if (f->start == FLOW_NONE) f->start = f->end;
  if (f->end == FLOW_NONE || f->end < f->start) f->end = f->start;
}

static inline uint32_t way_of(const struct flow_binding *b, const struct line *line) {
  size_t n;
  if (b->flow_direction == LAYOUT_ABSENT) return FLOW_WAY_UNKNOWN;
  const char *p = token_text(line, (uint32_t)b->flow_direction, &n);
  if (n == 7 && !memcmp(p, "ingress", 7)) return FLOW_INGRESS;
  return n == 6 && !memcmp(p, "egress", 6) ? FLOW_EGRESS : FLOW_WAY_UNKNOWN;
}

enum flow_result flow_read(const struct flow_binding *b, const struct line *line, struct flow *f, struct err *why) {
  struct flow_end src, dst;
  enum flow_result result =
      read_side(line, b->srcaddr, b->pkt_srcaddr, "srcaddr", "pkt_srcaddr", &f->src, &src.addr, &f->src_differs, why);
  if (result != FLOW_READ) return result;
  result =
      read_side(line, b->dstaddr, b->pkt_dstaddr, "dstaddr", "pkt_dstaddr", &f->dst, &dst.addr, &f->dst_differs, why);
  if (result != FLOW_READ) return result;
  if (!small_number(line, b->srcport, 65535, "srcport", &src.port, why) ||
      !small_number(line, b->dstport, 65535, "dstport", &dst.port, why) ||
      !small_number(line, b->protocol, 255, "protocol", &f->key.protocol, why))
    return FLOW_BAD;
  if (f->key.protocol == ICMP || f->key.protocol == ICMPV6) src.port = dst.port = FLOW_NO_PORT;
  f->direction = compare_ends(&src, &dst) > 0;
  f->key.a = f->direction ? dst : src;
  f->key.b = f->direction ? src : dst;
  f->signs = FLOW_SIGNS(signs_of(b, line, f->key.protocol), f->direction) | (has_action(b, line) ? FLOW_ACTION : 0);
  f->packets = record_number(line, b->packets);
  f->bytes = record_number(line, b->bytes);
  f->way = way_of(b, line);
  read_times(b, line, f);
  return FLOW_READ;
}
