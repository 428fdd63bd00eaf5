/* SPDX-License-Identifier: MIT */
/*
** The kinds are asked in their order, and the first that says yes reads the file.  Buffers are
** allocated for the first container, because most files are lines and need none.
*/
#include "container/container.h"

#include <string.h>

#include "base/chars.h"
#include "container/kinds.h"

static const struct container_kind *const kinds[CONTAINER_KINDS] = {
    &container_csv,
    &container_tail,
    &container_cli_text,
    &container_json,
};

void container_init(struct container *c) { memset(c, 0, sizeof *c); }

void container_clear(struct container *c) {
  for (int i = 0; i < CONTAINER_KINDS; i++)
    if (kinds[i] && kinds[i]->clear && c->state[i]) kinds[i]->clear(c->state[i]);
  feed_clear(&c->feed);
  block_clear(&c->block);
  memset(c, 0, sizeof *c);
}

/* How many of the n bytes at p come before the content: a byte order mark and white space. */
static size_t blank(const char *p, size_t n) {
  size_t mark = n >= 3 && !memcmp(p, "\xef\xbb\xbf", 3) ? 3 : 0;
  return mark + chars_space(p + mark, n - mark);
}

const struct container_kind *container_find(const char *p, size_t n, int is_all) {
  size_t skip = blank(p, n);
  for (int i = 0; i < CONTAINER_KINDS; i++)
    if (kinds[i] && kinds[i]->is(p + skip, n - skip, is_all)) return kinds[i];
  return NULL;
}

static enum err_code allocate(struct container *c, struct err *e) {
  if (!c->feed.buffer && feed_init(&c->feed, e)) return e->code;
  if (!c->block.text && block_init(&c->block, e)) {
    block_clear(&c->block);
    return e->code;
  }
  return ERR_NONE;
}

enum err_code container_start(struct container *c, const struct container_kind *kind, const char *p, size_t n,
                              lines_read *read, void *from, struct err *e) {
  if (allocate(c, e)) return e->code;
  c->kind = kind;
  for (c->slot = 0; kinds[c->slot] != kind;) c->slot++;
  c->form = kind->name;
  c->number = 0;
  c->ended = c->is_foreign = 0;
  memset(&c->lost, 0, sizeof c->lost);
  feed_start(&c->feed, p, n, read, from);
  block_restart(&c->block);
  return kind->start ? kind->start(c, e) : ERR_NONE;
}

enum container_result container_next(struct container *c, struct err *e) {
  if (stop_check(&c->stop, e)) return CONTAINER_ERROR;
  block_reset(&c->block);
  enum container_result result = c->kind->next(c, e);
  if (result == CONTAINER_BLOCK) memset(c->block.text + c->block.n, 0, LINES_PADDING);
  return result;
}
