/* SPDX-License-Identifier: MIT */
/*
** A heap has the source with the least key on top.  Of sources with the same key, the one that the
** caller named first comes first.  Runs that were built one after the other have ascending ids, so
** that their lists are mostly appended to each other; only where two overlap are they merged.
*/
#include "index/run_merge.h"

#include "base/mem.h"
#include "index/damage.h"
#include "index/postings.h"

struct merge {
  struct run_entry *entry;         /* of each source: the current one */
  const struct run_source *source; /* the caller's */
  size_t *heap, n;                 /* sources that have an entry */
  const struct file_set *alive;
  uint64_t first_id;
  struct id_list list, other; /* the files of the key so far, and room to merge two lists */
};

/* --- the heap ---------------------------------------------------------------------------------------------------- */

static int is_less(const struct merge *m, size_t a, size_t b) {
  int c = key_compare(m->entry[a].key, m->entry[b].key);
  return c ? c < 0 : a < b;
}

/* Brings the source at a place of the heap down to where it belongs. */
static void sift_down(struct merge *m, size_t at) {
  size_t moved = m->heap[at];
  for (size_t child; (child = 2 * at + 1) < m->n; at = child) {
    if (child + 1 < m->n && is_less(m, m->heap[child + 1], m->heap[child])) child++;
    if (is_less(m, moved, m->heap[child])) break;
    m->heap[at] = m->heap[child];
  }
  m->heap[at] = moved;
}

/* Moves the source on top to its next entry, which must be behind the key. */
static enum err_code advance(struct merge *m, const struct index_key *key, struct err *e) {
  size_t i = m->heap[0];
  if (m->source[i].next(m->source[i].context, &m->entry[i], e)) return e->code;
  if (!m->entry[i].key) m->heap[0] = m->heap[--m->n];
  else if (key_compare(m->entry[i].key, key) <= 0) return index_damaged(e, "the keys of a run do not ascend");
  if (m->n) sift_down(m, 0);
  return ERR_NONE;
}

static enum err_code begin(struct merge *m, size_t n, struct err *e) {
  if (n > SIZE_MAX / sizeof *m->entry || !(m->entry = mem_alloc(n * sizeof *m->entry)) ||
      !(m->heap = mem_alloc(n * sizeof *m->heap)))
    return err_nomem(e);
  for (size_t i = 0; i < n; i++) {
    if (m->source[i].next(m->source[i].context, &m->entry[i], e)) return e->code;
    if (m->entry[i].key) m->heap[m->n++] = i;
  }
  for (size_t i = m->n / 2; i-- > 0;) sift_down(m, i);
  return ERR_NONE;
}

static void end(struct merge *m) {
  mem_free(m->entry);
  mem_free(m->heap);
  id_list_clear(&m->list);
  id_list_clear(&m->other);
}

/* --- the lists of a key ------------------------------------------------------------------------------------------ */

/*
** Merges the numbers up to `tail` and those from there on, both ascending, and leaves each number
** once.
*/
static enum err_code unite(struct merge *m, size_t tail, struct err *e) {
  struct id_list *list = &m->list, merged;
  const uint32_t *a = list->id, *a_end = a + tail, *b = a_end, *b_end = a + list->n;
  if (id_list_reserve(&m->other, list->n, e)) return e->code;
  merged = m->other;
  merged.n = 0;
  while (a < a_end || b < b_end) {
    uint32_t x = b == b_end || (a < a_end && *a <= *b) ? *a : *b;
    if (a < a_end && *a == x) a++;
    if (b < b_end && *b == x) b++;
    merged.id[merged.n++] = x;
  }
  m->other = *list;
  *list = merged;
  return ERR_NONE;
}

/* Adds the files of an entry that are alive. */
static enum err_code add_entry(struct merge *m, const struct run_entry *entry, uint64_t first_id, struct err *e) {
  struct id_list *list = &m->list;
  size_t tail = list->n;
  if (id_list_reserve(list, tail + entry->n, e)) return e->code;
  for (size_t i = 0; i < entry->n; i++) {
    uint64_t id = first_id + entry->id[i];
    if (m->alive && !file_set_has(m->alive, id)) continue;
    if (id - m->first_id >= UINT32_MAX) return index_damaged(e, "the files of a run are too far apart");
    list->id[list->n++] = (uint32_t)(id - m->first_id);
  }
  return tail && tail < list->n && list->id[tail - 1] >= list->id[tail] ? unite(m, tail, e) : ERR_NONE;
}

/* Takes the least key and its files from all sources that have it. */
static enum err_code merge_key(struct merge *m, struct run_writer *w, struct err *e) {
  struct index_key key = *m->entry[m->heap[0]].key;
  m->list.n = 0;
  do {
    size_t i = m->heap[0];
    if (add_entry(m, &m->entry[i], m->source[i].first_id, e) || advance(m, &key, e)) return e->code;
  } while (m->n && !key_compare(m->entry[m->heap[0]].key, &key));
  return m->list.n ? run_writer_put(w, &key, m->list.id, m->list.n, e) : ERR_NONE;
}

enum err_code run_merge(const struct run_source *source, size_t n, const struct file_set *alive, uint64_t first_id,
                        struct run_writer *w, struct err *e) {
  struct merge m = {.source = source, .alive = alive, .first_id = first_id};
  enum err_code rc = n ? begin(&m, n, e) : ERR_NONE;
  while (!rc && m.n) rc = merge_key(&m, w, e);
  end(&m);
  return rc;
}
