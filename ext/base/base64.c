/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

#include "base/chars.h"

#define BAD (-1)

static int digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : BAD;
}

/* Which alphabet has this digit alone? */
static unsigned alphabet(char c) { return c == '+' || c == '/' ? 1 : c == '-' || c == '_' ? 2 : 0; }

/* A group of four is complete, the last `pads` of them '='.  0: the bits that are left over are not zero. */
static int put_group(unsigned group, unsigned pads, unsigned char *out, size_t *out_n) {
  for (unsigned i = 0; i < 3 - pads; i++) out[(*out_n)++] = (unsigned char)(group >> (16 - 8 * i));
  return pads == 0 || (group & ((1u << 8 * pads) - 1)) == 0;
}

/* What is left at the end of a text without padding: whole bytes, or 0. */
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
    if (pads) pads = 4; /* nothing but white space may follow */
  }
  if (digits && (pads || !put_rest(group, digits, out, &made)))
    return err_set(e, ERR_FORMAT, 0, "is no base64: it is cut off, %u characters more than whole groups of four",
                   digits + pads);
  *out_n = made;
  return ERR_NONE;
}
