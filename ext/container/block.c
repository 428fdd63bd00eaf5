/* SPDX-License-Identifier: MIT */
/*
** All memory is allocated once, with room for the longest block, because a block is filled over
** and over again.  The names of streams and the reasons are in one text.  The present stream is
** the last of the list.  block_reset() moves it to the front, so that a container has to say its
** stream only where it changes.
*/
#include "container/block.h"

#include <string.h>

#include "base/mem.h"
#include "base/printable.h"
#include "base/utf8.h"

enum err_code block_init(struct block *b, struct err *e) {
  memset(b, 0, sizeof *b);
  b->text = mem_alloc(BLOCK_TEXT + LINES_PADDING);
  b->place = mem_alloc(BLOCK_LINES * sizeof *b->place);
  b->stream = mem_alloc((BLOCK_LINES + 1) * sizeof *b->stream);
  b->names = mem_alloc(BLOCK_NAMES);
  if (!b->text || !b->place || !b->stream || !b->names) return err_nomem(e);
  block_restart(b);
  return ERR_NONE;
}

void block_clear(struct block *b) {
  mem_free(b->text);
  mem_free(b->place);
  mem_free(b->stream);
  mem_free(b->names);
  memset(b, 0, sizeof *b);
}

void block_restart(struct block *b) {
  b->n = b->nlines = b->names_n = 0;
  b->stream[0] = (struct block_stream){BLOCK_NO_TEXT, 0, BLOCK_NO_TEXT, 0};
  b->nstreams = 1;
}

/* Adds n bytes to the names.  block_has_room() has seen to the room. */
static uint32_t put(struct block *b, const char *p, size_t n) {
  uint32_t at = b->names_n;
  memmove(b->names + at, p, n);
  b->names_n += (uint32_t)n;
  return at;
}

/* Moves a name of the present stream to the front. */
static uint32_t keep(struct block *b, uint32_t at, uint32_t n) {
  return at == BLOCK_NO_TEXT ? at : put(b, b->names + at, n);
}

void block_reset(struct block *b) {
  struct block_stream s = b->stream[b->nstreams - 1];
  int group_first = s.group < s.name; /* names move towards the front, so that the earlier one moves first */
  b->n = b->nlines = b->names_n = 0;
  if (group_first) s.group = keep(b, s.group, s.group_n);
  s.name = keep(b, s.name, s.name_n);
  if (!group_first) s.group = keep(b, s.group, s.group_n);
  b->stream[0] = s;
  b->nstreams = 1;
}

static int is_same(const struct block *b, uint32_t at, uint32_t at_n, const char *p, size_t n) {
  if (!p || at == BLOCK_NO_TEXT) return !p && at == BLOCK_NO_TEXT;
  return at_n == n && !memcmp(b->names + at, p, n);
}

/* Adds a name, without what could not be shown. */
static uint32_t put_name(struct block *b, const char *p, size_t n) {
  if (!p) return BLOCK_NO_TEXT;
  uint32_t at = put(b, p, n);
  printable_replace(b->names + at, n);
  return at;
}

void block_set_stream(struct block *b, const char *group, size_t group_n, const char *name, size_t name_n) {
  const struct block_stream *present = &b->stream[b->nstreams - 1];
  if (group) group_n = utf8_cut(group, group_n, BLOCK_NAME);
  if (name) name_n = utf8_cut(name, name_n, BLOCK_NAME);
  if (is_same(b, present->group, present->group_n, group, group_n) &&
      is_same(b, present->name, present->name_n, name, name_n))
    return;
  int is_used = b->nlines && b->place[b->nlines - 1].stream == b->nstreams - 1;
  struct block_stream *s = &b->stream[is_used ? b->nstreams++ : b->nstreams - 1];
  s->group = put_name(b, group, group_n);
  s->group_n = (uint32_t)group_n;
  s->name = put_name(b, name, name_n);
  s->name_n = (uint32_t)name_n;
}

void block_add_bad(struct block *b, const char *p, size_t n, uint64_t number, const char *why) {
  char *line = block_begin_line(b);
  size_t why_n = strlen(why);
  n = utf8_cut(p, n, BLOCK_SHOWN);
  memmove(line, p, n);
  for (size_t i = 0; i < n; i++)
    if (line[i] == '\n' || line[i] == '\r') line[i] = ' ';
  block_end_line(b, n, number, BLOCK_NO_TIME);
  b->place[b->nlines - 1].why = put(b, why, why_n + 1);
}
