/* SPDX-License-Identifier: MIT */
/*
** flow_read(): a line says what a slow reader finds, field by field, and with source and
** destination exchanged it is the same flow in the other direction.
**
** Input: a byte that chooses the format, and lines.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "connection/flow.h"
#include "record/record.h"

#define ENDS "srcaddr dstaddr srcport dstport protocol"

static const char *const formats[] = {
    ENDS,
    ENDS " packets bytes start end action",
    "version account_id interface_id " ENDS " packets bytes start end action log_status",
    ENDS " pkt_srcaddr pkt_dstaddr",
    "tcp_flags " ENDS " pkt_dstaddr pkt_srcaddr flow_direction end",
    "start flow_direction action tcp_flags " ENDS " packets",
};

static struct tokens tokens;

/* The text of a field in a line; "-" where there is none. */
static const char *value_of(const struct layout *l, const struct line *line, int field, char out[256]) {
  size_t n = 1;
  const char *p = "-";
  if (l->token[field] != LAYOUT_ABSENT) p = token_text(line, (uint32_t)l->token[field], &n);
  snprintf(out, 256, "%.*s", (int)(n < 255 ? n : 255), p);
  return out;
}

static uint64_t number_of(const struct layout *l, const struct line *line, int field) {
  char text[256];
  value_of(l, line, field, text);
  return strcmp(text, "-") ? strtoull(text, NULL, 10) : FLOW_NONE;
}

enum address { MISSING, GOOD, BAD };

static enum address address_of(const struct layout *l, const struct line *line, int field, struct ip *out) {
  char text[256];
  struct ip a;
  value_of(l, line, field, text);
  if (!strcmp(text, "-")) return MISSING;
  if (!ip_parse(text, strlen(text), &a)) return BAD;
  *out = a;
  return GOOD;
}

/* --- the slow reader --------------------------------------------------------------------------------------------- */

struct side {
  struct ip near;
  struct flow_end end;
};

/* FLOW_READ, or as flow_read(). */
static enum flow_result read_side(const struct layout *l, const struct line *line, int near, int packet, int port,
                                  struct side *out) {
  enum address is = address_of(l, line, near, &out->near);
  uint64_t number = number_of(l, line, port);
  if (is != GOOD) return is == BAD ? FLOW_BAD : FLOW_WITHOUT_ENDS;
  out->end.addr = out->near;
  if (address_of(l, line, packet, &out->end.addr) == BAD || (number > 65535 && number != FLOW_NONE)) return FLOW_BAD;
  out->end.port = number == FLOW_NONE ? FLOW_NO_PORT : (uint32_t)number;
  return FLOW_READ;
}

static int is_same(const struct ip *a, const struct ip *b) { return a->high == b->high && a->low == b->low; }

static int is_same_end(const struct flow_end *a, const struct flow_end *b) {
  return is_same(&a->addr, &b->addr) && a->port == b->port;
}

static int is_below(const struct flow_end *a, const struct flow_end *b) {
  if (a->addr.high != b->addr.high) return a->addr.high < b->addr.high;
  if (a->addr.low != b->addr.low) return a->addr.low < b->addr.low;
  return a->port < b->port;
}

static uint32_t signs_of(const struct layout *l, const struct line *line, uint64_t protocol) {
  char action[256];
  uint64_t flags = number_of(l, line, FIELD_tcp_flags);
  uint32_t signs = FLOW_SEEN;
  signs |= strcmp(value_of(l, line, FIELD_action, action), "REJECT") ? FLOW_ACCEPTED : FLOW_REJECTED;
  if (protocol != 6 || flags == FLOW_NONE) return signs;
  if (flags & 2) signs |= flags & 16 ? FLOW_SYN_ACK : FLOW_SYN;
  return signs | FLOW_FLAGGED | (flags & 4 ? FLOW_RST : 0) | (flags & 1 ? FLOW_FIN : 0);
}

/* What is not about the ends. */
static void check_rest(const struct layout *l, const struct line *line, const struct flow *f, uint64_t protocol) {
  char text[256];
  uint64_t start = number_of(l, line, FIELD_start), end = number_of(l, line, FIELD_end);
  uint32_t way = FLOW_WAY_UNKNOWN;
  if (start == FLOW_NONE) start = end;
  if (end == FLOW_NONE || end < start) end = start;
  PROPERTY(f->start == start && f->end == end, "start %llu", (unsigned long long)f->start);
  PROPERTY(f->packets == number_of(l, line, FIELD_packets), "packets");
  PROPERTY(f->bytes == number_of(l, line, FIELD_bytes), "bytes");
  value_of(l, line, FIELD_flow_direction, text);
  if (!strcmp(text, "ingress")) way = FLOW_INGRESS;
  if (!strcmp(text, "egress")) way = FLOW_EGRESS;
  PROPERTY(f->way == way, "way %u", f->way);
  value_of(l, line, FIELD_action, text);
  uint32_t action = strcmp(text, "-") ? FLOW_ACTION : 0;
  PROPERTY(f->signs == (FLOW_SIGNS(signs_of(l, line, protocol), f->direction) | action), "signs %x", f->signs);
}

static enum flow_result check_line(const struct layout *l, const struct line *line, struct flow *f) {
  struct flow_binding b;
  struct side src = {.end.port = 0}, dst = src;
  struct err e = {0};
  flow_bind(&b, l, &e);
  PROPERTY(!e.code, "%s", e.text);
  enum flow_result got = flow_read(&b, line, f, &e);
  PROPERTY((got == FLOW_BAD) == (e.code == ERR_LINE), "%s", e.text);
  enum flow_result result = read_side(l, line, FIELD_srcaddr, FIELD_pkt_srcaddr, FIELD_srcport, &src);
  enum flow_result other = read_side(l, line, FIELD_dstaddr, FIELD_pkt_dstaddr, FIELD_dstport, &dst);
  uint64_t protocol = number_of(l, line, FIELD_protocol);
  if (result == FLOW_READ) result = other;
  if (result == FLOW_READ && protocol > 255 && protocol != FLOW_NONE) result = FLOW_BAD;
  /* A line that is wrong in two ways may be either; it is never a flow. */
  PROPERTY((got == FLOW_READ) == (result == FLOW_READ), "%d, not %d", got, result);
  if (got != FLOW_READ) return got;
  if (protocol == 1 || protocol == 58) src.end.port = dst.end.port = FLOW_NO_PORT;
  PROPERTY(f->key.protocol == (protocol == FLOW_NONE ? FLOW_NO_PROTOCOL : protocol), "protocol %u", f->key.protocol);
  PROPERTY(f->direction == (uint32_t)is_below(&dst.end, &src.end), "direction %u", f->direction);
  PROPERTY(is_same_end(f->direction ? &f->key.b : &f->key.a, &src.end), "the source");
  PROPERTY(is_same_end(f->direction ? &f->key.a : &f->key.b, &dst.end), "the destination");
  PROPERTY(is_same(&f->src, &src.near) && f->src_differs == !is_same(&src.near, &src.end.addr), "srcaddr");
  PROPERTY(is_same(&f->dst, &dst.near) && f->dst_differs == !is_same(&dst.near, &dst.end.addr), "dstaddr");
  PROPERTY(flow_may_differ(&b, line) || !(f->src_differs || f->dst_differs), "the sides are the same");
  check_rest(l, line, f, protocol);
  return got;
}

/* --- source and destination exchanged ---------------------------------------------------------------------------- */

static void exchange(struct layout *l, int a, int b) {
  int16_t token = l->token[a];
  l->token[a] = l->token[b];
  l->token[b] = token;
}

static void check_exchanged(const struct layout *l, const struct line *line, enum flow_result result,
                            const struct flow *f) {
  struct layout turned = *l;
  struct flow other;
  exchange(&turned, FIELD_srcaddr, FIELD_dstaddr);
  exchange(&turned, FIELD_srcport, FIELD_dstport);
  exchange(&turned, FIELD_pkt_srcaddr, FIELD_pkt_dstaddr);
  enum flow_result again = check_line(&turned, line, &other);
  PROPERTY((again == FLOW_READ) == (result == FLOW_READ), "exchanged: %d, not %d", again, result);
  if (result != FLOW_READ) return;
  PROPERTY(is_same_end(&f->key.a, &other.key.a) && is_same_end(&f->key.b, &other.key.b), "exchanged: another key");
  PROPERTY(f->direction != other.direction || is_same_end(&f->key.a, &f->key.b), "exchanged: the same direction");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct layout l;
  struct choices c = {data, size};
  struct err e = {0};
  const char *format = formats[choose(&c, sizeof formats / sizeof *formats)];
  PROPERTY(!layout_from_option(&l, format, strlen(format), &e), "%s", e.text);
  if (!tokens.at && tokens_init(&tokens, 1 << 16, &e)) abort();
  while (c.n) {
    size_t n;
    const char *p = choose_text(&c, '\n', &n);
    if (n > 4096 || record_odd_byte(p, n)) continue;
    char *copy = copy_of(p, n, TOKENS_BLOCK + 1);
    copy[n] = '\n';
    if (tokens_split(&tokens, copy, n + 1) == n + 1 && tokens.nlines == 1) {
      struct line line = tokens_line(&tokens, 0, 0);
      struct flow f;
      if (record_check(&l, &line) == RECORD_FITS) check_exchanged(&l, &line, check_line(&l, &line, &f), &f);
    }
    free(copy);
  }
  return 0;
}
