/* SPDX-License-Identifier: MIT */
/*
** One pass over the list, with a hash table of the names that were seen: for each of them, the last
** file that has it, which leads to the first one.  As there may be very many files, and hardly any
** of them has a twin, nothing is done for each name but to hash it.  Whether a name follows AWS's
** rule is asked when it comes a second time.  A copy is told by what browsers and desktops add to its name.
**
** The time is linear in the number of files, whatever their names are.  Therefore the whole name is
** hashed, although AWS puts a random hash at its end, because names that other programs give often
** end alike; and the best file of each ring is looked for once.
*/
#include "file/twins.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/mem.h"
#include "file/object_name.h"

#define NAME_MIN 16 /* bytes of a name that may be AWS's, which are longer */

/* What two files of one delivery have in common: the stem of their names. */
struct name {
  const char *p;
  size_t n;
};

/* A place of the table; free while file is NULL. */
struct seen {
  uint64_t hash;
  struct file *file;
};

static int is_gzip(const char *p, size_t n) { return n > 3 && !memcmp(p + n - 3, ".gz", 3); }

static struct name name_of(const struct file *file) {
  struct name name = {.p = file_name(file->path)};
  name.n = strlen(name.p);
  name.n = object_name_stem(name.p, name.n);
  return name;
}

/* The name has NAME_MIN bytes at least.  Its last 8 bytes overlap with those before them. */
static uint64_t hash_of(const struct name *name) {
  uint64_t hash = name->n;
  for (size_t i = 0; i + 8 < name->n; i += 8) hash = hash_mix(hash, bytes_load8(name->p + i));
  return hash_mix(hash, bytes_load8(name->p + name->n - 8));
}

static int is_same(const struct file *file, const struct name *name) {
  struct name other = name_of(file);
  return other.n == name->n && !memcmp(other.p, name->p, other.n);
}

/* Returns the place of the name in the table, or the free place where it is to be put. */
static struct seen *place_of(struct seen *table, size_t cap, uint64_t hash, const struct name *name) {
  size_t at = (size_t)hash & (cap - 1);
  while (table[at].file && (table[at].hash != hash || !is_same(table[at].file, name))) at = (at + 1) & (cap - 1);
  return &table[at];
}

static int is_delivery(const struct file *file) {
  struct object_name parsed;
  if (!strstr(file->path, "_vpcflowlogs_")) return 0; /* a quick look at names that are in every folder */
  object_name_parse(&parsed, file->path);
  return parsed.is_exact || parsed.is_copy;
}

/* Puts the file into the ring behind the last one, which may not be in a ring yet. */
static void link_behind(struct file *last, struct file *file) {
  file->twin = last->twin ? last->twin : last;
  last->twin = file;
}

/* Finds the best file of a ring, and tells all of its files. */
static void choose_best(struct file *first) {
  const struct file *best = first;
  struct file *file = first;
  do {
    if (twins_is_better(file, best)) best = file;
    file = file->twin;
  } while (file != first);
  do file->best_twin = best, file = file->twin;
  while (file != first);
}

enum err_code twins_link(struct files *f, struct err *e) {
  size_t cap = 2;
  if (f->n < 2) return ERR_NONE;
  while (cap < f->n * 2) cap *= 2;
  struct seen *table = mem_alloc(cap * sizeof *table);
  if (!table) return err_nomem(e);
  memset(table, 0, cap * sizeof *table);
  for (size_t i = 0; i < f->n; i++) {
    struct file *file = &f->file[i];
    struct name name = name_of(file);
    if (name.n < NAME_MIN) continue;
    uint64_t hash = hash_of(&name);
    struct seen *place = place_of(table, cap, hash, &name);
    if (place->file) {
      if (!is_delivery(file)) continue;
      if (is_delivery(place->file)) link_behind(place->file, file);
    }
    place->hash = hash;
    place->file = file;
  }
  mem_free(table);
  for (size_t i = 0; i < f->n; i++)
    if (f->file[i].twin && !f->file[i].best_twin) choose_best(&f->file[i]);
  return ERR_NONE;
}

int twins_is_better(const struct file *a, const struct file *b) {
  int some_a = a->size > 0, some_b = b->size > 0;
  int gzip_a = is_gzip(a->path, strlen(a->path)), gzip_b = is_gzip(b->path, strlen(b->path));
  if (some_a != some_b) return some_a;
  if (gzip_a != gzip_b) return gzip_a;
  return a->size != b->size ? a->size > b->size : a < b;
}
