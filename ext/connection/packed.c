/* SPDX-License-Identifier: MIT */
/*
** A flow of usual size:
**
**     bits      0..16     17..33    34..42     43   44   45      46..52   53       54..55  56..58
**     word 0    A's port  B's port  protocol   v6   0    sender  signs    action   way     at
**     key       A << 32 | B, or four words
**     word      start of 32 bits | seconds of 16 | observer of 16
**     word      packets of 24 bits | bytes of 40
**
** All bits of a number are set where it is missing.  Whatever does not fit is packed in the long form:
**
**     word 0    as above up to bit 43; bit 44 is 1; then the number of sums
**     key       as above
**     5 words   first, last, opening, records | accepted << 32, rejected | signs << 32
**     3 words   of each sum: packets, bytes, point
*/
#include "connection/packed.h"

#define DIRECTION_AT (PACKED_KEY_BITS + 1)
#define SIGNS_AT     (DIRECTION_AT + 1)
#define SIGNS_BITS   (FLOW_SIGN_BITS - 1) /* all but FLOW_SEEN, which each flow has */
#define ACTION_AT    (SIGNS_AT + SIGNS_BITS)
#define POINT_AT     (ACTION_AT + 1) /* the bits of a point without its direction */
#define SUMS_AT      (PACKED_KEY_BITS + 1)

#define START_BITS    32
#define SECONDS_BITS  16
#define OBSERVER_BITS 16
#define PACKETS_BITS  24
#define BYTES_BITS    40

_Static_assert(FLOW_NO_PORT < 1 << PACKED_PORT_BITS && FLOW_NO_PROTOCOL < 1 << PACKED_PROTOCOL_BITS, "they fit");
_Static_assert(POINT_AT + POINT_BITS - 1 <= 64 && POINT_DIRECTION == 1, "the bits of a point fit");
_Static_assert(FLOW_SEEN == 1, "the signs that are packed are above it");

#define MASK(bits) ((UINT64_C(1) << (bits)) - 1)

/* --- keys -------------------------------------------------------------------------------------------------------- */

uint32_t packed_key(uint64_t key[PACKED_KEY_WORDS], const struct flow_key *k) {
  key[0] = k->a.port | (uint64_t)k->b.port << PACKED_PORT_BITS | (uint64_t)k->protocol << 2 * PACKED_PORT_BITS;
  if (ip_is_v4(&k->a.addr) && ip_is_v4(&k->b.addr)) {
    key[1] = k->a.addr.low << 32 | (uint32_t)k->b.addr.low;
    return 2;
  }
  key[0] |= PACKED_IS_V6;
  key[1] = k->a.addr.high;
  key[2] = k->a.addr.low;
  key[3] = k->b.addr.high;
  key[4] = k->b.addr.low;
  return 5;
}

static inline struct ip v4(uint64_t low) { return (struct ip){.low = UINT64_C(0xffff00000000) | (uint32_t)low}; }

void packed_read_key(const uint64_t *p, struct flow_key *out) {
  out->a.port = packed_port(p, 0);
  out->b.port = packed_port(p, 1);
  out->protocol = packed_protocol(p);
  if (*p & PACKED_IS_V6) {
    out->a.addr = (struct ip){.high = p[1], .low = p[2]};
    out->b.addr = (struct ip){.high = p[3], .low = p[4]};
  } else {
    out->a.addr = v4(p[1] >> 32);
    out->b.addr = v4(p[1]);
  }
}

/* --- numbers of few bits ----------------------------------------------------------------------------------------- */

/* Does the number fit so many bits, of which not all are set?  A missing one fits. */
static inline int fits(uint64_t number, uint32_t bits) { return number < MASK(bits) || number == FLOW_NONE; }

static inline uint64_t few(uint64_t number, uint32_t bits) { return number & MASK(bits); }

static inline uint64_t whole(uint64_t packed, uint32_t bits) {
  return few(packed, bits) == MASK(bits) ? FLOW_NONE : few(packed, bits);
}

/* --- pieces ------------------------------------------------------------------------------------------------------ */

static inline uint32_t rejected(uint32_t signs) {
  return (signs & (FLOW_SIGNS(FLOW_REJECTED, 0) | FLOW_SIGNS(FLOW_REJECTED, 1))) != 0;
}

static inline uint32_t accepted(uint32_t signs) { return signs & FLOW_ACTION ? !rejected(signs) : 0; }

/* Is the piece a flow of usual size? */
static inline int is_usual(const struct seen *p, const struct point_sum *sum, uint32_t direction) {
  uint32_t sender = FLOW_SIGNS(MASK(FLOW_SIGN_BITS), direction);
  return fits(p->first, START_BITS) && p->last - p->first <= MASK(SECONDS_BITS) &&
         POINT_OBSERVER(sum->point) <= MASK(OBSERVER_BITS) && fits(sum->packets, PACKETS_BITS) &&
         fits(sum->bytes, BYTES_BITS) && !(p->signs & ~(sender | FLOW_ACTION)) &&
         (p->signs & FLOW_SIGNS(FLOW_SEEN, direction)) && (sum->point & POINT_DIRECTION) == direction;
}

static inline uint32_t put_usual(uint64_t *out, uint32_t key_words, const struct seen *p, const struct point_sum *sum,
                                 uint32_t direction) {
  uint64_t signs = p->signs >> (direction * FLOW_SIGN_BITS + 1) & MASK(SIGNS_BITS);
  out[0] |= (uint64_t)direction << DIRECTION_AT | signs << SIGNS_AT |
            (uint64_t)((p->signs & FLOW_ACTION) != 0) << ACTION_AT | (sum->point & MASK(POINT_BITS)) >> 1 << POINT_AT;
  out += key_words;
  out[0] = few(p->first, START_BITS) << (SECONDS_BITS + OBSERVER_BITS) | (p->last - p->first) << OBSERVER_BITS |
           POINT_OBSERVER(sum->point);
  out[1] = few(sum->packets, PACKETS_BITS) << BYTES_BITS | few(sum->bytes, BYTES_BITS);
  return key_words + 2;
}

static uint32_t put_long(uint64_t *out, uint32_t key_words, const struct seen *p, const struct point_sum *sum,
                         uint32_t n) {
  out[0] |= PACKED_IS_LONG | (uint64_t)n << SUMS_AT;
  out += key_words;
  out[0] = p->first;
  out[1] = p->last;
  out[2] = p->opening;
  out[3] = p->records | (uint64_t)p->accepted << 32;
  out[4] = p->rejected | (uint64_t)p->signs << 32;
  out += 5;
  for (uint32_t i = 0; i < n; i++, out += 3) {
    out[0] = sum[i].packets;
    out[1] = sum[i].bytes;
    out[2] = sum[i].point;
  }
  return key_words + 5 + 3 * n;
}

uint32_t packed_flow(uint64_t *out, const struct flow *f, uint32_t point) {
  const struct point_sum sum = {.packets = f->packets, .bytes = f->bytes, .point = point};
  const struct seen p = {.first = f->start,
                         .last = f->end,
                         .opening = f->end << 1 | f->direction,
                         .records = 1,
                         .accepted = accepted(f->signs),
                         .rejected = rejected(f->signs),
                         .signs = f->signs};
  uint32_t key_words = packed_key(out, &f->key);
  if (is_usual(&p, &sum, f->direction)) return put_usual(out, key_words, &p, &sum, f->direction);
  return put_long(out, key_words, &p, &sum, 1);
}

uint32_t packed_piece(uint64_t *out, const uint64_t *key, const struct seen *p, const struct point_sum *sum,
                      uint32_t n) {
  uint32_t key_words = packed_key_words(key), direction = p->opening & 1;
  out[0] = key[0] & PACKED_KEY_MASK;
  for (uint32_t i = 1; i < key_words; i++) out[i] = key[i];
  int is_flow = p->records == 1 && n == 1 && p->opening == (p->last << 1 | direction) &&
                p->accepted == accepted(p->signs) && p->rejected == rejected(p->signs);
  if (is_flow && is_usual(p, sum, direction)) return put_usual(out, key_words, p, sum, direction);
  return put_long(out, key_words, p, sum, n);
}

/* --- what is packed ---------------------------------------------------------------------------------------------- */

uint32_t packed_sums(const uint64_t *p) { return *p & PACKED_IS_LONG ? (uint32_t)(*p >> SUMS_AT) : 1; }

void packed_read(const uint64_t *p, struct seen *out) {
  const uint64_t *at = p + packed_key_words(p);
  if (*p & PACKED_IS_LONG) {
    *out = (struct seen){
        at[0], at[1], at[2], (uint32_t)at[3], (uint32_t)(at[3] >> 32), (uint32_t)at[4], (uint32_t)(at[4] >> 32)};
    return;
  }
  uint32_t direction = *p >> DIRECTION_AT & 1;
  out->first = whole(*at >> (SECONDS_BITS + OBSERVER_BITS), START_BITS);
  out->last = out->first + (*at >> OBSERVER_BITS & MASK(SECONDS_BITS));
  out->opening = out->last << 1 | direction;
  out->records = 1;
  out->signs = FLOW_SIGNS(FLOW_SEEN | (*p >> SIGNS_AT & MASK(SIGNS_BITS)) << 1, direction) |
               (*p >> ACTION_AT & 1 ? FLOW_ACTION : 0);
  out->accepted = accepted(out->signs);
  out->rejected = rejected(out->signs);
}

struct point_sum packed_sum(const uint64_t *p, uint32_t i) {
  const uint64_t *at = p + packed_key_words(p);
  if (*p & PACKED_IS_LONG) {
    at += 5 + 3 * i;
    return (struct point_sum){.packets = at[0], .bytes = at[1], .point = (uint32_t)at[2]};
  }
  uint32_t bits = (uint32_t)(*p >> POINT_AT & MASK(POINT_BITS - 1)) << 1 | (*p >> DIRECTION_AT & 1);
  return (struct point_sum){.packets = whole(at[1] >> BYTES_BITS, PACKETS_BITS),
                            .bytes = whole(at[1], BYTES_BITS),
                            .point = (uint32_t)(*at & MASK(OBSERVER_BITS)) << POINT_BITS | bits};
}
