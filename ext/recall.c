/* SPDX-License-Identifier: MIT */
#include "recall.h"

#include <string.h>

#include "hash.h"
#include "mem.h"

/* Which statements are running, and for which time: the same number as long as one execution goes on. */
static uint64_t execution(sqlite3 *db) {
  uint64_t h = 1;
  for (sqlite3_stmt *s = sqlite3_next_stmt(db, NULL); s; s = sqlite3_next_stmt(db, s))
    if (sqlite3_stmt_busy(s))
      h = hash_mix(hash_mix(h, (uint64_t)(uintptr_t)s), (uint64_t)sqlite3_stmt_status(s, SQLITE_STMTSTATUS_RUN, 0));
  return h ? h : 1;
}

static uint64_t identify_files(const struct files *files) {
  uint64_t h = files->n;
  for (size_t i = 0; i < files->n; i++) {
    const struct file *f = &files->file[i];
    h = hash_mix(hash_mix(hash_mix(hash_text(h, f->path), (uint64_t)f->size), f->changed), (uint64_t)f->ino);
  }
  return h;
}

static void clear_place(struct recall_place *p) {
  sqlite3_free(p->key);
  pred_clear(&p->pred);
  keep_clear(&p->keep);
  memset(p, 0, sizeof *p);
}

void recall_clear(struct recall *r) {
  for (int i = 0; i < RECALL_PLACES; i++) clear_place(&r->place[i]);
}

/* Places of executions that are over are not needed any more. */
static struct recall_place *find(struct recall *r, uint64_t now, const char *key, uint64_t files) {
  struct recall_place *found = NULL;
  for (int i = 0; i < RECALL_PLACES; i++) {
    struct recall_place *p = &r->place[i];
    if (!p->execution) continue;
    if (p->execution == now && p->files == files && !strcmp(p->key, key)) found = p;
    else if (p->execution != now && !p->users) clear_place(p);
  }
  return found;
}

static enum recall_answer remember(struct recall *r, uint64_t now, char *key, uint64_t files, const struct pred *pred) {
  struct recall_place *p = &r->place[r->next++ % RECALL_PLACES];
  struct err e = {0};
  if (p->users) {
    sqlite3_free(key);
    return RECALL_READ;
  }
  clear_place(p);
  p->execution = now;
  p->key = key;
  p->files = files;
  for (size_t i = 0; i < pred->n && !e.code; i++) pred_add_copy(&p->pred, &pred->term[i], &e);
  return e.code ? RECALL_NOMEM : RECALL_READ;
}

/* Leaves in the place's predicate what this round asks for, too. */
static void leave_common(struct recall_place *place, const struct pred *pred) {
  struct pred *p = &place->pred;
  size_t n = 0;
  for (size_t i = 0; i < p->n; i++) {
    if (pred_has(pred, &p->term[i])) p->term[n++] = p->term[i];
    else pred_drop(&p->term[i]);
  }
  p->n = n;
}

/* Rounds about other files each are best served by reading these. */
static int asks_for_files(const struct recall_place *place, const struct pred *pred) {
  for (size_t i = 0; i < pred->n; i++)
    if (pred->term[i].subject == SUBJECT_FILE && !pred_has(&place->pred, &pred->term[i])) return 1;
  return 0;
}

enum recall_answer recall_ask(struct recall *r, sqlite3 *db, const struct query *q, const char *plan,
                              struct recall_place **place) {
  uint64_t now = execution(db), files = identify_files(&q->request.files);
  *place = NULL;
  const struct options *o = &q->options;
  const char *format = o->format_text ? o->format_text : "", *filter = o->filter_text ? o->filter_text : "";
  char *key = sqlite3_mprintf("%s\n%d %d %d %d\n%s%s%s", plan, (int)o->policy, o->threads, (int)strlen(format),
                              (int)strlen(filter), format, filter, o->path); /* no two requests have the same */
  if (!key) return RECALL_NOMEM;
  struct recall_place *p = find(r, now, key, files);
  if (!p) return remember(r, now, key, files, &q->pred);
  sqlite3_free(key);
  *place = p;
  if (p->state == PLACE_TOO_MANY || asks_for_files(p, &q->pred)) return RECALL_READ;
  if (p->users && p->state != PLACE_KEPT) return RECALL_READ;
  int covered = 1;
  for (size_t i = 0; i < p->pred.n; i++) covered &= pred_has(&q->pred, &p->pred.term[i]);
  if (p->state == PLACE_KEPT && covered) return RECALL_SERVE;
  if (p->users) return RECALL_READ;
  leave_common(p, &q->pred);
  keep_clear(&p->keep);
  keep_init(&p->keep, q->options.memory);
  p->state = PLACE_SEEN;
  return RECALL_FILL;
}

void recall_close(struct recall_place *place) {
  if (!place->users) clear_place(place);
}

static int give_up(struct recall_place *place) {
  keep_clear(&place->keep);
  place->state = PLACE_TOO_MANY;
  return 1;
}

int recall_add(struct recall_place *place, const struct batch *b) {
  struct err e = {0};
  return keep_add(&place->keep, b, &e) ? give_up(place) : 0;
}

int recall_finish(struct recall_place *place, const struct pred *pred) {
  struct err e = {0};
  int subject = KEEP_NO_SUBJECT;
  for (size_t i = 0; i < pred->n && subject == KEEP_NO_SUBJECT; i++)
    if (!pred_has(&place->pred, &pred->term[i]) && keep_asks_for_one(&pred->term[i])) subject = pred->term[i].subject;
  if (keep_index(&place->keep, subject, &e)) return give_up(place);
  place->state = PLACE_KEPT;
  return 0;
}
