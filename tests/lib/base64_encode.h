/* SPDX-License-Identifier: MIT */
/*
** A slow encoder of base64 for the tests of what decodes it, with everything that writers of base64 do
** in their own ways.
*/
#ifndef BASE64_ENCODE_H
#define BASE64_ENCODE_H

#include "helpers.h"

struct base64_style {
  int is_url;      /* - and _ in the place of + and / */
  int has_no_pads; /* the padding is left out */
  size_t width;    /* characters of a line; 0: all in one */
  const char *end; /* of a line; NULL is LF */
};

/* Appends n bytes at p as one value, without a line break behind it. */
static inline void base64_add(struct bytes *out, const void *p, size_t n, const struct base64_style *style) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
  const unsigned char *in = p;
  const char *end = style->end ? style->end : "\n";
  size_t column = 0;
  for (size_t bit = 0; bit < (n + 2) / 3 * 24; bit += 6) {
    unsigned value = 0;
    for (size_t i = bit; i < bit + 6; i++) value = value << 1 | (i < n * 8 ? in[i / 8] >> (7 - i % 8) & 1u : 0);
    int is_pad = bit >= n * 8;
    if (is_pad && style->has_no_pads) break;
    if (style->width && column == style->width) bytes_add(out, end, strlen(end)), column = 0;
    bytes_add(out, is_pad ? "=" : &digits[style->is_url && value >= 62 ? value + 2 : value], 1);
    column++;
  }
}

#endif
