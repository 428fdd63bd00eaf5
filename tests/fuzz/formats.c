/* SPDX-License-Identifier: MIT */
/*
** Headers and formats.  A format that is read from the option is read again from its names, in the
** spellings that people copy, and from a header line; a line is in the first format that it fits,
** with or without the time before it; the fast check of a line gives the answer of the slow one;
** and what a line lacks can be said.
**
** Input: a `format` option up to a zero byte, and lines.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "record/detect.h"
#include "record/formats.h"
#include "record/record.h"

static void check_same(const struct layout *a, const struct layout *b, const char *what) {
  PROPERTY(a->ntokens == b->ntokens && a->nunknown == b->nunknown && a->nints == b->nints, "%s: %u fields", what,
           b->ntokens);
  PROPERTY(!memcmp(a->field, b->field, a->ntokens * sizeof *a->field), "%s: other fields", what);
  PROPERTY(!memcmp(a->token, b->token, sizeof a->token), "%s: other places", what);
}

/* Writes the names, each behind `before` and followed by `behind`. */
static void write_names(struct text *out, const struct layout *l, const char *before, const char *behind) {
  for (uint32_t i = 0; i < l->ntokens; i++) {
    text_add(out, before, strlen(before));
    text_add(out, layout_name(l, i), l->name_n[i]);
    text_add(out, behind, strlen(behind));
  }
}

static void check_spelling(const struct layout *l, const char *before, const char *behind) {
  struct text text = {0};
  struct layout again;
  struct err e = {0};
  write_names(&text, l, before, behind);
  char *copy = copy_of(text.p, text.n, 0);
  PROPERTY(!layout_from_option(&again, copy, text.n, &e), "%.*s: %s", (int)text.n, text.p, e.text);
  check_same(l, &again, "the option");
  free(copy);
  free(text.p);
}

static struct tokens tokens;

/* The only line of a text of its own. */
static struct line split_line(char *copy, size_t n) {
  PROPERTY(tokens_split(&tokens, copy, n) == n && tokens.nlines == 1, "%zu bytes", n);
  return tokens_line(&tokens, 0, 0);
}

static void check_header(const struct layout *l) {
  struct text text = {0};
  struct layout again;
  struct err e = {0};
  write_names(&text, l, "", " ");
  text_add(&text, "\n", 1);
  char *copy = copy_of(text.p, text.n, TOKENS_BLOCK);
  struct line line = split_line(copy, text.n);
  PROPERTY(layout_is_own_header(l, &line), "%.*s", (int)text.n, text.p);
  int rc = layout_from_header(&again, &line, 1, &e);
  PROPERTY(rc >= 0, "%.*s: %s", (int)text.n, text.p, e.text);
  if (l->ntokens - l->nunknown >= LAYOUT_SURE && 2 * l->nunknown <= l->ntokens) PROPERTY(rc == 1, "no header");
  if (rc) check_same(l, &again, "the header");
  free(copy);
  free(text.p);
}

static void check_option(const char *p, size_t n) {
  struct layout l;
  struct err e = {0};
  char *exact = copy_of(p, n, 0);
  if (!layout_from_option(&l, exact, n, &e)) {
    check_spelling(&l, "", " ");
    check_spelling(&l, "", ",");
    check_spelling(&l, "${", "}");
    check_spelling(&l, "\\${", "}\\n");
    check_spelling(&l, "\"$${!", "}\", ");
    check_header(&l);
  } else {
    PROPERTY(e.code == ERR_ARGUMENT && *e.text, "error %d", e.code);
  }
  free(exact);
}

/* The first format that the line fits, by the slow check of each. */
static int slow_choice(const struct formats *f, const struct line *line) {
  static struct layout l;
  for (int choice = 0; choice < 2 * (int)f->n; choice++) {
    size_t n = 0;
    formats_layout(f, choice, &l);
    if (choice % 2 && !l.prefix) continue; /* there is no room for the time */
    if (record_check(&l, line) != RECORD_FITS) continue;
    const char *type = line->count > 1u + l.prefix ? token_text(line, 1u + l.prefix, &n) : "";
    if (!f->is_given && choice / 2 == 1 && (n < 14 || memcmp(type, "TransitGateway", 14))) continue;
    return choice;
  }
  return FORMATS_NONE;
}

static void check_line(const struct formats *f, const struct line *line) {
  static struct layout l;
  char why[ERR_TEXT];
  int choice = formats_choose(f, line), slow = slow_choice(f, line);
  int has_delete = memchr(line->text + line->start, 0x7f, line->end - line->start) != NULL; /* see record/tokens.c */
  PROPERTY(choice == slow, "line %d is in format %d, and not in %d", (int)line->number, choice, slow);
  for (int i = 0; i < 2 * (int)f->n; i++) {
    formats_layout(f, i, &l);
    int result = record_check(&l, line);
    PROPERTY(has_delete || record_line_fits(&l, &tokens, line) == (result == RECORD_FITS), "line %d, format %d: %d",
             (int)line->number, i, result);
    PROPERTY(result < (int)l.ntokens, "%d", result);
    if (result == RECORD_FITS) continue;
    record_explain(&l, result, line, why);
    PROPERTY(*why && strlen(why) < ERR_TEXT, "%s", why);
  }
}

static void check_lines(const struct formats *f, const char *p, size_t n) {
  static struct layout l;
  char why[ERR_TEXT] = "";
  struct err e = {0};
  int choice = 0;
  if (!n) return;
  struct text text = {0};
  text_add(&text, p, n);
  text_add(&text, "\n", 1);
  char *copy = copy_of(text.p, text.n, TOKENS_BLOCK);
  tokens_split(&tokens, copy, text.n);
  for (uint32_t i = 0; i < tokens.nlines; i++) {
    struct line line = tokens_line(&tokens, i, 0);
    check_line(f, &line);
  }
  enum detect_result rc = detect(&tokens, f, 0, NULL, &l, &choice, why, &e);
  PROPERTY((rc == DETECT_ERROR) == (e.code != ERR_NONE), "%d, %s", rc, e.text);
  PROPERTY((rc != DETECT_LIKELY && rc != DETECT_OTHER) || *why, "no reason");
  free(copy);
  free(text.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  size_t n;
  struct err e = {0};
  const char *p = choose_text(&c, 0, &n);
  if (size > 20000) return 0;
  if (!tokens.at && tokens_init(&tokens, 65536, &e)) abort();
  size_t live = mem_test_live();
  check_option(p, n);
  char *text = text_of(p, n);
  struct formats *f = formats_new(text, &e);
  PROPERTY(f || (e.code == ERR_ARGUMENT && *e.text), "error %d", e.code);
  if (f) check_lines(f, (const char *)c.p, c.n);
  check_lines(formats_default(), (const char *)c.p, c.n);
  formats_free(f);
  PROPERTY(mem_test_live() == live, "memory is left behind");
  free(text);
  return 0;
}
