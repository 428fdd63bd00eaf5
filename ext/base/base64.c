/* SPDX-License-Identifier: MIT */
/*
** Four digits of 6 bits make a group of 24 bits, which is three bytes.  Digits are shifted into
** `group` until four digits and padding characters together have come:
**
**     text    S        G        k        =          digits 3, pads 1
**     bits    010010   000110   100100   000000
**     bytes   01001000   01101001 | 00000000       two bytes; the bits after the bar are left over
**
** Bits that are left over must be zero, because otherwise two different texts would decode to the
** same bytes.  A text without padding ends within a group, which is then completed as if its
** padding were there.  The alphabets that have been used are collected in a mask, so that a text
** that mixes them is refused.
*/
#include "base/base64.h"

#include "base/chars.h"

#define BAD (-1)

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Returns the value of a digit of either alphabet, or BAD. */
static int digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : BAD;
}

/*
** Returns the bit of the only alphabet that has this character: 1 for + and /, 2 for - and _.
** Returns 0 for a character that both alphabets have or that neither has.
*/
static unsigned alphabet(char c) { return c == '+' || c == '/' ? 1 : c == '-' || c == '_' ? 2 : 0; }

/*
** Writes the bytes of a complete group, of which the last `pads` characters are padding.  Returns
** 0 when the bits that are left over are not zero.
*/
static int put_group(unsigned group, unsigned pads, unsigned char *out, size_t *out_n) {
  for (unsigned i = 0; i < 3 - pads; i++) out[(*out_n)++] = (unsigned char)(group >> (16 - 8 * i));
  return pads == 0 || (group & ((1u << 8 * pads) - 1)) == 0;
}

/*
** Writes the bytes of an incomplete group at the end of a text without padding.  Returns 0 when
** the digits do not make whole bytes, or when bits that are not zero are left over.
*/
static int put_rest(unsigned group, unsigned digits, unsigned char *out, size_t *out_n) {
  unsigned pads = 4 - digits;
  return pads < 3 && put_group(group << 6 * pads, pads, out, out_n);
}

enum err_code base64_decode(const char *p, size_t n, unsigned char *out, size_t *out_n, struct err *e) {
  unsigned group = 0, digits = 0, pads = 0, alphabets = 0;
  size_t made = 0, begin = chars_space(p, n);
  *out_n = 0;
  while (n > begin && char_is_space(p[n - 1])) n--;
  for (size_t i = begin; i < n; i++) {
    int value = (alphabets |= alphabet(p[i])) == 3 ? BAD : digit(p[i]);
    if (p[i] == '\r' || p[i] == '\n') continue;
    if (p[i] == '=' && digits >= 2 && digits + pads < 4) {
      pads++;
      value = 0;
    } else if (value == BAD || pads) {
      unsigned char c = (unsigned char)p[i];
      return err_set(e, ERR_FORMAT, 0,
                     c > ' ' && c < 0x7f ? "is no base64: byte %zu is '%c'" : "is no base64: byte %zu is 0x%02x", i + 1,
                     c);
    } else {
      digits++;
    }
    group = group << 6 | (unsigned)value;
    if (digits + pads < 4) continue;
    if (!put_group(group, pads, out, &made))
      return err_set(e, ERR_FORMAT, 0, "is no base64: its last group has bits left over");
    group = digits = 0;
    if (pads) pads = 4; /* only line breaks may follow */
  }
  if (digits && (pads || !put_rest(group, digits, out, &made)))
    return err_set(e, ERR_FORMAT, 0, "is no base64: it is cut off, %u characters more than whole groups of four",
                   digits + pads);
  *out_n = made;
  return ERR_NONE;
}

void base64_encode(const unsigned char *p, size_t n, char *out) {
  for (size_t i = 0; i < n; i += 3, out += 4) {
    size_t have = n - i;
    unsigned group = (unsigned)p[i] << 16;
    if (have > 1) group |= (unsigned)p[i + 1] << 8;
    if (have > 2) group |= (unsigned)p[i + 2];
    out[0] = letters[group >> 18];
    out[1] = letters[group >> 12 & 63];
    out[2] = '=';
    out[3] = '=';
    if (have > 1) out[2] = letters[group >> 6 & 63];
    if (have > 2) out[3] = letters[group & 63];
  }
}
