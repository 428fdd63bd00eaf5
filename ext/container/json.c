/* SPDX-License-Identifier: MIT */
/*
** The JSON in which flow logs come: a stack of what is open, and a step for what is at its top.
**
**     {"events":[{"message":"2 ...","timestamp":17...}, ...],"nextToken":"..."}
**     |         | |                                 |
**     |         | JSON_EVENT, which becomes a line  next member, or end
**     |         JSON_EVENTS
**     JSON_OBJECT
**
** Nothing is decided before the keys say it, so that all forms are read by the same code, and may be
** mixed.  Events become lines while the document that has them is still open, whatever its size is.
**
** Behind what is malformed, reading goes on at the next line that begins with '{', because a program
** that is stopped and started again leaves half a line behind.
*/
#include <string.h>

#include "base/chars.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "container/json_state.h"
#include "container/kinds.h"

static const char *const forms[] = {
    [JSON_FORM_EVENTS] = "json events",     [JSON_FORM_SUBSCRIPTION] = "json subscription",
    [JSON_FORM_MESSAGES] = "json messages", [JSON_FORM_INSIGHTS] = "json insights",
    [JSON_FORM_FIELDS] = "json fields",     [JSON_FORM_EVENT] = "json event",
};

void json_set_form(struct json *j, enum json_form form) {
  if (j->c->form == container_json.name) j->c->form = forms[form];
}

int json_end(struct json *j, enum container_result end, const struct err *e) {
  if (j->end != CONTAINER_MORE) return 0;
  j->end = end;
  j->why = *e;
  return 0;
}

static void clear(void *state) {
  struct json *j = state;
  for (int i = 0; i < JSON_LEVELS; i++) {
    unwrapped_free(&j->level[i].content);
    feed_clear(&j->level[i].feed);
  }
  if (j->can_unwrap) unwrap_clear(&j->unwrap);
  json_hold_clear(&j->hold);
  mem_free(j->piece.p);
  mem_free(j->text);
  mem_free(j);
}

static struct json *new_state(void) {
  struct json *j = mem_alloc(sizeof *j);
  if (!j) return NULL;
  memset(j, 0, sizeof *j);
  j->text = mem_alloc(JSON_TEXT);
  if (j->text) return j;
  mem_free(j);
  return NULL;
}

static enum err_code start(struct container *c, struct err *e) {
  struct json *j = c->state[c->slot];
  if (!j && !(j = c->state[c->slot] = new_state())) return err_nomem(e);
  while (j->nlevels > 1) unwrapped_free(&j->level[--j->nlevels].content); /* of a file that was not read to its end */
  j->c = c;
  j->end = CONTAINER_MORE;
  memset(&j->why, 0, sizeof j->why);
  memset(&j->frame[0], 0, sizeof j->frame[0]);
  j->frame[0].group.at = j->frame[0].stream.at = JSON_NO_NAME;
  j->frame[0].time = JSON_NO_TIME;
  j->nframes = j->nlevels = 1;
  j->text_n = j->nmembers = 0;
  json_hold_drop(&j->hold);
  j->is_holding = j->is_released = j->is_known = j->is_resynced = 0;
  j->nunheld = 0;
  j->nforeign = 0;
  j->hint = NULL;
  named_values_restart(&j->values);
  json_scan_start(&j->scan, &c->feed, &c->stop);
  if (j->can_unwrap) unwrap_begin(&j->unwrap, 0);
  while (c->feed.end - c->feed.p < 3 && feed_more(&c->feed)) continue;
  if (c->feed.end - c->feed.p >= 3 && !memcmp(c->feed.p, "\xef\xbb\xbf", 3)) c->feed.p += 3;
  return ERR_NONE;
}

/* --- faults ------------------------------------------------------------------------------------------------------ */

/* Forgets all that is open in the present level. */
static void close_all(struct json *j) {
  while (j->nframes > json_level(j)->frame + 1) json_pop(j);
  j->is_holding = 0;
}

/* What a level within the file has is no JSON, or is cut off. */
static void end_level(struct json *j, const struct err *why) {
  struct json_level *l = json_level(j);
  close_all(j);
  if (!l->damage.code) l->damage = *why;
  memset(&j->scan.e, 0, sizeof j->scan.e);
  j->scan.fault = JSON_FAULT_NONE;
  json_piece_end(j);
}

/* The file has something that is no JSON.  Reading goes on where a line begins with an object. */
static void pass_over(struct json *j, struct err *why) {
  char shown[BLOCK_SHOWN];
  struct feed *f = j->scan.feed;
  while (f->end - f->p < BLOCK_SHOWN && feed_more(f)) continue;
  size_t n = utf8_cut(f->p, (size_t)(f->end - f->p), sizeof shown);
  memcpy(shown, f->p, n);
  const char *lf = memchr(shown, '\n', n);
  close_all(j);
  if (json_scan_resync(&j->scan)) {
    j->is_resynced = 1;
    json_bad(j, shown, lf ? (size_t)(lf - shown) : n, why->text);
  } else if (j->scan.fault != JSON_FAULT_FAILED) {
    why->line = j->c->number + 1;
    json_end(j, CONTAINER_BROKEN, why);
  }
}

static void on_fault(struct json *j) {
  struct err why = j->scan.e;
  if (j->is_holding) { /* what is held comes first, even if the name of its stream is lost */
    json_begin_release(j, json_top(j));
  } else if (j->scan.fault == JSON_FAULT_FAILED) {
    json_end(j, CONTAINER_ERROR, &why);
  } else if (j->nlevels > 1) {
    end_level(j, &why);
  } else if (j->scan.fault == JSON_FAULT_MALFORMED) {
    pass_over(j, &why);
  } else {
    why.line = j->c->number + 1;
    json_end(j, CONTAINER_BROKEN, &why);
  }
}

static enum container_result read_on(struct container *c, struct err *e) {
  struct json *j = c->state[c->slot];
  for (j->scan.refills = 0; block_has_room(&c->block);) {
    if (json_release(j)) continue;
    if (j->end != CONTAINER_MORE) {
      if (c->block.nlines) return CONTAINER_BLOCK;
      *e = j->why;
      return j->end;
    }
    if (j->scan.refills) return c->block.nlines ? CONTAINER_BLOCK : CONTAINER_MORE;
    if (j->scan.fault) on_fault(j);
    else json_step(j);
  }
  return CONTAINER_BLOCK;
}

static enum container_result next(struct container *c, struct err *e) {
  enum container_result result = read_on(c, e);
  c->is_foreign = json_is_foreign(c->state[c->slot]);
  return result;
}

/* --- what is JSON ------------------------------------------------------------------------------------------------ */

/*
** A text in quotes.  A file of CSV may begin so, too: then a separator follows, or the text is a
** heading, which has no white space and is short.
*/
static int is_text(const char *p, size_t n, int is_all) {
  size_t i = 1;
  int has_space = 0;
  while (i < n && p[i] != '"' && p[i] != '\n') {
    has_space |= p[i] == ' ';
    i += p[i] == '\\' ? 2 : 1;
  }
  if (i >= n) return !is_all;
  if (p[i] != '"' || (!has_space && i < 64)) return 0;
  i++;
  i += chars_space(p + i, n - i);
  return i >= n || p[i] == '"' || p[i] == '{' || p[i] == '[';
}

int json_is(const char *p, size_t n, int is_all) {
  if (n == 0) return 0;
  size_t i = 1 + chars_space(p + 1, n - 1);
  if (*p == '{') return i == n || p[i] == '"' || p[i] == '}';
  if (*p == '"') return is_text(p, n, is_all);
  if (*p != '[') return 0;
  if (i == n || strchr("{[\"]", p[i])) return 1;
  while (i < n && char_is_digit(p[i])) i++;
  return i < n && (p[i] == ',' || p[i] == ']');
}

const struct container_kind container_json = {"json", json_is, start, next, clear};
