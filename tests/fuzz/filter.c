/* SPDX-License-Identifier: MIT */
/*
** The option filter: the conditions that a pattern becomes for a layout let the lines pass that
** the pattern itself matches.  In the default format, with the time of CloudWatch's export before
** the line or without it, slots go by position.  Where the fields stand in another order, a
** pattern whose names fit the default format goes by the names: it is compared with the line in
** the default order, with "-" for what is absent.
**
** Input: a pattern, a zero byte, and choices of a line's values.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "predicate/filter.h"
#include "record/record.h"

#define COUNT FIELD_DEFAULT_COUNT

static struct tokens tokens;
static struct layout in_order, prefixed, reversed, some;

static int is_ready(void) {
  static const char some_names[] = "x-own log-status dstport end bytes srcaddr action";
  struct text names = {0};
  struct err e = {0};
  if (tokens.at) return 1;
  if (tokens_init(&tokens, 4096, &e)) abort();
  layout_default(&in_order);
  prefixed = in_order;
  layout_add_prefix(&prefixed);
  for (int i = COUNT; i-- > 0;) {
    text_add(&names, fields[i].name, fields[i].n);
    text_add(&names, " ", 1);
  }
  if (layout_from_option(&reversed, names.p, names.n, &e)) abort();
  if (layout_from_option(&some, some_names, sizeof some_names - 1, &e)) abort();
  free(names.p);
  return 0;
}

/*
** A value that the field can have.  Quotes and brackets are marks to a pattern, but not in a
** record.
*/
static void add_value(struct text *out, struct choices *c, enum kind kind) {
  static const char *const numbers[] = {"0", "1", "22", "443", "0443", "080", "65535", "99999999999", "1000", "4"};
  static const char *const addresses[] = {"10.0.0.1", "10.0.0.50", "2001:DB8::1", "2001:db8::1", "1.5", "::"};
  static const char *const states[] = {"OK", "NODATA", "SKIPDATA"};
  uint32_t x = choose_byte(c);
  const char *value = "-";
  if (x % 8 == 0 && kind != KIND_TEXT) {
    text_add(out, value, 1);
    return;
  }
  if (kind_is_int(kind)) value = numbers[x % 10];
  else if (kind == KIND_ADDR) value = addresses[x % 6];
  else if (kind == KIND_ACTION) value = x % 2 ? "ACCEPT" : "REJECT";
  else if (kind == KIND_STATUS) value = states[x % 3];
  if (kind != KIND_TEXT) {
    text_add(out, value, strlen(value));
    return;
  }
  size_t before = out->n;
  for (uint32_t n = x % 8; n; n--) {
    char byte = (char)choose_byte(c);
    if (byte > ' ' && byte < 0x7f && !strchr("\"[]", byte)) text_add(out, &byte, 1);
  }
  if (out->n == before) text_add(out, "-", 1);
}

/* The places of the values in the text `message`, in the order of the default format. */
struct record {
  struct text message;
  size_t from[COUNT], n[COUNT];
};

static struct record make_record(struct choices *c) {
  struct record r = {.message = {0}};
  for (int i = 0; i < COUNT; i++) {
    if (i) text_add(&r.message, " ", 1);
    r.from[i] = r.message.n;
    add_value(&r.message, c, fields[i].kind);
    r.n[i] = r.message.n - r.from[i];
  }
  return r;
}

/* The line of a layout with the values of the record, or what a pattern sees of it. */
static struct text line_of(const struct record *r, const struct layout *l) {
  struct text out = {0};
  if (l->prefix) text_add(&out, "2026-03-09T09:00:00.000Z ", 25);
  for (uint32_t i = l->prefix; i < l->ntokens; i++) {
    if (l->field[i] == FIELD_NONE) text_add(&out, "own", 3);
    else text_add(&out, r->message.p + r->from[l->field[i]], r->n[l->field[i]]);
    text_add(&out, i + 1 < l->ntokens ? " " : "\n", 1);
  }
  return out;
}

/* Does the filter let the line pass?  -1: it cannot be applied to this layout. */
static int passes(const struct filter *f, const struct layout *l, const struct text *text) {
  static const struct predicate everything;
  static const struct path_fields no_path;
  static struct predicate_bound bound;
  struct err e = {0};
  char *copy = copy_of(text->p, text->n, TOKENS_BLOCK);
  tokens_split(&tokens, copy, text->n);
  struct line line = tokens_line(&tokens, 0, 0);
  PROPERTY(record_check(l, &line) == RECORD_FITS, "%.*s", (int)text->n, text->p);
  predicate_bind(&everything, l, &no_path, &bound);
  int ok = !filter_bind(f, l, &bound, &e), kept = ok && !bound.never && predicate_keeps(&bound, &line);
  PROPERTY(ok || (e.code == ERR_ARGUMENT && *e.text), "error %d", e.code);
  free(copy);
  return ok ? kept : -1;
}

static void check_layout(const struct filter *f, const struct layout *l, const struct record *r, int want) {
  struct text text = line_of(r, l);
  int got = passes(f, l, &text);
  PROPERTY(got == want || got < 0, "%.*s passes: %d", (int)text.n, text.p, got);
  free(text.p);
}

/*
** Does a slot with a condition have the name of a field, so that the pattern goes by names
** elsewhere?
*/
static int has_names(const struct pattern *p) {
  for (uint32_t i = 0; i < p->nslots; i++)
    if (p->slot[i].nconditions && field_find(p->slot[i].name, p->slot[i].name_n) != FIELD_NONE) return 1;
  return 0;
}

/* Some fields only: the others are missing. */
static struct text without_others(const struct record *r) {
  struct text out = {0};
  for (int i = 0; i < COUNT; i++) {
    int has = some.token[i] != LAYOUT_ABSENT;
    if (i) text_add(&out, " ", 1);
    text_add(&out, has ? r->message.p + r->from[i] : "-", has ? r->n[i] : 1);
  }
  return out;
}

static void check(const struct filter *f, const struct pattern *p, const struct record *r) {
  int want = pattern_matches(p, r->message.p, r->message.n);
  struct text text = line_of(r, &in_order);
  int by_position = passes(f, &in_order, &text);
  free(text.p);
  PROPERTY(by_position == want || by_position < 0, "%.*s passes: %d", (int)r->message.n, r->message.p, by_position);
  check_layout(f, &prefixed, r, want);
  if (p->kind != PATTERN_SLOTS || by_position < 0 || !has_names(p)) return;
  check_layout(f, &reversed, r, want); /* no field stands where it does in the default format */
  text = without_others(r);
  check_layout(f, &some, r, pattern_matches(p, text.p, text.n));
  free(text.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  struct pattern pattern;
  struct err e = {0};
  size_t n;
  is_ready();
  size_t live = mem_test_live();
  const char *p = choose_text(&c, 0, &n);
  char *exact = copy_of(p, n, 0);
  struct filter *f = filter_new(exact, n, &e);
  if (f) {
    if (pattern_parse(&pattern, exact, n, &e)) abort();
    for (int i = 0; i < 3; i++) {
      struct record r = make_record(&c);
      check(f, &pattern, &r);
      free(r.message.p);
    }
    pattern_clear(&pattern);
    filter_free(f);
  }
  PROPERTY(mem_test_live() == live, "memory is left behind");
  free(exact);
  return 0;
}
