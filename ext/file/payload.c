/* SPDX-License-Identifier: MIT */
/*
** Each stream collects its lines in one growing text.  A hash table of fixed size finds a stream
** by its name; streams of the same hash are linked by their numbers, because pointers would not
** survive the growth of the array:
**
**     head     | END |  2  | END |  1  | ...          numbers of streams
**     stream   | 0 "eni-b"  next END | 1 "eni-c"  next END | 2 "eni-a"  next 0 | ...
**                text                  text                  text
**
** A scan then reads the texts as if they were files.
*/
#include "file/payload.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

void payload_init(struct payload *p) {
  memset(p, 0, sizeof *p);
  for (size_t i = 0; i < PAYLOAD_HEADS; i++) p->head[i] = PAYLOAD_END;
}

void payload_clear(struct payload *p) {
  for (size_t i = 0; i < p->n; i++) {
    mem_free(p->stream[i].name);
    mem_free(p->stream[i].text);
    mem_free(p->stream[i].origin.log_group);
    mem_free(p->stream[i].origin.log_stream);
    mem_free(p->stream[i].origin.time);
  }
  mem_free(p->stream);
  payload_init(p);
}

/* Returns the place of the hash table in which the list of the name's streams begins. */
static uint32_t *head_of(struct payload *p, const char *name) { return &p->head[hash_text(0, name) % PAYLOAD_HEADS]; }

/*
** Adds a stream in front of the list at *head.  Returns NULL with *e set when there is no memory,
** or too many streams.
*/
static struct payload_stream *add_stream(struct payload *p, const char *name, uint32_t *head, struct err *e) {
  if (p->n == PAYLOAD_MAX_STREAMS) {
    err_set(e, ERR_ARGUMENT, 0, "has records of more than %d log streams", PAYLOAD_MAX_STREAMS);
    return NULL;
  }
  if (mem_grow(&p->stream, &p->cap, p->n + 1, 4, sizeof *p->stream)) return err_nomem(e), NULL;
  size_t n = strlen(name) + 1;
  char *copy = mem_alloc(n);
  if (!copy) return err_nomem(e), NULL;
  memcpy(copy, name, n);
  p->stream[p->n] = (struct payload_stream){.name = copy, .next = *head};
  *head = (uint32_t)p->n;
  return &p->stream[p->n++];
}

/* Returns the stream of that name, which is added when it is new, or NULL with *e set. */
static struct payload_stream *find_or_add_stream(struct payload *p, const char *name, struct err *e) {
  uint32_t *head = head_of(p, name);
  for (uint32_t i = *head; i != PAYLOAD_END; i = p->stream[i].next)
    if (!strcmp(p->stream[i].name, name)) return &p->stream[i];
  return add_stream(p, name, head, e);
}

/* ERR_ARGUMENT if the payload has more bytes than one may have. */
static enum err_code count_bytes(struct payload *p, size_t n, struct err *e) {
  p->bytes += n;
  if (p->bytes <= PAYLOAD_MAX_BYTES) return ERR_NONE;
  return err_set(e, ERR_ARGUMENT, 0, "has more than %u MiB of lines; write them to a file and read that with flowlogs",
                 (unsigned)(PAYLOAD_MAX_BYTES >> 20));
}

/* Appends n bytes to the text of a stream, and an LF when the bytes do not end with one. */
static enum err_code append(struct payload *p, struct payload_stream *s, const char *text, size_t n, struct err *e) {
  int add = n == 0 || text[n - 1] != '\n';
  if (count_bytes(p, n + 1, e)) return e->code;
  if (mem_grow(&s->text, &s->cap, s->n + n + 1, n + 1, 1)) return err_nomem(e);
  if (n) memcpy(s->text + s->n, text, n);
  s->n += n;
  if (add) s->text[s->n++] = '\n';
  return ERR_NONE;
}

enum err_code payload_add_line(struct payload *p, const char *name, const char *text, size_t n, uint64_t *line,
                               struct err *e) {
  struct payload_stream *s = find_or_add_stream(p, name, e);
  if (!s || append(p, s, text, n, e)) return e->code;
  *line = ++s->lines;
  return ERR_NONE;
}

/* Makes *out an owned copy of a name, which ends with NUL. */
static enum err_code copy_name(const char *p, size_t n, char **out, struct err *e) {
  if (!p) return ERR_NONE;
  if (!(*out = mem_alloc(n + 1))) return err_nomem(e);
  memcpy(*out, p, n);
  (*out)[n] = 0;
  return ERR_NONE;
}

enum err_code payload_set_event(struct payload *p, const char *name, const struct payload_event *event, struct err *e) {
  struct payload_stream *s = find_or_add_stream(p, name, e);
  struct file_origin *o = &s->origin;
  if (!s) return e->code;
  o->is_mixed = 1;
  if (!o->log_group && copy_name(event->group, event->group_n, &o->log_group, e)) return e->code;
  if (!o->log_stream && copy_name(event->stream, event->stream_n, &o->log_stream, e)) return e->code;
  if (event->time == FILE_NO_TIME || !s->lines) return ERR_NONE;
  size_t more = (size_t)s->lines - o->ntimes;
  if (count_bytes(p, more * sizeof *o->time, e)) return e->code;
  if (mem_grow(&o->time, &o->cap, (size_t)s->lines, 16, sizeof *o->time)) return err_nomem(e);
  while (o->ntimes < s->lines) o->time[o->ntimes++] = FILE_NO_TIME;
  o->time[s->lines - 1] = event->time;
  return ERR_NONE;
}

int payload_set_header(struct payload *p, const char *name, uint64_t header, struct err *e) {
  struct payload_stream *s = find_or_add_stream(p, name, e);
  if (!s) return -1;
  int is_other = s->header != header;
  s->header = header;
  return is_other;
}

enum err_code payload_add_text(struct payload *p, const char *name, const char *text, size_t n, struct err *e) {
  struct payload_stream *s = n ? find_or_add_stream(p, name, e) : NULL;
  if (!s || append(p, s, text, n, e)) return e->code;
  for (const char *at = text, *end = text + n; at && at < end; s->lines++) {
    at = memchr(at, '\n', (size_t)(end - at));
    if (at) at++;
  }
  return ERR_NONE;
}

enum err_code payload_files(const struct payload *p, struct files *files, struct err *e) {
  if (p->n == 0) return ERR_NONE;
  files->file = mem_alloc(p->n * sizeof *files->file);
  if (!files->file) return err_nomem(e);
  memset(files->file, 0, p->n * sizeof *files->file);
  for (size_t i = 0; i < p->n; i++) {
    struct file *file = &files->file[i];
    file->path = p->stream[i].name;
    file->text = p->stream[i].text;
    file->size = (int64_t)p->stream[i].n;
    file->named = 1;
    file->origin = &p->stream[i].origin;
  }
  files->n = files->cap = p->n;
  return ERR_NONE;
}
