/* SPDX-License-Identifier: MIT */
/*
** A layout is made from the names by the same function that reads the header of a file, so that the
** two cannot differ.  Names that it does not take, which a `format` may have, leave the layout
** unknown.
**
** The groups of a bound predicate must all pass, and one of a group's tokens must pass all of its
** terms.  So each term of each group is a clue of its own.
*/
#include "index/spare.h"

#include <string.h>

#include "base/mem.h"
#include "record/lines.h"

enum err_code spare_init(struct spare *s, const struct predicate *p, const struct filter *f, struct err *e) {
  memset(s, 0, sizeof *s);
  s->predicate = p;
  s->filter = f;
  s->bound = mem_alloc(sizeof *s->bound);
  s->names = mem_alloc(sizeof *s->names);
  return s->bound && s->names ? ERR_NONE : err_nomem(e);
}

void spare_clear(struct spare *s) {
  for (size_t i = 0; i < s->nlayouts; i++) mem_free(s->layout[i].clue);
  mem_free(s->layout);
  mem_free(s->bound);
  mem_free(s->names);
  clues_clear(&s->clues);
  memset(s, 0, sizeof *s);
}

/* Reads the names as the header of a file.  Returns 1 if they are one, otherwise 0.  ERR_NOMEM. */
static int read_names(struct layout *out, const char *names, size_t n, struct err *e) {
  struct tokens tokens;
  struct err why = {0};
  int is_header = 0;
  if (n == 0 || n > LAYOUT_TEXT || memchr(names, '\n', n)) return 0;
  char *text = mem_alloc(n + 1 + LINES_PADDING);
  if (!text) return err_nomem(e), 0;
  memcpy(text, names, n);
  text[n] = '\n';
  memset(text + n + 1, 0, LINES_PADDING);
  if (!tokens_init(&tokens, n + 1, e) && tokens_split(&tokens, text, n + 1) == n + 1) {
    const struct line line = tokens_line(&tokens, 0, 0);
    is_header = layout_from_header(out, &line, 1, &why) == 1;
  }
  tokens_clear(&tokens);
  mem_free(text);
  return is_header;
}

/* Adds the clues of a group.  ERR_NOMEM. */
static enum err_code add_group(struct spare *s, struct spare_layout *l, const struct predicate_group *g,
                               struct err *e) {
  if (g->about != PREDICATE_TOKENS || g->ntokens == 0) return ERR_NONE;
  int field = s->names->field[g->token[0]];
  for (uint32_t i = 0; i < g->nterms; i++) {
    uint32_t number;
    if (clues_add(&s->clues, &g->term[i], field, &number, e)) return e->code;
    if (number != CLUE_NONE) l->clue[l->nclues++] = number;
  }
  return ERR_NONE;
}

/* Is it about a field that the path of a file may give, which is not known when a layout is bound? */
static int asks_path(const struct predicate *p) {
  for (size_t i = 0; i < p->n; i++)
    for (size_t k = 0; k < PATH_FIELDS; k++)
      if (p->term[i].subject == path_fields_all[k]) return 1;
  return 0;
}

static enum err_code bind(struct spare *s, struct spare_layout *l, struct err *e) {
  static const struct path_fields no_path;
  struct err misfit = {0};
  uint32_t nterms = 0;
  predicate_bind(s->predicate, s->names, &no_path, s->bound);
  if (s->fits && !s->fits(s->names)) return ERR_NONE;
  if (s->filter && filter_bind(s->filter, s->names, s->bound, &misfit)) return ERR_NONE;
  for (uint32_t i = 0; i < s->bound->ngroups; i++) nterms += s->bound->group[i].nterms;
  if (!(l->clue = mem_alloc((nterms + 1) * sizeof *l->clue))) return err_nomem(e);
  for (uint32_t i = 0; i < s->bound->ngroups; i++)
    if (add_group(s, l, &s->bound->group[i], e)) return e->code;
  l->is_known = 1;
  l->never = s->bound->never && !asks_path(s->predicate);
  presence_add_conditions(&l->presence, s->bound);
  return ERR_NONE;
}

enum err_code spare_add_layout(struct spare *s, const char *names, size_t n, struct err *e) {
  if (mem_grow(&s->layout, &s->cap, s->nlayouts + 1, 4, sizeof *s->layout)) return err_nomem(e);
  struct spare_layout *l = &s->layout[s->nlayouts];
  memset(l, 0, sizeof *l);
  s->nlayouts++;
  int is_header = read_names(s->names, names, n, e);
  return e->code || !is_header ? e->code : bind(s, l, e);
}

int spare_decide(const struct spare *s, const struct file *file, const struct file_facts *facts, size_t layout) {
  if (layout >= s->nlayouts || !s->layout[layout].is_known || !file_facts_are_all(facts)) return 0;
  const struct spare_layout *l = &s->layout[layout];
  int is_wanted = !l->never && file_facts_allow(facts, s->predicate);
  for (uint32_t i = 0; i < l->nclues && is_wanted; i++) is_wanted = clue_allows(&s->clues.clue[l->clue[i]], facts);
  return !is_wanted && (!file->best_twin || file->best_twin == file); /* a twin may be refused, which is an error */
}
