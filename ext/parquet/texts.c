/* SPDX-License-Identifier: MIT */
/*
**     DELTA_LENGTH_BYTE_ARRAY   lengths | the texts, one after the other
**     DELTA_BYTE_ARRAY          lengths of prefixes | lengths of suffixes | the suffixes
**
** A text of the second is the first bytes of the text before, and a suffix.  Lengths are in delta
** encoding, and are all read when a page begins, because the texts begin where they end.
**
** With prefixes, a few bytes of a page can stand for texts of any length.  So a text is made in `before`,
** which is no larger than a page may be, and no more of it goes to the window than can be of use.
*/
#include "parquet/texts.h"

#include <string.h>

#include "base/mem.h"

/* Reads all lengths at c->p, and moves it behind them. */
static enum err_code read_lengths(struct parquet_column *c, uint32_t **length, size_t *cap, size_t *n, struct err *e) {
  struct delta d;
  int64_t some[256];
  const char *why = delta_start(&d, c->p, (size_t)(c->end - c->p));
  if (why) return err_set(e, ERR_DAMAGED, 0, "has a page that can't be read: %s", why);
  if (d.left > COLUMN_LENGTHS)
    return err_set(e, ERR_FORMAT, 0, "has a page with more than %u texts in a delta encoding", COLUMN_LENGTHS);
  *n = (size_t)d.left;
  if (mem_grow(length, cap, *n + 1, 1024, sizeof **length)) return err_nomem(e);
  for (size_t i = 0; i < *n;) {
    uint32_t k = *n - i < 256 ? (uint32_t)(*n - i) : 256;
    if (!delta_read(&d, some, k)) return err_set(e, ERR_DAMAGED, 0, "has a page whose lengths are cut off");
    for (uint32_t j = 0; j < k; j++, i++) {
      int32_t value = (int32_t)some[j];
      if (value < 0) return err_set(e, ERR_DAMAGED, 0, "has a text of a negative length");
      (*length)[i] = (uint32_t)value;
    }
  }
  c->p = d.p;
  return ERR_NONE;
}

enum err_code texts_begin_lengths(struct parquet_column *c, struct err *e) {
  c->coding = COLUMN_LENGTH;
  c->next_text = 0;
  return read_lengths(c, &c->length, &c->length_cap, &c->texts, e);
}

enum err_code texts_begin_prefixes(struct parquet_column *c, struct err *e) {
  size_t prefixes = 0;
  c->coding = COLUMN_PREFIX;
  c->next_text = 0;
  c->before_n = 0;
  if (read_lengths(c, &c->prefix, &c->prefix_cap, &prefixes, e)) return e->code;
  if (read_lengths(c, &c->length, &c->length_cap, &c->texts, e)) return e->code;
  if (prefixes != c->texts) return err_set(e, ERR_DAMAGED, 0, "has a page with more prefixes than texts, or fewer");
  return ERR_NONE;
}

static int read_behind_lengths(struct parquet_column *c, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t length = c->length[c->next_text + i];
    if (length > (size_t)(c->end - c->p)) return 0;
    c->text[i] = (struct parquet_text){c->p, length};
    c->p += length;
  }
  return 1;
}

/* Makes the next text in c->before.  Returns 0 if its bytes are not there. */
static int make_text(struct parquet_column *c, size_t k, struct err *e) {
  size_t prefix = c->prefix[k], suffix = c->length[k];
  if (prefix > c->before_n || suffix > (size_t)(c->end - c->p) || prefix + suffix > PAGE_MAX) return 0;
  if (mem_grow(&c->before, &c->before_cap, prefix + suffix + 1, 256, 1)) return err_nomem(e), 0;
  memcpy(c->before + prefix, c->p, suffix);
  c->before_n = prefix + suffix;
  c->p += suffix;
  return 1;
}

static int read_with_prefixes(struct parquet_column *c, uint32_t n, struct err *e) {
  size_t used = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (!make_text(c, c->next_text + i, e)) return 0;
    size_t length = c->before_n <= COLUMN_TEXT_MAX ? c->before_n : COLUMN_TEXT_MAX + 1;
    if (mem_grow(&c->arena, &c->arena_cap, used + length + CHUNK_PADDING, 4096, 1)) return err_nomem(e), 0;
    memcpy(c->arena + used, c->before, length);
    c->text[i].n = (uint32_t)length;
    used += length;
  }
  if (n) memset(c->arena + used, 0, CHUNK_PADDING);
  used = 0;
  for (uint32_t i = 0; i < n; i++) { /* now that the arena does not move any more */
    c->text[i].p = c->arena + used;
    used += c->text[i].n;
  }
  return 1;
}

int texts_read(struct parquet_column *c, uint32_t n, struct err *e) {
  if (n > c->texts - c->next_text) return 0;
  if (c->coding == COLUMN_LENGTH ? !read_behind_lengths(c, n) : !read_with_prefixes(c, n, e)) return 0;
  c->next_text += n;
  return 1;
}
