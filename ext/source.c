/* SPDX-License-Identifier: MIT */
/*
** Plain files are read straight into the caller's buffer.  They are not mapped: a file that shrinks while it is
** mapped kills the process with SIGBUS, and reading costs little beside splitting lines.
*/
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"

#define GZIP_WINDOW     (15 + 16) /* zlib: the largest window, gzip wrapper, checksums verified */
#define CUT_OFF         "the gzip data is cut off"
#define SOURCE_READ_MAX (1u << 30) /* bytes in one call: zlib counts in unsigned int */

static const struct {
  enum source_kind kind;
  const char *name;  /* for flowlogs_files */
  const char *magic; /* first bytes, "" for none */
  size_t n;
} kinds[SOURCE_KIND_COUNT] = {
    {SOURCE_PLAIN, "plain", "", 0},
    {SOURCE_GZIP, "gzip", "\x1f\x8b", 2},
    {SOURCE_EMPTY, "empty", "", 0},
    {SOURCE_PARQUET, "parquet", "PAR1", 4},
    {SOURCE_ZSTD, "zstd", "\x28\xb5\x2f\xfd", 4},
    {SOURCE_BZIP2, "bzip2", "BZh", 3},
    {SOURCE_XZ, "xz", "\xfd\x37zXZ", 5},
    {SOURCE_ZIP, "zip", "PK\x03\x04", 4},
    {SOURCE_UTF16, "utf-16", "", 0},
};

const char *source_kind_name(enum source_kind kind) { return kinds[kind].name; }

/* A byte order mark, and a first character of ASCII behind it. */
static int is_utf16(const unsigned char *p, size_t n) {
  return n >= 4 && ((p[0] == 0xff && p[1] == 0xfe && p[2] && !p[3]) || (p[0] == 0xfe && p[1] == 0xff && !p[2] && p[3]));
}

enum source_kind source_magic(const void *p, size_t n) {
  if (n == 0) return SOURCE_EMPTY;
  if (is_utf16(p, n)) return SOURCE_UTF16;
  for (size_t i = 0; i < SOURCE_KIND_COUNT; i++)
    if (kinds[i].n && n >= kinds[i].n && !memcmp(p, kinds[i].magic, kinds[i].n)) return kinds[i].kind;
  return SOURCE_PLAIN;
}

static voidpf zlib_alloc(voidpf unused, uInt items, uInt size) {
  (void)unused;
  return mem_alloc((size_t)items * size);
}

static void zlib_free(voidpf unused, voidpf p) {
  (void)unused;
  mem_free(p);
}

enum err_code source_init(struct source *s, struct err *e) {
  memset(s, 0, sizeof *s);
  s->fd = -1;
  s->in = mem_alloc(SOURCE_BUFFER);
  return s->in ? ERR_NONE : err_nomem(e);
}

void source_clear(struct source *s) {
  source_close(s);
  if (s->z_ready) inflateEnd(&s->z);
  mem_free(s->in);
  memset(s, 0, sizeof *s);
  s->fd = -1;
}

void source_close(struct source *s) {
  if (s->fd >= 0) close(s->fd);
  s->fd = -1;
}

/* read(), again after a signal. */
static ssize_t read_some(struct source *s, void *p, size_t n, struct err *e) {
  ssize_t got;
  do got = read(s->fd, p, n);
  while (got < 0 && errno == EINTR);
  if (got < 0) err_set(e, ERR_IO, 0, "can't be read: %s", strerror(errno));
  if (got == 0) s->at_eof = 1;
  return got;
}

/* Appends to the input that zlib has not taken yet, until there are `want` bytes or the file ends.  0 or -1. */
static int fill(struct source *s, size_t want, struct err *e) {
  if (s->z.avail_in && s->z.next_in != s->in) memmove(s->in, s->z.next_in, s->z.avail_in);
  s->z.next_in = s->in;
  while (s->z.avail_in < want && !s->at_eof) {
    ssize_t got = read_some(s, s->in + s->z.avail_in, SOURCE_BUFFER - s->z.avail_in, e);
    if (got < 0) return -1;
    s->z.avail_in += (uInt)got;
  }
  return 0;
}

static enum err_code open_file(struct source *s, const char *path, const struct confine *confine, struct err *e) {
  char resolved[PATH_MAX];
  const char *use;
  struct stat st;
  enum err_code rc = confine_path(confine, path, resolved, &use, e);
  if (rc) return rc;
  /* O_NONBLOCK: opening a pipe that nobody writes to must not hang; regular files don't mind it. */
  s->fd = open(use, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (s->fd < 0) return err_set(e, ERR_IO, 0, "can't be opened: %s", strerror(errno));
  if (fstat(s->fd, &st)) return err_set(e, ERR_IO, 0, "can't be read: %s", strerror(errno));
  if (!S_ISREG(st.st_mode))
    return err_set(e, ERR_IO, 0, "is not a regular file; a query may read its files more than once");
  return ERR_NONE;
}

enum err_code source_open(struct source *s, const char *path, const struct confine *confine, struct err *e) {
  source_close(s);
  s->at_eof = s->in_member = 0;
  s->z.avail_in = 0;
  s->later.code = ERR_NONE;
  enum err_code rc = open_file(s, path, confine, e);
  if (!rc && fill(s, 8, e)) rc = e->code;
  if (rc) {
    source_close(s);
    return rc;
  }
  s->kind = source_magic(s->in, s->z.avail_in);
  if (s->kind != SOURCE_GZIP) return ERR_NONE;
  if (!s->z_ready) {
    s->z.zalloc = zlib_alloc;
    s->z.zfree = zlib_free;
    if (inflateInit2(&s->z, GZIP_WINDOW) != Z_OK) {
      source_close(s);
      return err_nomem(e);
    }
    s->z_ready = 1;
  } else {
    inflateReset(&s->z);
  }
  s->in_member = 1;
  return ERR_NONE;
}

static ssize_t read_plain(struct source *s, char *p, size_t n, struct err *e) {
  if (s->z.avail_in == 0) return s->at_eof ? 0 : read_some(s, p, n, e);
  size_t k = s->z.avail_in < n ? s->z.avail_in : n; /* what source_open() read to see the kind */
  memcpy(p, s->z.next_in, k);
  s->z.next_in += k;
  s->z.avail_in -= (uInt)k;
  return (ssize_t)k;
}

/* What follows the last member is no member.  A lone first byte of one is all that is left of it. */
static void say_trailing(const struct source *s, struct err *e) {
  int cut = s->at_eof && s->z.avail_in == 1 && s->z.next_in[0] == 0x1f;
  err_set(e, ERR_DAMAGED, 0, "%s", cut ? CUT_OFF : "the gzip data is followed by something that is not gzip");
}

/* Between two members: begins the next one (1), sees the file's end (0), or something that is neither (-1). */
static int next_member(struct source *s, struct err *e) {
  if (fill(s, 2, e)) return -1;
  if (source_magic(s->z.next_in, s->z.avail_in) == SOURCE_GZIP) {
    inflateReset(&s->z);
    s->in_member = 1;
    return 1;
  }
  while (s->z.avail_in) {
    for (uInt i = 0; i < s->z.avail_in; i++)
      if (s->z.next_in[i]) {
        say_trailing(s, e);
        return -1;
      }
    s->z.avail_in = 0;
    if (fill(s, 1, e)) return -1;
  }
  return 0;
}

/* One call of inflate(), with input for it.  0 to go on, -1 on an error. */
static int inflate_some(struct source *s, struct err *e) {
  if (!s->z.avail_in && fill(s, 1, e)) return -1;
  int rc = inflate(&s->z, Z_NO_FLUSH);
  if (rc == Z_STREAM_END) {
    s->in_member = 0;
  } else if (rc == Z_MEM_ERROR) {
    err_nomem(e);
  } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
    err_set(e, ERR_DAMAGED, 0, "the gzip data is corrupt: %s", s->z.msg ? s->z.msg : "inflate failed");
  } else if (s->at_eof && !s->z.avail_in && s->z.avail_out) {
    err_set(e, ERR_DAMAGED, 0, CUT_OFF);
  }
  return e->code ? -1 : 0;
}

/* Fills p as far as it goes; what stops it early is the end of the file, or *e. */
static size_t read_gzip(struct source *s, char *p, size_t n, struct err *e) {
  s->z.next_out = (Bytef *)p;
  s->z.avail_out = (uInt)n;
  while (s->z.avail_out) {
    if (!s->in_member && next_member(s, e) <= 0) break;
    if (inflate_some(s, e)) break;
  }
  return n - s->z.avail_out;
}

ssize_t source_read(struct source *s, char *p, size_t n, struct err *e) {
  if (s->kind != SOURCE_GZIP) return read_plain(s, p, n, e);
  size_t got = 0;
  if (n > SOURCE_READ_MAX) n = SOURCE_READ_MAX;
  if (!s->later.code) got = read_gzip(s, p, n, &s->later);
  if (got || !s->later.code) return (ssize_t)got;
  err_set(e, s->later.code, 0, "%s", s->later.text);
  return -1;
}
