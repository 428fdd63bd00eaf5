/* SPDX-License-Identifier: MIT */
/*
** Rows in columns cost less than lines, because all values of a column are of one type, and because values of a
** dictionary that are the same lie at the same place.  There are three ways:
**
** - Without dimensions, each measure is one loop over its column.
** - With one dimension, a row looks first whether its group was found lately:
**
**       start        recent                       table
**       1714521600   tag 1714521600, its group    is searched for a value that is not among the recent ones
**
**   The tag of a text is the place where it lies, which says nothing when the window has passed.
** - With more, each row searches the table, unless it has the key of the row before it.
*/
#include "scan/group_parts.h"

#include "base/mem.h"
#include "record/address.h"
#include "record/tokens.h"

/* --- rows --------------------------------------------------------------------------------------------------------- */

/* Writes the key of row i, as put_key() does that of a line, and returns the number of its words. */
static inline uint32_t put_row_key(uint64_t *key, const struct grouping *g, const struct grouping_bound *b,
                                   const struct rows_columns *rows, uint32_t i) {
  uint32_t words = 0;
  for (uint32_t k = 0; k < b->n; k++) {
    uint32_t field = g->dim[k].field;
    if (b->item[k].token == LAYOUT_ABSENT) {
      words += group_put_given(key + words, b, b->item[k].given);
    } else if (b->item[k].unit) {
      uint64_t v = rows->number[field][i];
      if (b->item[k].unit > 1 && v != GROUP_NULL) v -= v % b->item[k].unit;
      key[words++] = v;
    } else {
      const struct rows_word *w = &rows->word[field][i];
      struct address_room room;
      size_t n = w->n;
      const char *p = w->p;
      if (w->has_colon && b->item[k].is_addr) p = address_spelling(p, &n, &room);
      if (n == 1 && *p == '-') key[words++] = GROUP_NULL;
      else words += group_put_text(key + words, p, n);
    }
  }
  return words;
}

static inline int is_same_waiting(const struct groups_waiting *w, const struct group *fresh) {
  if (w->hash != fresh->hash || w->words != fresh->words) return 0;
  for (uint32_t i = 0; i < w->words; i++)
    if (w->key[i] != fresh->key[i]) return 0;
  return 1;
}

/* The columns of the measures; NULL for one that is not wanted, or that the file lacks. */
struct measures {
  const uint64_t *packets, *bytes, *start, *end;
};

static struct measures find_measures(const struct grouping_bound *b, const struct rows_columns *rows) {
  return (struct measures){
      .packets = b->packets == LAYOUT_ABSENT ? NULL : rows->number[FIELD_packets],
      .bytes = b->bytes == LAYOUT_ABSENT ? NULL : rows->number[FIELD_bytes],
      .start = b->start == LAYOUT_ABSENT ? NULL : rows->number[FIELD_start],
      .end = b->end == LAYOUT_ABSENT ? NULL : rows->number[FIELD_end],
  };
}

/* Adds row i to what waits.  The rows of a window do not make a sum too large. */
static inline void sum_row(struct groups_waiting *w, const struct measures *m, uint32_t i) {
  w->flows++;
  if (m->packets) w->packets = group_sum(w->packets, m->packets[i]);
  if (m->bytes) w->bytes = group_sum(w->bytes, m->bytes[i]);
  if (m->start && m->start[i] < w->first_seen) w->first_seen = m->start[i];
  if (m->end && m->end[i] + 1 > w->last_seen + 1) w->last_seen = m->end[i];
}

/* Words that the texts of row i may take, at most. */
static size_t text_words(const struct grouping *g, const struct grouping_bound *b, const struct rows_columns *rows,
                         uint32_t i) {
  size_t words = 0;
  for (uint32_t k = 0; k < b->n; k++)
    if (b->item[k].token != LAYOUT_ABSENT && !b->item[k].unit)
      words += rows->word[g->dim[k].field][i].n / 8 + IP_TEXT / 8;
  return words;
}

/* Adds row i.  tag and window: see struct groups_recent; 0 if the group need not be remembered. */
static inline enum err_code add_row(struct groups *t, const struct grouping *g, const struct grouping_bound *b,
                                    const struct rows_columns *rows, const struct measures *m, uint32_t i, uint64_t tag,
                                    uint32_t window, struct err *e) {
  if (groups_reserve(t, b->room + text_words(g, b, rows, i), e)) return e->code;
  struct group *fresh = groups_at(t, arena_end(&t->arena));
  struct groups_waiting *w = &t->waiting[t->nwaiting];
  fresh->words = w->words = put_row_key(fresh->key, g, b, rows, i);
  fresh->hash = w->hash = (uint32_t)hash_words(fresh->key, fresh->words);
  int is_long = w->words > GROUPS_KEY_WORDS;
  if (!is_long && t->nwaiting && is_same_waiting(w - 1, fresh)) return sum_row(w - 1, m, i), ERR_NONE;
  w->flows = 0;
  w->packets = w->bytes = w->first_seen = w->last_seen = GROUP_NULL;
  sum_row(w, m, i);
  if (is_long) return groups_put(t, fresh, w), ERR_NONE;
  for (uint32_t k = 0; k < w->words; k++) w->key[k] = fresh->key[k];
  w->tag = tag;
  __builtin_prefetch(&t->slots.slot[w->hash & (t->slots.cap - 1)]);
  return ++t->nwaiting == GROUPS_WAITING ? groups_settle_window(t, window, e) : ERR_NONE;
}

/* --- no dimension ------------------------------------------------------------------------------------------------- */

/* The sum of the values that are there, or GROUP_NULL. */
static uint64_t sum_kept(const uint64_t *x, uint32_t n, const uint8_t *keep) {
  uint64_t sum = 0, there = 0;
  for (uint32_t i = 0; x && i < n; i++) {
    int counts = keep[i] && x[i] != GROUP_NULL;
    sum += counts ? x[i] : 0;
    there |= (uint64_t)counts;
  }
  return there ? sum : GROUP_NULL;
}

static uint64_t least_kept(const uint64_t *x, uint32_t n, const uint8_t *keep) {
  uint64_t least = GROUP_NULL;
  for (uint32_t i = 0; x && i < n; i++) least = keep[i] && x[i] < least ? x[i] : least;
  return least;
}

static uint64_t greatest_kept(const uint64_t *x, uint32_t n, const uint8_t *keep) {
  uint64_t greatest = GROUP_NULL; /* GROUP_NULL + 1 is 0 */
  for (uint32_t i = 0; x && i < n; i++) greatest = keep[i] && x[i] + 1 > greatest + 1 ? x[i] : greatest;
  return greatest;
}

/* Adds the records of the one group that there is. */
static enum err_code add_all(struct groups *t, const struct grouping_bound *b, const struct rows_columns *rows,
                             const uint8_t *keep, struct err *e) {
  const struct measures m = find_measures(b, rows);
  struct groups_waiting *w = t->waiting;
  uint32_t n = rows->n;
  if (groups_settle(t, e) || groups_reserve(t, 0, e)) return e->code;
  w->flows = rows->kept;
  w->packets = sum_kept(m.packets, n, keep);
  w->bytes = sum_kept(m.bytes, n, keep);
  w->first_seen = least_kept(m.start, n, keep);
  w->last_seen = greatest_kept(m.end, n, keep);
  w->words = 0;
  w->hash = (uint32_t)hash_words(w->key, 0);
  t->nwaiting = w->flows > 0;
  return groups_settle(t, e);
}

/* --- one dimension ----------------------------------------------------------------------------------------------- */

/* What is the same for rows only if their values are: a number, or where a text lies. */
static inline uint64_t tag_of(const struct grouping_item *item, const uint64_t *number, const struct rows_word *word,
                              uint32_t i) {
  if (!item->unit) return (uint64_t)(uintptr_t)word[i].p + ((uint64_t)word[i].n << 48);
  uint64_t v = number[i];
  return item->unit > 1 && v != GROUP_NULL ? v - v % item->unit : v;
}

/* Adds row i to a group, unless a sum would become too large.  Returns whether it has been added. */
static inline int add_to_group(struct group *g, const struct measures *m, uint32_t i) {
  uint64_t packets = m->packets ? group_sum(g->packets, m->packets[i]) : g->packets; /* which is of another file */
  uint64_t bytes = m->bytes ? group_sum(g->bytes, m->bytes[i]) : g->bytes;
  if ((packets > INT64_MAX && packets != GROUP_NULL) || (bytes > INT64_MAX && bytes != GROUP_NULL)) return 0;
  g->flows++;
  g->packets = packets;
  g->bytes = bytes;
  if (m->start && m->start[i] < g->first_seen) g->first_seen = m->start[i];
  if (m->end && m->end[i] + 1 > g->last_seen + 1) g->last_seen = m->end[i];
  return 1;
}

static enum err_code add_by_one(struct groups *t, const struct grouping *g, const struct grouping_bound *b,
                                const struct rows_columns *rows, const uint8_t *keep, struct err *e) {
  const uint64_t *number = rows->number[g->dim[0].field];
  const struct rows_word *word = rows->word[g->dim[0].field];
  const struct measures m = find_measures(b, rows);
  const uint32_t window = t->window += !t->window || !b->item[0].unit;
  for (uint32_t i = 0; i < rows->n; i++) {
    if (!keep[i]) continue;
    uint64_t tag = tag_of(&b->item[0], number, word, i);
    struct groups_recent *r = &t->recent[groups_recent_place(tag)];
    if (r->tag == tag && r->window == window && add_to_group(groups_at(t, r->at), &m, i)) continue;
    if (add_row(t, g, b, rows, &m, i, tag, window, e)) return e->code;
  }
  return groups_settle_window(t, window, e);
}

/* --- any dimensions ---------------------------------------------------------------------------------------------- */

enum err_code groups_add_columns(struct groups *t, const struct grouping *g, const struct grouping_bound *b,
                                 const struct rows_columns *rows, const uint8_t *keep, struct err *e) {
  if (!b->n) return add_all(t, b, rows, keep, e);
  if (b->n == 1 && b->item[0].token != LAYOUT_ABSENT) return add_by_one(t, g, b, rows, keep, e);
  const struct measures m = find_measures(b, rows);
  for (uint32_t i = 0; i < rows->n; i++)
    if (keep[i] && add_row(t, g, b, rows, &m, i, 0, 0, e)) return e->code;
  return groups_settle(t, e);
}
