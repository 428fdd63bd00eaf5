/* SPDX-License-Identifier: MIT */
/*
** A choice is a number: twice the number of the format, and one more with the prefix.
**
**     format     0            1
**     choice     0    1       2    3
**     prefix     no   yes     no   yes
**
** A line is compared with a prefixed choice without making that layout, which would be copied for
** it: its first token must be a time, and the line that begins with the second token must fit the
** format.
**
** The number of tokens rules out nearly all choices, so the answer is found quickly.
*/
#include "record/formats.h"

#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "record/record.h"

/* --- AWS's defaults ---------------------------------------------------------------------------------------------- */

#define DEFAULT_TGW 1 /* number of the transit gateways' format among the defaults */

static struct layout defaults[2];

static void make_defaults(void) {
  layout_default(&defaults[0]);
  layout_transit_gateway(&defaults[DEFAULT_TGW]);
}

const struct formats *formats_default(void) {
  static const struct formats f = {.n = 2, .layout = defaults};
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_defaults);
  return &f;
}

/* --- the option -------------------------------------------------------------------------------------------------- */

static struct formats *allocate(uint32_t n) {
  struct formats *f = mem_alloc(sizeof *f + n * sizeof *f->layout);
  if (!f) return NULL;
  f->n = 0;
  f->is_given = 1;
  f->layout = (struct layout *)(void *)(f + 1);
  return f;
}

_Static_assert(sizeof(struct formats) % _Alignof(struct layout) == 0, "layouts may lie behind the struct");

struct formats *formats_copy(const struct formats *f) {
  struct formats *copy = allocate(f->n);
  if (!copy) return NULL;
  copy->n = f->n;
  memcpy(copy->layout, f->layout, f->n * sizeof *f->layout);
  return copy;
}

void formats_free(struct formats *f) { mem_free(f); }

/* Are two layouts the same but for the spelling of names? */
static int is_same(const struct layout *a, const struct layout *b) {
  if (a->ntokens != b->ntokens) return 0;
  for (uint32_t i = 0; i < a->ntokens; i++)
    if (a->field[i] != b->field[i] || (a->field[i] == FIELD_NONE && !field_same_name(layout_name(a, i), a->name_n[i],
                                                                                     layout_name(b, i), b->name_n[i])))
      return 0;
  return 1;
}

/*
** Adds a format, unless it is there already: `aws ec2 describe-flow-logs` lists it for each flow
** log that has it.
*/
static enum err_code add(struct formats *f, const char *text, size_t n, struct err *e) {
  struct layout l;
  if (layout_from_option(&l, text, n, e)) return e->code;
  for (uint32_t i = 0; i < f->n; i++)
    if (is_same(&f->layout[i], &l)) return ERR_NONE;
  if (f->n == FORMATS_MAX)
    return err_set(e, ERR_ARGUMENT, 0, "format: there are more than %d different formats in the array", FORMATS_MAX);
  f->layout[f->n++] = l;
  return ERR_NONE;
}

static const char *skip_space(const char *p) { return p + strspn(p, " \t\r\n"); }

/* Returns the quote that ends the string that begins at p, or NULL. */
static const char *string_end(const char *p) {
  for (; *p && *p != '"'; p++)
    if (*p == '\\' && p[1]) p++;
  return *p ? p : NULL;
}

/* Reads the JSON array behind its bracket. */
static enum err_code add_array(struct formats *f, const char *p, struct err *e) {
  const char *end;
  for (;; p++) {
    p = skip_space(p);
    if (*p != '"' || !(end = string_end(p + 1))) break;
    if (add(f, p + 1, (size_t)(end - p - 1), e)) return e->code;
    p = skip_space(end + 1);
    if (*p == ']' && !*skip_space(p + 1)) return ERR_NONE;
    if (*p != ',') break;
  }
  return err_set(e, ERR_ARGUMENT, 0,
                 "format: after '[' stands no JSON array of texts; write '[\"version account-id …\", \"${version} "
                 "${resource-type} …\"]', or a format without brackets");
}

struct formats *formats_new(const char *text, struct err *e) {
  const char *p = skip_space(text);
  struct formats *f = allocate(*p == '[' ? FORMATS_MAX : 1);
  if (!f) return err_nomem(e), NULL;
  if (*p == '[' ? !add_array(f, p + 1, e) : !add(f, text, strlen(text), e)) return f;
  formats_free(f);
  return NULL;
}

/* --- a line ------------------------------------------------------------------------------------------------------ */

/*
** The default for transit gateways consists of so many texts that the line must also name one of
** their resource types.
*/
static int is_transit_gateway(const struct line *line) {
  static const char name[] = "TransitGateway"; /* also the beginning of TransitGatewayAttachment */
  size_t n;
  const char *p = token_text(line, 1, &n);
  return n >= sizeof name - 1 && !memcmp(p, name, sizeof name - 1);
}

static int fits(const struct formats *f, uint32_t number, int prefix, const struct line *line) {
  struct line rest = *line;
  if (line->count != f->layout[number].ntokens + (uint32_t)prefix) return 0;
  if (prefix) {
    size_t n;
    const char *p = token_text(line, 0, &n);
    if (!record_is_prefix(p, n)) return 0;
    rest.at++;
    rest.count--;
  }
  if (!f->is_given && number == DEFAULT_TGW && !is_transit_gateway(&rest)) return 0;
  return record_check(&f->layout[number], &rest) == RECORD_FITS;
}

int formats_choose(const struct formats *f, const struct line *line) {
  for (uint32_t i = 0; i < f->n; i++)
    for (int prefix = 0; prefix < 2; prefix++)
      if (fits(f, i, prefix, line)) return (int)(2 * i) + prefix;
  return FORMATS_NONE;
}

void formats_layout(const struct formats *f, int choice, struct layout *out) {
  *out = f->layout[choice / 2];
  if (choice % 2) layout_add_prefix(out);
}

/* --- a file ------------------------------------------------------------------------------------------------------ */

void formats_begin(struct formats_state *s, const struct formats *f) {
  s->formats = f;
  s->seen = 0;
  formats_set(s, FORMATS_NONE);
}

static int tokens_of(const struct formats *f, int choice) { return f->layout[choice / 2].ntokens + choice % 2; }

void formats_set(struct formats_state *s, int choice) {
  s->choice = choice;
  s->has_rival = s->has_twin = 0;
  if (choice == FORMATS_NONE) return;
  s->seen |= UINT32_C(1) << choice / 2;
  for (int other = 0; other < 2 * (int)s->formats->n; other++) {
    if (other == choice || tokens_of(s->formats, other) != tokens_of(s->formats, choice)) continue;
    s->has_twin = 1;
    s->has_rival |= other < choice;
  }
}

int formats_change(struct formats_state *s, const struct line *line, struct layout *layout) {
  int choice = s->choice == FORMATS_NONE ? FORMATS_NONE : formats_choose(s->formats, line);
  if (choice == FORMATS_NONE || choice == s->choice) return 0;
  formats_layout(s->formats, choice, layout);
  formats_set(s, choice);
  return 1;
}

void formats_explain(const struct formats_state *s, const struct layout *layout, const struct line *line,
                     char out[ERR_TEXT]) {
  const struct formats *f = s->formats;
  struct layout other;
  if (layout_is_near_header(line, out)) return;
  uint32_t i = s->choice == FORMATS_NONE || line->count == layout->ntokens ? f->n : 0;
  while (i < f->n && f->layout[i].ntokens + (uint32_t)layout->prefix != line->count) i++;
  if (i < f->n) {
    formats_layout(f, 2 * (int)i + layout->prefix, &other);
    if (record_check(&other, line) != RECORD_FITS) layout = &other; /* else no resource type is in it */
  }
  record_explain(layout, record_check(layout, line), line, out);
}
