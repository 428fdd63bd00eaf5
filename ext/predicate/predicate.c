/* SPDX-License-Identifier: MIT */
/*
** Sorting brings the terms about one subject together, as a group.  Binding then notes for each
** group in which tokens of a line the subject stands, so that a line needs no look at names or
** fields:
**
**     port >= 1 AND port <= 1023 AND action = 'REJECT'          layout: the default format
**
**     terms     action EQUAL 'REJECT' | port RANGE 1.. | port RANGE ..1023
**               '------ group 0 -----'  '----------- group 1 ------------'
**     tokens    12                       5, 6 (srcport, dstport): one must pass both terms
**
** A group whose field the layout lacks is decided at once: its values are missing in every line,
** or are what the path of the file gives, so either no line passes (never), or the group is dropped.  Terms about the path are not bound,
** because predicate_keeps_file() has evaluated them before the file was opened.
**
** Equality, the most frequent term, compares two 8-byte words under a mask instead of calling
** memcmp().  This may read beyond a token, which is why readable bytes must follow the text.
*/
#include "predicate/predicate.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/number.h"
#include "predicate/pattern.h"
#include "record/address.h"
#include "record/record.h"
#include "record/tokens.h"

_Static_assert(LAYOUT_TOKENS <= UINT16_MAX && SUBJECT_COUNT <= UINT8_MAX,
               "subjects and tokens fit into their struct fields");

void predicate_init(struct predicate *p) { memset(p, 0, sizeof *p); }

void predicate_drop(struct predicate_term *t) {
  mem_free(t->text.p);
  mem_free(t->text_high.p);
  set_clear(&t->set);
}

void predicate_clear(struct predicate *p) {
  for (size_t i = 0; i < p->n; i++) predicate_drop(&p->term[i]);
  mem_free(p->term);
  predicate_init(p);
}

enum err_code predicate_set_text(struct predicate_text *t, const char *p, size_t n, struct err *e) {
  t->p = mem_alloc(n + HASH_PADDING);
  if (!t->p) return err_nomem(e);
  memcpy(t->p, p, n);
  memset(t->p + n, 0, HASH_PADDING);
  t->n = n;
  return ERR_NONE;
}

/* Makes the words that the first 16 bytes of a token are compared with, and their masks. */
static void make_words(struct predicate_term *t) {
  for (int i = 0; i < 2; i++) {
    size_t at = 8 * (size_t)i, n = t->text.n <= at ? 0 : t->text.n - at < 8 ? t->text.n - at : 8;
    t->word[i] = n ? hash_load(t->text.p + at, n) : 0;
    t->mask[i] = n == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * n) - 1;
  }
}

enum err_code predicate_add(struct predicate *p, struct predicate_term *term, struct err *e) {
  if (mem_grow(&p->term, &p->cap, p->n + 1, 4, sizeof *p->term)) return predicate_drop(term), err_nomem(e);
  if (term->op == PREDICATE_EQUAL && term->text.n <= 16) make_words(term);
  p->term[p->n++] = *term;
  return ERR_NONE;
}

enum err_code predicate_add_copy(struct predicate *p, const struct predicate_term *term, struct err *e) {
  struct predicate_term t = *term;
  t.text.p = t.text_high.p = NULL;
  memset(&t.set, 0, sizeof t.set);
  if (term->text.p) predicate_set_text(&t.text, term->text.p, term->text.n, e);
  if (term->text_high.p) predicate_set_text(&t.text_high, term->text_high.p, term->text_high.n, e);
  if (!e->code) set_copy(&t.set, &term->set, e);
  if (!e->code) return predicate_add(p, &t, e);
  predicate_drop(&t);
  return e->code;
}

static int is_same_text(const struct predicate_text *a, const struct predicate_text *b) {
  return !a->p == !b->p && a->n == b->n && a->open == b->open && (!a->p || !memcmp(a->p, b->p, a->n));
}

static int is_same(const struct predicate_term *a, const struct predicate_term *b) {
  return a->subject == b->subject && a->op == b->op && a->negated == b->negated && a->null_passes == b->null_passes &&
         a->fold == b->fold && a->loose == b->loose && a->low == b->low && a->high == b->high &&
         is_same_text(&a->text, &b->text) && is_same_text(&a->text_high, &b->text_high) &&
         a->cidr.net.high == b->cidr.net.high && a->cidr.net.low == b->cidr.net.low &&
         a->cidr.mask.high == b->cidr.mask.high && a->cidr.mask.low == b->cidr.mask.low &&
         a->cidr.is_v4 == b->cidr.is_v4 && set_is_same(&a->set, &b->set);
}

int predicate_has(const struct predicate *p, const struct predicate_term *term) {
  for (size_t i = 0; i < p->n; i++)
    if (is_same(&p->term[i], term)) return 1;
  return 0;
}

void predicate_finish(struct predicate *p) {
  for (size_t i = 1; i < p->n; i++) {
    struct predicate_term t = p->term[i];
    size_t k = i;
    for (; k > 0 &&
           (p->term[k - 1].subject > t.subject || (p->term[k - 1].subject == t.subject && p->term[k - 1].op > t.op));
         k--)
      p->term[k] = p->term[k - 1];
    p->term[k] = t;
  }
}

/* --- one value against one term ---------------------------------------------------------------------------------- */

static int compare(const char *p, size_t n, const struct predicate_text *limit) {
  int order = memcmp(p, limit->p, n < limit->n ? n : limit->n);
  return order ? order : n < limit->n ? -1 : n > limit->n;
}

static int is_between(const struct predicate_term *t, const char *p, size_t n) {
  if (t->loose && n && strchr("0123456789+-. \t\r\n\f\v", p[0])) return 1;
  int low = t->text.p ? compare(p, n, &t->text) : 1, high = t->text_high.p ? compare(p, n, &t->text_high) : -1;
  return (t->text.open ? low > 0 : low >= 0) && (t->text_high.open ? high < 0 : high <= 0);
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static int has_prefix(const struct predicate_term *t, const char *p, size_t n) {
  const struct predicate_text *prefix = &t->text;
  if (!t->fold) return n >= prefix->n && !memcmp(p, prefix->p, prefix->n);
  for (size_t i = 0; i < prefix->n; i++) {
    if (i == n) return 0;
    if ((unsigned char)p[i] >= 0x80) return 1;
    if (lower(p[i]) != lower(prefix->p[i])) return 0;
  }
  return 1;
}

static int has_decimal_prefix(const struct predicate_term *t, uint64_t value) {
  char text[24];
  size_t n = sizeof text;
  do text[--n] = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  return has_prefix(t, text + n, sizeof text - n);
}

static int is_equal(const struct predicate_term *t, const char *p, size_t n) {
  if (n != t->text.n) return 0;
  if (n > 16) return !memcmp(p, t->text.p, n);
  uint64_t a = hash_load(p, 8) & t->mask[0], b = hash_load(p + 8, 8) & t->mask[1];
  return ((a ^ t->word[0]) | (b ^ t->word[1])) == 0;
}

/* Returns 1 or 0 for yes or no, before negation, or -1 if there is no answer. */
static int answer_text(const struct predicate_term *t, const char *p, size_t n) {
  struct ip ip;
  switch ((enum predicate_op)t->op) {
  case PREDICATE_ALWAYS: return 1;
  case PREDICATE_EQUAL: return is_equal(t, p, n);
  case PREDICATE_BETWEEN: return is_between(t, p, n);
  case PREDICATE_PREFIX: return has_prefix(t, p, n);
  case PREDICATE_TEXTS: return set_has_text(&t->set, p, n);
  case PREDICATE_CIDR: return ip_parse(p, n, &ip) ? ip_in_prefix(&ip, &t->cidr) : -1;
  case PREDICATE_SLOT: return pattern_slot_passes(t->slot, p, n);
  case PREDICATE_PATTERN: return pattern_matches(t->pattern, p, n);
  case PREDICATE_NEVER:
  case PREDICATE_RANGE:
  case PREDICATE_NUMBERS: return 0;
  }
  return 0;
}

static int answer_number(const struct predicate_term *t, uint64_t value) {
  switch ((enum predicate_op)t->op) {
  case PREDICATE_ALWAYS: return 1;
  case PREDICATE_RANGE: return value - t->low <= t->high - t->low;
  case PREDICATE_NUMBERS: return set_has_number(&t->set, value);
  default: return 0;
  }
}

int predicate_passes_null(const struct predicate_term *t, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (!t[i].null_passes) return 0;
  return 1;
}

int predicate_passes_text(const struct predicate_term *t, uint32_t n, const char *p, size_t length) {
  for (uint32_t i = 0; i < n; i++) {
    int answer = answer_text(&t[i], p, length);
    if (answer < 0 || answer == t[i].negated) return 0;
  }
  return 1;
}

int predicate_passes_number(const struct predicate_term *t, uint32_t n, uint64_t value) {
  for (uint32_t i = 0; i < n; i++) {
    int answer = t[i].op == PREDICATE_PREFIX ? has_decimal_prefix(&t[i], value) : answer_number(&t[i], value);
    if (answer == t[i].negated) return 0;
  }
  return 1;
}

int predicate_is_range(const struct predicate_term *t, uint32_t n, uint64_t *low, uint64_t *high) {
  *low = 0;
  *high = RECORD_NONE - 1;
  for (uint32_t i = 0; i < n; i++) {
    if (t[i].op != PREDICATE_RANGE || t[i].negated) return 0;
    if (t[i].low > *low) *low = t[i].low;
    if (t[i].high < *high) *high = t[i].high;
  }
  return n > 0 && *low <= *high && !predicate_passes_null(t, n);
}

/* --- a line ------------------------------------------------------------------------------------------------------ */

/* The subjects that are no fields. */
static const struct {
  const char *name;
  enum kind kind;
  uint8_t n; /* of fields that may have the value */
  uint8_t field[4];
} others[SUBJECT_COUNT - FIELD_COUNT] = {
#define ADDRESSES                                                                                                      \
  KIND_ADDR, 4, { FIELD_srcaddr, FIELD_dstaddr, FIELD_pkt_srcaddr, FIELD_pkt_dstaddr }
#define PORTS                                                                                                          \
  KIND_INT, 2, { FIELD_srcport, FIELD_dstport }
    [SUBJECT_LINE - FIELD_COUNT] = {"line", KIND_INT, 0, {0}},
    [SUBJECT_FILE - FIELD_COUNT] = {"file", KIND_TEXT, 0, {0}},
    [SUBJECT_ADDR - FIELD_COUNT] = {"addr", ADDRESSES},
    [SUBJECT_PORT - FIELD_COUNT] = {"port", PORTS},
    [SUBJECT_CLIENT - FIELD_COUNT] = {"client", ADDRESSES},
    [SUBJECT_SERVER - FIELD_COUNT] = {"server", ADDRESSES},
    [SUBJECT_CLIENT_PORT - FIELD_COUNT] = {"client_port", PORTS},
    [SUBJECT_SERVER_PORT - FIELD_COUNT] = {"server_port", PORTS},
};

const char *predicate_subject_name(int subject) {
  return subject < FIELD_COUNT ? fields[subject].name : others[subject - FIELD_COUNT].name;
}

enum kind predicate_subject_kind(int subject) {
  return subject < FIELD_COUNT ? fields[subject].kind : others[subject - FIELD_COUNT].kind;
}

void predicate_subject_columns(int subject, uint8_t wanted[FIELD_COUNT]) {
  if (subject < FIELD_COUNT) wanted[subject] = 1;
  else
    for (int i = 0; i < others[subject - FIELD_COUNT].n; i++) wanted[others[subject - FIELD_COUNT].field[i]] = 1;
}

void predicate_columns(const struct predicate *p, uint8_t wanted[COLUMN_COUNT]) {
  for (size_t i = 0; i < p->n; i++)
    if (p->term[i].subject != SUBJECT_FILE && p->term[i].subject != SUBJECT_LINE)
      predicate_subject_columns(p->term[i].subject, wanted);
}

static void add_token(struct predicate_group *g, const struct layout *l, int field) {
  if (l->token[field] != LAYOUT_ABSENT) g->token[g->ntokens++] = (uint16_t)l->token[field];
}

static void find_tokens(struct predicate_group *g, const struct layout *l, int subject) {
  g->ntokens = 0;
  g->about = subject == SUBJECT_LINE ? PREDICATE_LINE : PREDICATE_TOKENS;
  g->is_int = (uint8_t)kind_is_int(predicate_subject_kind(subject));
  g->is_addr = predicate_subject_kind(subject) == KIND_ADDR;
  if (subject < FIELD_COUNT) add_token(g, l, subject);
  else
    for (int i = 0; i < others[subject - FIELD_COUNT].n; i++) add_token(g, l, others[subject - FIELD_COUNT].field[i]);
}

/* Does the group say IS NOT NULL?  Then whoever wrote it knows that values may be missing. */
static int is_not_null(const struct predicate_group *g) {
  for (uint32_t i = 0; i < g->nterms; i++)
    if (g->term[i].op == PREDICATE_ALWAYS && !g->term[i].negated) return 1;
  return 0;
}

/* Decides on a group whose subject is in no token.  Returns 0 if no line can pass. */
static int decide(const struct predicate_group *g, const struct path_fields *path, int subject, uint8_t *finds) {
  int given = path_fields_find(path, subject);
  int passes = given < 0 ? predicate_passes_null(g->term, g->nterms)
                         : predicate_passes_text(g->term, g->nterms, path->item[given].text, path->item[given].n);
  if (given >= 0) *finds = PREDICATE_HAS;
  else if (!passes && !is_not_null(g)) *finds = PREDICATE_LACKS;
  return passes;
}

void predicate_bind(const struct predicate *p, const struct layout *l, const struct path_fields *path,
                    struct predicate_bound *out) {
  out->ngroups = 0;
  out->never = 0;
  memset(out->finds, 0, sizeof out->finds);
  for (size_t i = 0, next; i < p->n; i = next) {
    int subject = p->term[i].subject;
    for (next = i; next < p->n && p->term[next].subject == subject;) next++;
    struct predicate_group *g = &out->group[out->ngroups];
    g->term = &p->term[i];
    g->nterms = (uint16_t)(next - i);
    find_tokens(g, l, subject);
    if (subject == SUBJECT_FILE) continue;
    if (g->ntokens == 0 && subject != SUBJECT_LINE) {
      out->never |= !decide(g, path, subject, &out->finds[subject]);
      continue;
    }
    out->finds[subject] = PREDICATE_HAS;
    out->ngroups++;
  }
}

static int keeps_group(const struct predicate_group *g, const struct line *line) {
  for (uint32_t k = 0; k < g->ntokens; k++) {
    size_t n;
    const char *p = token_text(line, g->token[k], &n);
    struct address_room room;
    if (line->colons && g->is_addr) p = address_spelling(p, &n, &room);
    if (n == 1 && *p == '-' ? predicate_passes_null(g->term, g->nterms)
        : g->is_int         ? predicate_passes_number(g->term, g->nterms, number_value(p, n))
                            : predicate_passes_text(g->term, g->nterms, p, n))
      return 1;
  }
  return 0;
}

static int keeps_message(const struct predicate_group *g, const struct line *line) {
  uint32_t begin = line->at[g->token[0]], end = token_end(line, g->token[1]);
  return predicate_passes_text(g->term, g->nterms, line->text + begin, end - begin);
}

int predicate_keeps(const struct predicate_bound *b, const struct line *line) {
  if (b->never) return 0;
  for (uint32_t i = 0; i < b->ngroups; i++) {
    const struct predicate_group *g = &b->group[i];
    int keeps = g->about == PREDICATE_TOKENS ? keeps_group(g, line)
                : g->about == PREDICATE_LINE ? predicate_passes_number(g->term, g->nterms, line->number)
                                             : keeps_message(g, line);
    if (!keeps) return 0;
  }
  return 1;
}

/* --- a file ------------------------------------------------------------------------------------------------------ */

int predicate_allows_text(const struct predicate *p, int subject, const char *text, size_t n) {
  char padded[4096 + 2 * HASH_PADDING];
  if (text && n > sizeof padded - 2 * HASH_PADDING) return 1;
  memset(padded, 0, 2 * HASH_PADDING);
  if (text) {
    memcpy(padded, text, n);
    memset(padded + n, 0, 2 * HASH_PADDING);
  }
  for (size_t i = 0; i < p->n; i++) {
    const struct predicate_term *t = &p->term[i];
    if (t->subject != subject) continue;
    if (text ? !predicate_passes_text(t, 1, padded, n) : !t->null_passes) return 0;
  }
  return 1;
}

int predicate_keeps_file(const struct predicate *p, const char *path) {
  return predicate_allows_text(p, SUBJECT_FILE, path, strlen(path));
}

/* Returns 0 if no number in [low, high] can pass the term, otherwise 1. */
static int allows(const struct predicate_term *t, uint64_t low, uint64_t high) {
  if (t->null_passes) return 1;
  switch ((enum predicate_op)t->op) {
  case PREDICATE_NEVER: return t->negated;
  case PREDICATE_RANGE: return t->negated ? low < t->low || high > t->high : low <= t->high && high >= t->low;
  case PREDICATE_NUMBERS: return t->negated || set_meets(&t->set, low, high);
  default: return 1;
  }
}

int predicate_allows_numbers(const struct predicate *p, int subject, uint64_t low, uint64_t high) {
  for (size_t i = 0; i < p->n; i++)
    if (p->term[i].subject == subject && !allows(&p->term[i], low, high)) return 0;
  return 1;
}
