/* SPDX-License-Identifier: MIT */
/*
** An IPv4 address is read without a loop, because the lengths of its numbers cannot be predicted,
** and one wrong guess of the processor costs as much as everything else.  The first two numbers
** and the dots after them have at most 8 bytes, and so have the last two numbers and the dots
** before them.  All dots are therefore in the first or in the last 8 bytes.  Each 8 bytes are one
** word, in which all bytes that are not digits are found at once:
**
**     10.20.130.104        head "10.20.13", tail ".130.104"
**       ^  ^   ^
**
** The second dot from the left and the second dot from the right must be the same byte; then no
** byte was overlooked.
**
** IPv6 addresses are rarer, and are read group by group.  The groups after `::` are counted and
** then moved to the end.
*/
#include "net/ip.h"

#include <string.h>

#include "base/bytes.h"

#define V4_MIN 7 /* bytes of 0.0.0.0 */
#define V4_MAX 15
#define GROUPS 8 /* of 16 bits */

#define EACH_BYTE(c) (UINT64_C(0x0101010101010101) * (c))

/* --- IPv4 --------------------------------------------------------------------------------------------------------- */

/* Sets the highest bit of each byte that is not a digit, and clears all other bits. */
static inline uint64_t not_digits(uint64_t x) {
  x ^= EACH_BYTE('0');
  return (((x & EACH_BYTE(0x7f)) + EACH_BYTE(0x76)) | x) & EACH_BYTE(0x80);
}

/* Returns the position of the lowest byte that is not 0. x must not be 0. */
static inline size_t low_byte(uint64_t x) { return (size_t)__builtin_ctzll(x) / 8; }

/*
** Returns the value of the n (1 to 3) digits at p, or UINT32_MAX when there is a leading zero.
** With one or two digits, some of them are read twice, with weight 0.
*/
static inline uint32_t number(const char *p, size_t n) {
  static const struct {
    uint32_t first, middle; /* weights of these digits; the last digit has weight 1 */
    uint32_t zeros;         /* the sum for the digits '0', which is subtracted */
    uint32_t least;         /* smallest number of that many digits */
  } weight[4] = {[1] = {0, 0, '0', 0}, [2] = {10, 0, 11 * '0', 10}, [3] = {100, 10, 111 * '0', 100}};
  uint32_t value = (unsigned char)p[0] * weight[n].first + (unsigned char)p[n / 2] * weight[n].middle +
                   (unsigned char)p[n - 1] - weight[n].zeros;
  return value < weight[n].least ? UINT32_MAX : value;
}

/* Reads a.b.c.d as ip_parse() does. */
static inline int parse_v4(const char *p, size_t n, struct ip *out) {
  uint64_t head, tail;
  if (n == V4_MIN) {
    head = (uint64_t)bytes_load4(p) | (uint64_t)bytes_load4(p + 3) << 24;
    tail = head << 8;
  } else if (n > V4_MIN && n <= V4_MAX) {
    head = bytes_load8(p);
    tail = bytes_load8(p + n - 8);
  } else {
    return 0;
  }

  uint64_t left = not_digits(head), right = __builtin_bswap64(not_digits(tail)); /* outermost byte lowest */
  uint64_t left2 = left & (left - 1), right2 = right & (right - 1);              /* without the outermost dot */
  if (!left2 || !right2) return 0;
  size_t dot1 = low_byte(left), dot2 = low_byte(left2), dot3 = n - 1 - low_byte(right);
  size_t n1 = dot1, n2 = dot2 - dot1 - 1, n3 = dot3 - dot2 - 1, n4 = n - dot3 - 1;
  if (n - 1 - low_byte(right2) != dot2 || n1 - 1 > 2 || n2 - 1 > 2 || n3 - 1 > 2 || n4 - 1 > 2) return 0;

  uint32_t a = number(p, n1), b = number(p + dot1 + 1, n2), c = number(p + dot2 + 1, n3), d = number(p + dot3 + 1, n4);
  if (p[dot1] != '.' || p[dot2] != '.' || p[dot3] != '.' || (a | b | c | d) > 255) return 0;
  out->high = 0;
  out->low = UINT64_C(0xffff) << 32 | a << 24 | b << 16 | c << 8 | d;
  return 1;
}

/* --- IPv6 --------------------------------------------------------------------------------------------------------- */

/*
** Returns the value of a hexadecimal digit, or a number of 16 or more for any other byte.  A
** table is used, because a branch on digit or letter cannot be predicted.
*/
static inline uint32_t hex_digit(char c) {
  static const unsigned char plus1[256] = {
      ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
      ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
      ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
  };
  return plus1[(unsigned char)c] - 1u;
}

/* Stores the 16 bits of group i (0 to 7).  The group must be 0 before. */
static inline void put_group(struct ip *a, uint32_t i, uint64_t value) {
  *(i < GROUPS / 2 ? &a->high : &a->low) |= value << (48 - 16 * (i % (GROUPS / 2)));
}

/* This is not inlined, because ip_parse() would then save registers for IPv4 too. */
__attribute__((noinline)) static int parse_v6(const char *p, size_t n, struct ip *out) {
  uint32_t group[GROUPS], count = 0, gap = GROUPS; /* groups from `gap` on follow `::` */
  size_t i = 0;
  if (n < 2 || n >= IP_TEXT) return 0;
  if (p[0] == ':') {
    if (p[1] != ':') return 0;
    gap = 0;
    i = 2;
  }
  while (i < n) {
    size_t start = i;
    uint32_t value = 0;
    if (count == GROUPS) return 0;
    for (uint32_t digit; i < n && i - start < 4 && (digit = hex_digit(p[i])) < 16; i++) value = value << 4 | digit;
    if (i == start) return 0;
    if (i < n && p[i] == '.') {
      struct ip v4;
      if (count + 2 > GROUPS || !parse_v4(p + start, n - start, &v4)) return 0;
      group[count++] = (uint32_t)v4.low >> 16;
      group[count++] = (uint32_t)v4.low & 0xffff;
      break;
    }
    group[count++] = value;
    if (i == n) break;
    if (p[i++] != ':' || i == n) return 0;
    if (p[i] == ':') {
      if (gap < GROUPS || count == GROUPS) return 0;
      gap = count;
      i++;
    }
  }
  if ((count == GROUPS) != (gap == GROUPS)) return 0; /* `::` stands for at least one group */
  struct ip a = {0, 0};
  for (uint32_t k = 0; k < count; k++) put_group(&a, k < gap ? k : GROUPS - count + k, group[k]);
  *out = a;
  return 1;
}

int ip_parse(const char *p, size_t n, struct ip *out) { return parse_v4(p, n, out) || parse_v6(p, n, out); }

/* --- prefixes ----------------------------------------------------------------------------------------------------- */

/* Returns 64 bits of which the first `bits` (0 to 64) are set. */
static inline uint64_t ones(uint32_t bits) { return bits ? UINT64_MAX << (64 - bits) : 0; }

/* Returns the prefix of the first `bits` of the 128 bits of an address. */
static struct ip_prefix prefix_of(const struct ip *a, uint32_t bits, int is_v4) {
  struct ip_prefix p;
  p.mask.high = ones(bits < 64 ? bits : 64);
  p.mask.low = ones(bits < 64 ? 0 : bits - 64);
  p.net.high = a->high & p.mask.high;
  p.net.low = a->low & p.mask.low;
  p.is_v4 = is_v4;
  return p;
}

struct ip_prefix ip_prefix_of(const struct ip *a, uint32_t bits) {
  return prefix_of(a, bits + 128 - ip_bits(a), ip_is_v4(a));
}

int ip_parse_prefix(const char *p, size_t n, struct ip_prefix *out) {
  const char *slash = n ? memchr(p, '/', n) : NULL;
  size_t address_n = slash ? (size_t)(slash - p) : n;
  uint32_t bits = 0;
  struct ip a;
  if (!ip_parse(p, address_n, &a)) return 0;
  uint32_t most = memchr(p, ':', address_n) ? 128 : 32;
  if (slash) {
    const char *digits = slash + 1, *end = p + n;
    if (digits == end || end - digits > 3 || (*digits == '0' && end - digits > 1)) return 0;
    for (; digits < end; digits++) {
      if (*digits < '0' || *digits > '9') return 0;
      bits = bits * 10 + (uint32_t)(*digits - '0');
    }
    if (bits > most) return 0;
  } else {
    bits = most;
  }
  bits += 128 - most;
  *out = prefix_of(&a, bits, bits >= 96 && ip_is_v4(&a));
  return 1;
}

int ip_compare(const struct ip *a, const struct ip *b) {
  if (a->high != b->high) return a->high < b->high ? -1 : 1;
  return (a->low > b->low) - (a->low < b->low);
}

/* --- text --------------------------------------------------------------------------------------------------------- */

static char *put_octet(char *p, uint32_t v) {
  if (v >= 100) *p++ = (char)('0' + v / 100);
  if (v >= 10) *p++ = (char)('0' + v / 10 % 10);
  *p++ = (char)('0' + v % 10);
  return p;
}

static char *put_hex(char *p, uint32_t v) {
  static const char digits[] = "0123456789abcdef";
  if (v >> 12) *p++ = digits[v >> 12];
  if (v >> 8) *p++ = digits[v >> 8 & 15];
  if (v >> 4) *p++ = digits[v >> 4 & 15];
  *p++ = digits[v & 15];
  return p;
}

static size_t format_v4(uint32_t v4, char *out) {
  char *p = out;
  for (uint32_t i = 0; i < 4; i++) {
    p = put_octet(p, v4 >> (24 - 8 * i) & 0xff);
    *p++ = '.';
  }
  *--p = 0; /* replaces the last dot */
  return (size_t)(p - out);
}

size_t ip_format(const struct ip *a, char out[IP_TEXT]) {
  uint32_t group[GROUPS], gap = GROUPS, gap_n = 1; /* one group of zeros is not shortened */
  char *p = out;
  if (ip_is_v4(a)) return format_v4((uint32_t)a->low, out);
  for (uint32_t i = 0, zeros = 0; i < GROUPS; i++) {
    group[i] = (uint32_t)((i < GROUPS / 2 ? a->high : a->low) >> (48 - 16 * (i % (GROUPS / 2))) & 0xffff);
    zeros = group[i] ? 0 : zeros + 1;
    if (zeros > gap_n) {
      gap_n = zeros;
      gap = i + 1 - zeros;
    }
  }
  for (uint32_t i = 0; i < GROUPS;) {
    if (i == gap) {
      *p++ = ':';
      i += gap_n;
      if (i == GROUPS) *p++ = ':';
    } else {
      if (i) *p++ = ':';
      p = put_hex(p, group[i++]);
    }
  }
  *p = 0;
  return (size_t)(p - out);
}

/* --- bytes -------------------------------------------------------------------------------------------------------- */

void ip_to_bytes(const struct ip *a, unsigned char out[IP_BYTES]) {
  for (uint32_t i = 0; i < 8; i++) {
    out[i] = (unsigned char)(a->high >> (56 - 8 * i));
    out[8 + i] = (unsigned char)(a->low >> (56 - 8 * i));
  }
}

int ip_from_bytes(const unsigned char *p, size_t n, struct ip *out) {
  struct ip a = {0, n == 4 ? 0xffff : 0};
  if (n != 4 && n != IP_BYTES) return 0;
  for (size_t i = 0; i < n; i++) {
    a.high = a.high << 8 | (n == 4 ? 0 : a.low >> 56);
    a.low = a.low << 8 | p[i];
  }
  *out = a;
  return 1;
}
