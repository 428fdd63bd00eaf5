/* SPDX-License-Identifier: MIT */
/*
** 16 bytes are compared at a time, because the texts are short: values, or lines of a hundred
** bytes.
*/
#include "container/pieces.h"

#include "base/number.h"

const char *pieces_find(const char *p, const char *end, char a, char b) {
  for (; end - p >= 16; p += 16) {
    uint32_t found = number_equal(p, a) | number_equal(p, b);
    if (found) return p + __builtin_ctz(found);
  }
  while (p < end && *p != a && *p != b) p++;
  return p;
}

/*
** The bytes at hand are the beginning or the middle of a text that does not fit, or the end of
** the file.
*/
static enum pieces_result incomplete(struct pieces *s, struct feed *f) {
  if (!s->is_long && feed_is_full(f)) {
    s->is_long = 1;
    s->p = f->p;
    s->n = (size_t)(f->end - f->p);
    f->p = f->end;
    return PIECES_LONG;
  }
  if (s->is_long) f->p = f->end;
  if (feed_more(f)) return PIECES_MORE;
  if (f->p == f->end || f->failed.code) return PIECES_END;
  s->p = f->p;
  s->n = (size_t)(f->end - f->p);
  s->end = '\n';
  f->p = f->end;
  return PIECES_TEXT;
}

enum pieces_result pieces_next(struct pieces *s, struct feed *f, char a, char b) {
  const char *found = pieces_find(f->p, f->end, a, b);
  if (found == f->end) return incomplete(s, f);
  if (s->is_long) {
    s->is_long = 0;
    f->p = found + 1;
    return pieces_next(s, f, a, b);
  }
  s->p = f->p;
  s->n = (size_t)(found - f->p);
  s->end = *found;
  f->p = found + 1;
  return PIECES_TEXT;
}
