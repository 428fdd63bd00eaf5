/* SPDX-License-Identifier: MIT */
/*
** glob_match(): it agrees with a matcher that tries everything, with POSIX's fnmatch() where both
** define the pattern, and with SQLite's GLOB where that means the same.
**
** Input: a pattern, a zero byte, and a name.
*/
#include "fuzz.h"

#include <fnmatch.h>
#include <sqlite3.h>

#include "base/glob.h"

#define PATTERN_LENGTH 24 /* the slow matcher is exponential */
#define NAME_LENGTH    24

/* The length of the set at p, '[' and ']' included, or 0 when no ']' ends it. */
static size_t set_length(const char *p) {
  size_t i = p[1] == '!' || p[1] == '^' ? 2 : 1;
  for (size_t first = i; p[i] && (p[i] != ']' || i == first);)
    i += p[i + 1] == '-' && p[i + 2] && p[i + 2] != ']' ? 3 : 1;
  return p[i] ? i + 1 : 0;
}

static int in_set(const char *p, size_t n, unsigned char c) {
  int negated = p[1] == '!' || p[1] == '^', found = 0;
  for (size_t i = 1 + (size_t)negated; i < n - 1; i++) {
    int range = p[i + 1] == '-' && i + 2 < n - 1;
    found |= c >= (unsigned char)p[i] && c <= (unsigned char)p[range ? i + 2 : i];
    if (range) i += 2;
  }
  return found != negated;
}

static int slow_match(const char *p, const char *name) {
  if (!*p) return !*name;
  if (*p == '*') return slow_match(p + 1, name) || (*name && slow_match(p, name + 1));
  if (!*name) return 0;
  size_t n = *p == '[' ? set_length(p) : 0;
  if (n) return in_set(p, n, (unsigned char)*name) && slow_match(p + n, name + 1);
  return (*p == '?' || *p == *name) && slow_match(p + 1, name + 1);
}

/* fnmatch() has classes and backslashes besides, and '^' is left to systems. */
static int is_posix(const char *p) {
  if (strpbrk(p, "\\/") || strstr(p, "[:") || strstr(p, "[.") || strstr(p, "[=")) return 0;
  for (; *p; p++) {
    if ((unsigned char)*p >= 0x80) return 0;
    if (*p != '[') continue;
    size_t n = set_length(p);
    if (!n || p[1] == '^' || memchr(p, '-', n) || memchr(p + 1, '[', n)) return 0; /* ranges go by the locale */
    p += n - 1;
  }
  return 1;
}

/* SQLite has no '!', counts characters, and lets nothing match a set without an end. */
static int is_sqlite(const char *p, const char *name) {
  for (const char *q = name; *q; q++)
    if ((unsigned char)*q >= 0x80) return 0;
  for (; *p; p++) {
    if ((unsigned char)*p >= 0x80) return 0;
    if (*p != '[') continue;
    size_t n = set_length(p);
    if (!n || p[1] == '!' || memchr(p, '-', n)) return 0; /* a '-' at the end of a set, or after a range */
    p += n - 1;
  }
  return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  size_t pattern_n, name_n, stars = 0;
  const char *p = choose_text(&c, 0, &pattern_n), *q = choose_text(&c, 0, &name_n);
  if (pattern_n > PATTERN_LENGTH || name_n > NAME_LENGTH) return 0;
  for (size_t i = 0; i < pattern_n; i++) stars += p[i] == '*';
  if (stars > 6) return 0;
  char *pattern = text_of(p, pattern_n), *name = text_of(q, name_n), *exact = copy_of(p, pattern_n, 0);
  int is_hidden = name[0] == '.' && pattern[0] != '.';
  int got = glob_match(exact, pattern_n, name), want = !is_hidden && slow_match(pattern, name);
  PROPERTY(got == want, "'%s' on '%s' is %d", pattern, name, got);
  if (is_posix(pattern) && !strchr(name, '/')) {
    int posix = !fnmatch(pattern, name, FNM_NOESCAPE | FNM_PERIOD);
    PROPERTY(got == posix, "'%s' on '%s' is %d, and %d for fnmatch()", pattern, name, got, posix);
  }
  if (is_sqlite(pattern, name) && !is_hidden)
    PROPERTY(got == !sqlite3_strglob(pattern, name), "'%s' on '%s' is %d, and not for SQLite", pattern, name, got);
  PROPERTY(glob_has_magic(exact, pattern_n) || got == !strcmp(pattern, name), "'%s' has no magic", pattern);
  free(pattern);
  free(name);
  free(exact);
  return 0;
}
