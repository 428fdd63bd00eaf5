/* SPDX-License-Identifier: MIT */
/*
** A value is unwrapped (gzip, base64, both, or none).  What comes out is lines, or a container, whose
** lines are sorted by the log streams that it names:
**
**     value -> unwrap -> lines     -> "payload"
**                     -> container -> blocks of lines -> "GROUP:STREAM", "GROUP:STREAM", ...
**
** A line that names the fields of those behind it goes into each stream that has such lines.  Messages
** behind these go where no header is, because each is in a format of its own.
*/
#include "tables/payload_decode.h"

#include <string.h>

#include "base/chars.h"
#include "base/mem.h"
#include "container/container.h"
#include "file/unwrap.h"
#include "sqlite/report.h"

#define MESSAGES   "#messages" /* behind the name, for lines that headers in the value do not concern */
#define NAME_BYTES (2 * BLOCK_NAME + 2 + sizeof MESSAGES) /* of GROUP:STREAM and a NUL */

struct payload_decoder {
  struct container container;
  struct unwrap unwrap;
  char *header; /* BLOCK_LINE bytes: the fields of the lines at hand */
  size_t header_n;
  uint64_t nheaders; /* headers so far */
  int has_names;     /* the lines at hand are of the last header */
  /* of the value that is being decoded */
  struct payload *payload;
  enum policy policy;
  char **pzErr;
};

/* A container's bytes, and the damage with which they end, if they do. */
struct content {
  const char *p, *end;
  const struct err *damage;
};

static ssize_t read_content(void *from, char *p, size_t n, struct err *e) {
  struct content *content = from;
  size_t left = (size_t)(content->end - content->p);
  if (!left && content->damage->code) return err_set(e, content->damage->code, 0, "%s", content->damage->text), -1;
  if (n > left) n = left;
  if (n) memcpy(p, content->p, n);
  content->p += n;
  return (ssize_t)n;
}

/* --- errors ------------------------------------------------------------------------------------------------------ */

/* Something cannot be used: an error, or nothing with POLICY_SKIP.  number: of the record, or 0. */
static int problem(struct payload_decoder *u, uint64_t number, const char *what, const char *advice) {
  if (u->policy == POLICY_SKIP) return SQLITE_OK;
  if (!number) return report_text(u->pzErr, "%s: %s; %s", PAYLOAD_DECODE_NAME, what, advice);
  return report_text(u->pzErr, "%s, record %llu: %s; %s", PAYLOAD_DECODE_NAME, (unsigned long long)number, what,
                     advice);
}

static int foreign(struct payload_decoder *u, const char *what) { return problem(u, 0, what, PAYLOAD_DECODE_TAKES); }

/*
** An error of the lower rooms.  A limit is an error with POLICY_SKIP, too, because what lies
** beyond it is not damaged.
*/
static int lower_error(struct payload_decoder *u, const struct err *e) {
  if (e->code == ERR_DAMAGED || e->code == ERR_FORMAT) return problem(u, e->line, e->text, "on_error=skip skips it");
  if (e->code != ERR_ARGUMENT) return report_error(u->pzErr, e);
  return report_text(u->pzErr, "%s %s", PAYLOAD_DECODE_NAME, e->text);
}

/* --- lines of a container ---------------------------------------------------------------------------------------- */

/* Writes GROUP:STREAM, or the one of the two that there is.  Returns whether there is one. */
static int stream_name(const struct block *b, const struct block_place *place, char out[NAME_BYTES]) {
  const struct block_stream *s = &b->stream[place->stream];
  size_t n = 0;
  if (s->group != BLOCK_NO_TEXT) memcpy(out, b->names + s->group, n = s->group_n);
  if (s->name != BLOCK_NO_TEXT) {
    if (n) out[n++] = ':';
    memcpy(out + n, b->names + s->name, s->name_n);
    n += s->name_n;
  }
  out[n] = 0;
  if (!n) memcpy(out, PAYLOAD_DECODE_NAME, sizeof PAYLOAD_DECODE_NAME);
  return n != 0;
}

/* In front of names, so that they are a header even if few of them are known. */
#define HEADER_MARK LAYOUT_FIELDS " "

/* A header goes in front of the first line of each stream that has these fields. */
static enum err_code add_header(struct payload_decoder *u, const char *name, struct err *e) {
  uint64_t line;
  if (payload_set_header(u->payload, name, u->nheaders, e) <= 0) return e->code;
  return payload_add_line(u->payload, name, u->header, u->header_n, &line, e);
}

/* What the container knows of the line that was added. */
static enum err_code add_event(struct payload_decoder *u, const char *name, const struct block_place *place,
                               struct err *e) {
  const struct block *b = &u->container.block;
  const struct block_stream *s = &b->stream[place->stream];
  struct payload_event event = {.group_n = s->group_n, .stream_n = s->name_n, .time = place->time};
  if (s->group != BLOCK_NO_TEXT) event.group = b->names + s->group;
  if (s->name != BLOCK_NO_TEXT) event.stream = b->names + s->name;
  return payload_set_event(u->payload, name, &event, e);
}

/*
** Adds a line of a container.  One that cannot be used leaves a blank line, so that the others keep
** their numbers.
*/
static int add_line(struct payload_decoder *u, const struct block_place *place, const char *p, size_t n) {
  char name[NAME_BYTES];
  struct err e = {0};
  const struct block *b = &u->container.block;
  const char *why = block_why(b, place);
  uint64_t line;
  if (place->number == BLOCK_HEADER) {
    memcpy(u->header, HEADER_MARK, sizeof HEADER_MARK - 1);
    memcpy(u->header + sizeof HEADER_MARK - 1, p, n);
    u->header_n = sizeof HEADER_MARK - 1 + n;
    u->has_names = n != 0;
    u->nheaders += n != 0;
    return SQLITE_OK;
  }
  int is_named = stream_name(b, place, name);
  if (u->nheaders && !u->has_names) memcpy(name + strlen(name), MESSAGES, sizeof MESSAGES);
  if (u->has_names && add_header(u, name, &e)) return lower_error(u, &e);
  if (payload_add_line(u->payload, name, p, why ? 0 : n, &line, &e) || add_event(u, name, place, &e))
    return lower_error(u, &e);
  if (!why || u->policy == POLICY_SKIP) return SQLITE_OK;
  if (u->container.is_foreign) return foreign(u, why);
  return report_text(u->pzErr, "%s:%llu: %s; on_error=skip skips it", name,
                     (unsigned long long)(is_named ? line : place->number), why);
}

static int add_block(struct payload_decoder *u) {
  const struct block *b = &u->container.block;
  const char *p = b->text;
  int rc = SQLITE_OK;
  for (uint32_t i = 0; i < b->nlines && !rc; i++) {
    const char *lf = memchr(p, '\n', b->n - (size_t)(p - b->text));
    rc = add_line(u, &b->place[i], p, (size_t)(lf - p));
    p = lf + 1;
  }
  return rc;
}

static int add_container(struct payload_decoder *u, const struct container_kind *kind, const char *p, size_t n,
                         const struct err *damage) {
  struct err e = {0};
  size_t first = n < FEED_BUFFER ? n : FEED_BUFFER;
  struct content content = {p + first, p + n, damage};
  u->nheaders = 0;
  u->has_names = 0;
  if (!u->header && !(u->header = mem_alloc(sizeof HEADER_MARK + BLOCK_LINE))) return SQLITE_NOMEM;
  if (container_start(&u->container, kind, p, first, read_content, &content, &e)) return report_error(u->pzErr, &e);
  for (;;) {
    int rc = SQLITE_OK;
    switch (container_next(&u->container, &e)) {
    case CONTAINER_BLOCK: rc = add_block(u); break;
    case CONTAINER_MORE: break;
    case CONTAINER_END: return SQLITE_OK;
    case CONTAINER_BROKEN:
      if (e.code == ERR_FORMAT && !e.line) return foreign(u, e.text);
      return lower_error(u, &e);
    case CONTAINER_ERROR: return lower_error(u, &e);
    }
    if (rc) return rc;
  }
}

/* --- values ------------------------------------------------------------------------------------------------------ */

/* What was in the wrapping, and whether that was cut off or damaged. */
static int add_unwrapped(struct payload_decoder *u, const char *p, size_t n, const struct err *damage) {
  struct err e = {0};
  const int is_whole = !damage->code;
  const struct container_kind *kind =
      container_find(p, n < FEED_BUFFER ? n : FEED_BUFFER, n <= FEED_BUFFER && is_whole);
  if (kind && n) return add_container(u, kind, p, n, damage);
  if (n >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) p += 3, n -= 3;
  if (chars_space(p, n) == n) return is_whole ? foreign(u, "is empty") : SQLITE_OK;
  while (!is_whole && n > 0 && p[n - 1] != '\n') n--; /* the last line may be cut */
  return payload_add_text(u->payload, PAYLOAD_DECODE_NAME, p, n, &e) ? lower_error(u, &e) : SQLITE_OK;
}

int payload_decode(struct payload_decoder *u, const char *p, size_t n, enum policy policy, struct payload *payload,
                   char **pzErr) {
  struct unwrapped content;
  struct err e = {0};
  int rc = SQLITE_OK;
  u->payload = payload;
  u->policy = policy;
  u->pzErr = pzErr;
  unwrap_begin(&u->unwrap, n);
  if (unwrap(&u->unwrap, p, n, UNWRAP_GUESS, &content, &e)) rc = lower_error(u, &e);
  if (!rc) rc = add_unwrapped(u, content.p, content.n, &e);
  unwrapped_free(&content);
  return rc;
}

struct payload_decoder *payload_decoder_new(struct interrupt *interrupt) {
  struct payload_decoder *u = mem_alloc(sizeof *u);
  struct err e = {0};
  if (!u) return NULL;
  memset(u, 0, sizeof *u);
  container_init(&u->container);
  u->container.stop = (struct stop){.ask = interrupt_poll, .context = interrupt};
  if (unwrap_init(&u->unwrap, &e)) {
    payload_decoder_free(u);
    return NULL;
  }
  u->unwrap.stop = u->container.stop;
  return u;
}

void payload_decoder_free(struct payload_decoder *u) {
  if (!u) return;
  container_clear(&u->container);
  unwrap_clear(&u->unwrap);
  mem_free(u->header);
  mem_free(u);
}
