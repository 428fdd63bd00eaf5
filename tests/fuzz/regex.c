/* SPDX-License-Identifier: MIT */
/*
** regex_search(): it agrees with a matcher that follows the expression byte by byte, and keeps the
** set of all places of the text that it can have come to.
**
** Input: an expression, a zero byte, and a text.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "predicate/regex.h"

#define TEXT_LENGTH 60

/* Places of the text, 0 to its length: a byte for each that can be reached. */
struct places {
  char at[TEXT_LENGTH + 1];
};

static int hex(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

static int in_class(char letter, int c) {
  int lower = letter | 0x20;
  int is = lower == 'd'   ? c >= '0' && c <= '9'
           : lower == 's' ? c == ' ' || (c >= '\t' && c <= '\r')
                          : c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is == (letter == lower);
}

/* Reads a byte of the expression, which is valid.  Returns its value, or -1 for a class. */
static int read_byte(const char **p, char *class) {
  char c = *(*p)++;
  if (c != '\\') return (unsigned char)c;
  c = *(*p)++;
  if (strchr("dDsSwW", c)) return *class = c, -1;
  if (c != 'x') return (unsigned char)c;
  *p += 2;
  return hex((*p)[-2]) * 16 + hex((*p)[-1]);
}

/* Does the item at p, a byte or a set, take the byte c?  Moves p behind it. */
static int takes(const char **p, int c) {
  char class = 0;
  int found = 0, low, high;
  if (**p == '.') return (*p)++, c != '\n';
  if (**p != '[') return (low = read_byte(p, &class)) < 0 ? in_class(class, c) : low == c;
  int negated = *++*p == '^';
  *p += negated;
  while (**p != ']') {
    if ((low = read_byte(p, &class)) < 0) {
      found |= in_class(class, c);
      continue;
    }
    high = low;
    if (**p == '-' && (*p)[1] != ']') {
      ++*p;
      high = read_byte(p, &class);
    }
    found |= low <= c && c <= high;
  }
  ++*p;
  return found != negated;
}

/* Reads the repetition at p, if there is one. */
static void read_repetition(const char **p, unsigned *min, unsigned *max) {
  *min = *max = 1;
  if (**p == '?') *min = 0;
  else if (**p == '*') *min = 0, *max = UINT32_MAX;
  else if (**p == '+') *max = UINT32_MAX;
  else if (**p == '{') {
    char *end;
    *max = *min = (unsigned)strtoul(*p + 1, &end, 10);
    if (*end == ',') *max = *++end == '}' ? UINT32_MAX : (unsigned)strtoul(end, &end, 10);
    *p = end;
  } else return;
  ++*p;
}

/* One more byte from each place. */
static struct places step(const struct places *from, const char *item, const char *text, size_t n) {
  struct places to = {{0}};
  for (size_t i = 0; i < n; i++) {
    const char *p = item;
    if (from->at[i] && takes(&p, (unsigned char)text[i])) to.at[i + 1] = 1;
  }
  return to;
}

static int any(const struct places *s) { return memchr(s->at, 1, sizeof s->at) != NULL; }

static struct places repeat(struct places from, const char **p, const char *text, size_t n) {
  const char *item = *p;
  unsigned min, max;
  takes(p, 0);
  read_repetition(p, &min, &max);
  struct places all = {{0}};
  for (unsigned i = 0; any(&from) && i <= max && i <= min + n; i++) {
    for (size_t k = 0; i >= min && k <= n; k++) all.at[k] |= from.at[k];
    from = step(&from, item, text, n);
  }
  return all;
}

static int slow_search(const char *p, const char *text, size_t n) {
  for (;;) {
    struct places at = {{0}};
    memset(at.at, 1, n + 1); /* a match may begin anywhere */
    while (*p && *p != '|') {
      if (*p == '^') memset(at.at + 1, 0, n), p++;
      else if (*p == '$') memset(at.at, 0, n), p++;
      else at = repeat(at, &p, text, n);
    }
    if (any(&at)) return 1;
    if (!*p++) return 0;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  size_t n, text_n;
  const char *p = choose_text(&c, 0, &n);
  text_n = c.n < TEXT_LENGTH ? c.n : TEXT_LENGTH;
  char *exact = copy_of(p, n, 0), *text = copy_of((const char *)c.p, text_n, 0), *expression = text_of(p, n);
  struct regex *r;
  struct err e = {0};
  if (!regex_compile(&r, exact, n, &e)) {
    int got = regex_search(r, text, text_n);
    PROPERTY(got == slow_search(expression, text, text_n), "%s on '%.*s' is %d", expression, (int)text_n, text, got);
    regex_free(r);
  } else {
    PROPERTY(e.code == ERR_ARGUMENT && e.line >= 1 && e.line <= n + 1 && *e.text && !r, "an error at %d", (int)e.line);
  }
  PROPERTY(mem_test_live() == 0, "memory is left behind");
  free(exact);
  free(text);
  free(expression);
  return 0;
}
