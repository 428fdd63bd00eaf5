/* SPDX-License-Identifier: MIT */
/*
** What the unit tests share: cmocka, a temporary folder that they work in, files plain and
** gzipped, texts that end at an unmapped page, random numbers with a fixed seed, and batches as
** text to compare.
**
** Test data comes from malloc(), so that mem_test_live() counts the code under test alone.
*/
#ifndef HELPERS_H
#define HELPERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "record/batch.h"
#include "file/root_guard.h"
#include "mem_test.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Fails with the table's row in view. */
#define CHECK(condition, ...)                                                                                          \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      print_error(__VA_ARGS__);                                                                                        \
      print_error("\n");                                                                                               \
      fail_msg("%s", #condition);                                                                                      \
    }                                                                                                                  \
  } while (0)

static const struct root_guard unconfined; /* {""} */

/* How many times as long all takes, as under valgrind: TEST_SLOWNESS in the environment, or 1. */
static inline unsigned slowness(void) {
  const char *s = getenv("TEST_SLOWNESS");
  return s && atoi(s) > 0 ? (unsigned)atoi(s) : 1;
}

/*
** Ends the process after so many seconds, because what stands still must not hang the tests; 0: it
** does not.
*/
static inline void end_after(unsigned seconds) { alarm(seconds * slowness()); }

/* --- a buffer that grows, and text made with printf ------------------------------------------ */

struct bytes {
  char *p; /* has a NUL after n bytes */
  size_t n, cap;
};

static inline void bytes_add(struct bytes *b, const void *p, size_t n) {
  if (n > SIZE_MAX / 4 || b->n > SIZE_MAX / 4) abort(); /* the compiler sees that nothing overflows */
  if (b->n + n + 1 > b->cap) {
    b->cap = (b->n + n + 1) * 2;
    b->p = realloc(b->p, b->cap);
    if (!b->p) abort();
  }
  if (n) memcpy(b->p + b->n, p, n);
  b->n += n;
  b->p[b->n] = 0;
}

static inline void bytes_repeat(struct bytes *b, char c, size_t n) {
  while (n-- > 0) bytes_add(b, &c, 1);
}

__attribute__((format(printf, 2, 3))) static inline void bytes_print(struct bytes *b, const char *format, ...) {
  va_list ap;
  char text[4096];
  va_start(ap, format);
  int n = vsnprintf(text, sizeof text, format, ap);
  va_end(ap);
  if (n < 0 || (size_t)n >= sizeof text) abort();
  bytes_add(b, text, (size_t)n);
}

static inline void bytes_free(struct bytes *b) {
  free(b->p);
  memset(b, 0, sizeof *b);
}

/* --- random numbers: the same ones in every run ---------------------------------------------- */

static uint64_t random_state = 0x9e3779b97f4a7c15u;

static inline uint32_t random_u32(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (uint32_t)(random_state >> 32);
}

/* 0 to n - 1 */
static inline uint32_t random_below(uint32_t n) { return random_u32() % n; }

/* --- text that ends at an unmapped page ------------------------------------------------------ */

struct guarded {
  char *map;
  size_t map_n;
  char *end; /* one byte behind the last that may be touched */
};

static inline void guarded_init(struct guarded *g, size_t n) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), usable = (n + page - 1) / page * page;
  g->map_n = usable + page;
  g->map = mmap(NULL, g->map_n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (g->map == MAP_FAILED || mprotect(g->map + usable, page, PROT_NONE)) abort();
  g->end = g->map + usable;
}

static inline void guarded_clear(struct guarded *g) { munmap(g->map, g->map_n); }

/* --- files, in a temporary folder that is the current one ------------------------------------ */

static char temp_folder[PATH_MAX];

static inline int enter_temp_folder(void **state) {
  char name[PATH_MAX];
  const char *tmp = getenv("TMPDIR");
  (void)state;
  snprintf(name, sizeof name, "%s/flowlogs-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
  return !mkdtemp(name) || !realpath(name, temp_folder) || chdir(temp_folder);
}

static inline void remove_tree(const char *path) {
  struct stat st;
  if (lstat(path, &st)) return;
  if (!S_ISDIR(st.st_mode)) {
    unlink(path);
    return;
  }
  DIR *d = opendir(path);
  for (struct dirent *entry; d && (entry = readdir(d)) != NULL;) {
    struct bytes below = {0};
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    bytes_print(&below, "%s/%s", path, entry->d_name);
    remove_tree(below.p);
    bytes_free(&below);
  }
  if (d) closedir(d);
  rmdir(path);
}

static inline int leave_temp_folder(void **state) {
  (void)state;
  if (chdir("/")) return -1;
  remove_tree(temp_folder);
  return 0;
}

static inline void make_folder(const char *path) {
  if (mkdir(path, 0755) && errno != EEXIST) fail_msg("mkdir %s: %s", path, strerror(errno));
}

/* target as the link's text */
static inline void make_link(const char *target, const char *path) {
  if (symlink(target, path) && errno != EEXIST) fail_msg("symlink %s: %s", path, strerror(errno));
}

static inline void write_file(const char *path, const void *p, size_t n) {
  FILE *f = fopen(path, "wb");
  if (!f || (n && fwrite(p, 1, n, f) != n) || fclose(f)) fail_msg("write %s: %s", path, strerror(errno));
}

static inline void write_text(const char *path, const char *text) { write_file(path, text, strlen(text)); }

/* Appends a gzip member. */
static inline void add_member(struct bytes *b, const void *p, size_t n) {
  z_stream z;
  memset(&z, 0, sizeof z);
  if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
  size_t room = deflateBound(&z, (uLong)n) + 64;
  char *out = malloc(room);
  if (!out) abort();
  memcpy(&z.next_in, &p, sizeof p); /* next_in is not const in zlib */
  z.avail_in = (uInt)n;
  z.next_out = (Bytef *)out;
  z.avail_out = (uInt)room;
  if (deflate(&z, Z_FINISH) != Z_STREAM_END) abort();
  bytes_add(b, out, z.total_out);
  deflateEnd(&z);
  free(out);
}

static inline void write_gzip(const char *path, const void *p, size_t n) {
  struct bytes b = {0};
  add_member(&b, p, n);
  write_file(path, b.p, b.n);
  bytes_free(&b);
}

/* The number of open file descriptors, with which a test finds out whether one was left open. */
static inline int open_files(void) {
  int n = 0;
  for (int fd = 0; fd < 256; fd++) n += fcntl(fd, F_GETFD) != -1;
  return n;
}

/* --- batches --------------------------------------------------------------------------------- */

static inline int cell_is(const struct batch *b, uint64_t cell, const char *text) {
  return cell != BATCH_NULL && batch_text_n(cell) == strlen(text) &&
         !memcmp(batch_text(b, cell), text, batch_text_n(cell));
}

static inline void print_cell(struct bytes *out, const struct batch *b, uint64_t cell) {
  if (cell == BATCH_NULL) bytes_add(out, "NULL", 4);
  else bytes_add(out, batch_text(b, cell), batch_text_n(cell));
}

/* Prints a line "FILE:LINE name=value ..." for each row.  Columns without a value are left out. */
static inline void print_rows(struct bytes *out, const struct batch *b) {
  static const char *const others[] = {"_raw", "_extra", "_log_group", "_log_stream", "_event_time"};
  for (uint32_t row = 0; row < b->nrows; row++) {
    bytes_print(out, "%u:%llu", (unsigned)b->file, (unsigned long long)b->line[row]);
    for (int c = 0; c < COLUMN_COUNT; c++) {
      if (!b->cell[c] || !b->has[c] || b->cell[c][row] == BATCH_NULL) continue;
      bytes_print(out, " %s=", c < FIELD_COUNT ? fields[c].name : others[c - FIELD_COUNT]);
      if (c < FIELD_COUNT && kind_is_int(fields[c].kind)) bytes_print(out, "%llu", (unsigned long long)b->cell[c][row]);
      else print_cell(out, b, b->cell[c][row]);
    }
    bytes_add(out, "\n", 1);
  }
}

static inline void print_problems(struct bytes *out, const struct batch *b) {
  static const char *const names[] = {
      [ERR_NOMEM] = "NOMEM",         [ERR_ARGUMENT] = "ARGUMENT", [ERR_IO] = "IO",
      [ERR_DAMAGED] = "DAMAGED",     [ERR_FORMAT] = "FORMAT",     [ERR_LINE] = "LINE",
      [ERR_INTERRUPT] = "INTERRUPT", [ERR_SUSPECT] = "SUSPECT",
  };
  for (uint32_t i = 0; i < b->nproblems; i++) {
    bytes_print(out, "! %u:%llu %s ", (unsigned)b->file, (unsigned long long)b->problem[i].line,
                names[b->problem[i].code]);
    print_cell(out, b, b->problem[i].reason);
    bytes_add(out, " | ", 3);
    print_cell(out, b, b->problem[i].raw);
    bytes_add(out, "\n", 1);
  }
}

static inline void print_batch(struct bytes *out, const struct batch *b) {
  print_rows(out, b);
  print_problems(out, b);
}

/* --- the end --------------------------------------------------------------------------------- */

/*
** The exit status of a test program: the number of failed tests, and one more if memory was not
** freed.
*/
static inline int finish(int failed) {
  if (!failed && mem_test_live()) {
    fprintf(stderr, "%zu allocations were not freed\n", mem_test_live());
    failed++;
  }
  return failed;
}

#endif
