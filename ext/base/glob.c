/* SPDX-License-Identifier: MIT */
/*
** A `*` needs no recursion.  When a later part of the pattern does not match, only the last star
** can take one more byte, because whatever an earlier star could take the last one can take as
** well.  So two pointers suffice: where the pattern goes on after the last star, and where in the
** name that part was last tried.
**
**     pattern   a*b*cd          name   axbyczcd
**                   ^ star                 ^ retry: c matches here, but then z is not d
*/
#include "base/glob.h"

#include <string.h>

int glob_has_magic(const char *pattern, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (strchr(GLOB_MAGIC, pattern[i])) return 1;
  return 0;
}

/*
** Matches c with a set; p points to what follows its '['.  Returns a pointer to what follows the
** set, or NULL when no ']' ends it; *hit becomes 1 when c is in the set.
*/
static const char *match_set(const char *p, const char *end, unsigned char c, int *hit) {
  int negated = p < end && (*p == '!' || *p == '^');
  int found = 0;
  p += negated;
  for (const char *first = p; p < end && (*p != ']' || p == first); p++) {
    unsigned char low = (unsigned char)*p, high = low;
    if (end - p > 2 && p[1] == '-' && p[2] != ']') {
      high = (unsigned char)p[2];
      p += 2;
    }
    found |= low <= c && c <= high;
  }
  *hit = found != negated;
  return p < end ? p + 1 : NULL;
}

/*
** Matches one byte of a name with the part of the pattern at p.  Returns a pointer to what
** follows that part, or NULL when the byte does not match.  A '[' that no ']' ends stands for
** itself.
*/
static const char *match_one(const char *p, const char *end, char c) {
  int hit = 0;
  if (p == end) return NULL;
  if (*p == '[') {
    const char *after = match_set(p + 1, end, (unsigned char)c, &hit);
    if (after) return hit ? after : NULL;
  }
  return *p == '?' || *p == c ? p + 1 : NULL;
}

int glob_match(const char *pattern, size_t pattern_n, const char *name) {
  const char *p = pattern, *end = pattern + pattern_n, *star = NULL, *retry = NULL, *after;
  if (name[0] == '.' && !(pattern_n && pattern[0] == '.')) return 0;
  while (*name) {
    if (p < end && *p == '*') {
      star = ++p;
      retry = name;
    } else if ((after = match_one(p, end, *name)) != NULL) {
      p = after;
      name++;
    } else if (star) {
      p = star;
      name = ++retry;
    } else {
      return 0;
    }
  }
  while (p < end && *p == '*') p++;
  return p == end;
}
