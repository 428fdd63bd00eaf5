/* SPDX-License-Identifier: MIT */
/*
** There are no groups, so an expression is a few alternatives, each of which is a sequence of byte
** sets that may be optional or repeated.  All states of the automaton therefore fit in a row of
** bits.  One step is a shift, an AND with the states that take the byte, and an addition whose
** carry runs over optional states (G. Navarro and M. Raffinot, "Flexible Pattern Matching in
** Strings", 4.2: extended patterns).  {n,m} is written out as n states and m-n optional ones.
** ab?c+|d has six states:
**
**     state      0   1   2   3      4   5
**     takes      a   b   c   none   d   none
**     optional       x                          entering 1 also enters 2
**     loop               x                      2 stays after a c
**     enter      x                  x           any place of the text enters these
**     accept                 x          x       reached: the alternative has matched
**
** The last state of an alternative takes no byte.  Where it is reached, the alternative has
** matched.  It also keeps shifts and carries from running into the next alternative.
**
** ^ and $ need no state.  Nothing can be consumed before the last ^ of an alternative.  What
** stands there must therefore be able to match the empty text, and is dropped; otherwise the
** alternative can never match.  The same is true of what follows the first $.  The rest is tied to
** the beginning of the text, to its end, to both or to neither.
*/
#include "predicate/regex.h"

#include <string.h>

#include "base/chars.h"
#include "base/mem.h"

#define WORDS_MAX (REGEX_STATES / 64)
#define NO_LIMIT  UINT32_MAX

/* Byte sets: a bit for each of 256 bytes. */
struct byte_set {
  uint64_t bits[4];
};

enum item_kind { ITEM_SET, ITEM_BEGIN, ITEM_END, ITEM_OR };

struct item {
  uint8_t kind;      /* enum item_kind */
  uint8_t repeated;  /* ITEM_SET, 0 or 1: a repetition follows it */
  uint32_t min, max; /* ITEM_SET: number of repetitions; max may be NO_LIMIT */
  struct byte_set set;
};

struct regex {
  uint32_t words;     /* number of words in each of the following sets; 64 states in a word */
  uint64_t *begin;    /* states that are entered at the beginning of the text */
  uint64_t *enter;    /* states that are entered at any place: of the alternatives without a ^ */
  uint64_t *optional; /* states that can be skipped */
  uint64_t *loop;     /* states that remain entered when they have taken a byte */
  uint64_t *accept;   /* last states that end a search at once: of the alternatives without a $ */
  uint64_t *final;    /* last states of all alternatives, which count at the end of the text */
  uint64_t *takes;    /* [byte][words]: the states that take the byte */
};

struct parser {
  const unsigned char *begin, *p, *end;
  struct item *item;
  size_t nitems;
  uint32_t nstates;
  struct err *e;
};

#define FAIL(s, at, ...) err_set((s)->e, ERR_ARGUMENT, (uint64_t)((at) - (s)->begin) + 1, __VA_ARGS__)

/* --- sets of bytes ------------------------------------------------------------------------------------------------ */

static void set_add(struct byte_set *s, unsigned low, unsigned high) {
  for (unsigned c = low; c <= high; c++) s->bits[c / 64] |= UINT64_C(1) << c % 64;
}

static void set_invert(struct byte_set *s) {
  for (int i = 0; i < 4; i++) s->bits[i] = ~s->bits[i];
}

/* Adds \d, \D, \s, \S, \w or \W.  Returns 0 if the letter is not one of these. */
static int set_add_class(struct byte_set *s, unsigned char letter) {
  struct byte_set class = {{0}};
  switch (letter | 0x20) {
  case 'd': set_add(&class, '0', '9'); break;
  case 's':
    set_add(&class, '\t', '\r');
    set_add(&class, ' ', ' ');
    break;
  case 'w':
    set_add(&class, '0', '9');
    set_add(&class, 'A', 'Z');
    set_add(&class, 'a', 'z');
    set_add(&class, '_', '_');
    break;
  default: return 0;
  }
  if (!(letter & 0x20)) set_invert(&class);
  for (int i = 0; i < 4; i++) s->bits[i] |= class.bits[i];
  return 1;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

/*
** Reads one byte, or a class such as \d, which is added to the set; *byte is -1 then.  Returns 0
** on an error.
*/
static int parse_byte(struct parser *s, struct byte_set *set, int *byte) {
  const unsigned char *at = s->p;
  unsigned char c = *s->p++;
  *byte = c;
  if (c == 0 || c >= 0x80) return FAIL(s, at, "a regex is plain ASCII; other bytes are written \\xhh"), 0;
  if (c != '\\') return 1;
  if (s->p == s->end) return FAIL(s, at, "nothing follows the \\ (a %% is written \\x25)"), 0;
  c = *s->p++;
  *byte = -1;
  if (set_add_class(set, c)) return 1;
  *byte = c;
  if (c == 'x') {
    int high = s->end - s->p < 2 ? -1 : char_hex((char)s->p[0]), low = high < 0 ? -1 : char_hex((char)s->p[1]);
    if (low < 0) return FAIL(s, at, "two hexadecimal digits follow \\x"), 0;
    s->p += 2;
    *byte = high * 16 + low;
    return 1;
  }
  if (c == 0 || c >= 0x80) return FAIL(s, at, "a regex is plain ASCII; other bytes are written \\xhh"), 0;
  if (char_is_alnum((char)c))
    return FAIL(s, at, "\\%c is not supported: there are \\d \\D \\s \\S \\w \\W \\xhh and \\ before a symbol", c), 0;
  return 1;
}

/* Reads a set behind its '['. */
static enum err_code parse_set(struct parser *s, struct byte_set *set) {
  const unsigned char *open = s->p - 1;
  int inverted = s->p < s->end && *s->p == '^', low, high;
  s->p += inverted;
  if (s->p < s->end && *s->p == ']') return FAIL(s, s->p, "an empty set; a ] is written \\]");
  while (s->p < s->end && *s->p != ']') {
    const unsigned char *at = s->p;
    if (*at == '[') return FAIL(s, at, "a [ in a set is written \\[");
    if (!parse_byte(s, set, &low)) return s->e->code;
    high = low;
    if (s->end - s->p >= 2 && s->p[0] == '-' && s->p[1] != ']') {
      s->p++;
      if (*s->p == '[') return FAIL(s, s->p, "a [ in a set is written \\[");
      if (!parse_byte(s, set, &high)) return s->e->code;
      if (low < 0 || high < 0) return FAIL(s, at, "a range goes from one character to another; a - is written \\-");
      if (low > high) return FAIL(s, at, "the range ends before it begins");
    }
    if (low >= 0) set_add(set, (unsigned)low, (unsigned)high);
  }
  if (s->p == s->end) return FAIL(s, open, "this [ has no ]");
  s->p++;
  if (inverted) set_invert(set);
  return ERR_NONE;
}

/*
** Reads a number of a {…}.  A number with more than four digits becomes 9999, which is too large
** anyway.
*/
static int parse_count(struct parser *s, uint32_t *out) {
  const unsigned char *first = s->p;
  for (*out = 0; s->p < s->end && char_is_digit((char)*s->p); s->p++)
    if (*out < 1000) *out = *out * 10 + (uint32_t)(*s->p - '0');
    else *out = 9999;
  return s->p > first;
}

/* Reads a repetition behind its '{'. */
static enum err_code parse_counts(struct parser *s, struct item *item) {
  const unsigned char *open = s->p - 1;
  if (!parse_count(s, &item->min))
    return FAIL(s, s->p, "a number belongs here: {2}, {2,} or {2,5}; a { is written \\{");
  item->max = item->min;
  if (s->p < s->end && *s->p == ',') {
    s->p++;
    if (!parse_count(s, &item->max)) item->max = NO_LIMIT;
  }
  if (s->p == s->end || *s->p != '}') return FAIL(s, open, "this { has no }: {2}, {2,} or {2,5}");
  s->p++;
  if (item->min > REGEX_REPEAT || (item->max > REGEX_REPEAT && item->max != NO_LIMIT))
    return FAIL(s, open, "a repetition may say %d at most", REGEX_REPEAT);
  if (item->min > item->max) return FAIL(s, open, "the smaller number comes first");
  return ERR_NONE;
}

static enum err_code parse_repetition(struct parser *s) {
  const unsigned char *at = s->p;
  char c = (char)*s->p++;
  struct item *item = s->nitems ? &s->item[s->nitems - 1] : NULL;
  if (!item || item->kind != ITEM_SET)
    return FAIL(s, at, "there is nothing before the %c to repeat; a %c is written \\%c", c, c, c);
  if (item->repeated) return FAIL(s, at, "this is repeated already; a %c is written \\%c", c, c);
  item->repeated = 1;
  item->min = c == '+';
  item->max = c == '?' ? 1 : NO_LIMIT;
  return c == '{' ? parse_counts(s, item) : ERR_NONE;
}

static enum err_code parse_item(struct parser *s) {
  const unsigned char *at = s->p;
  struct item *item = &s->item[s->nitems];
  int byte;
  if (strchr("?*+{", *at) && *at) return parse_repetition(s);
  memset(item, 0, sizeof *item);
  s->nitems++;
  item->min = item->max = 1;
  switch (*at) {
  case '^': s->p++; return item->kind = ITEM_BEGIN, ERR_NONE;
  case '$': s->p++; return item->kind = ITEM_END, ERR_NONE;
  case '|':
    s->p++;
    item->kind = ITEM_OR;
    if (s->nitems == 1 || item[-1].kind == ITEM_OR) return FAIL(s, at, "there is nothing before the |");
    if (s->p == s->end) return FAIL(s, at, "there is nothing behind the |");
    return ERR_NONE;
  case '.':
    s->p++;
    set_add(&item->set, '\n', '\n');
    set_invert(&item->set);
    return ERR_NONE;
  case '[': s->p++; return parse_set(s, &item->set);
  case '(':
  case ')': return FAIL(s, at, "there are no groups; a parenthesis is written \\%c", *at);
  case ']':
  case '}': return FAIL(s, at, "nothing was opened; a %c is written \\%c", *at, *at);
  default:
    if (!parse_byte(s, &item->set, &byte)) return s->e->code;
    if (byte >= 0) set_add(&item->set, (unsigned)byte, (unsigned)byte);
    return ERR_NONE;
  }
}

/*
** Returns the number of states of an item: n, and m-n optional ones; at least one if there is no
** limit.
*/
static uint32_t item_states(const struct item *item) {
  if (item->kind != ITEM_SET) return item->kind == ITEM_OR;
  return item->max != NO_LIMIT ? item->max : item->min ? item->min : 1;
}

static enum err_code parse(struct parser *s) {
  if (s->begin == s->end) return FAIL(s, s->begin, "an empty regex");
  while (s->p < s->end) {
    const unsigned char *at = s->p;
    uint32_t before = s->nitems ? item_states(&s->item[s->nitems - 1]) : 0;
    size_t nitems = s->nitems;
    if (parse_item(s)) return s->e->code;
    if (s->nitems == nitems) s->nstates -= before; /* it was a repetition */
    s->nstates += item_states(&s->item[s->nitems - 1]);
    if (s->nstates >= REGEX_STATES)
      return FAIL(s, at, "the regex is too large: %d characters at most, with repetitions written out",
                  REGEX_STATES - 1);
  }
  s->nstates++; /* the last state of the last alternative */
  return ERR_NONE;
}

/* --- building ----------------------------------------------------------------------------------------------------- */

static void set_bit(uint64_t *bits, uint32_t i) { bits[i / 64] |= UINT64_C(1) << i % 64; }

/* Returns 1 if all items in [first, end) can match the empty text. */
static int can_be_nothing(const struct item *first, const struct item *end) {
  for (; first < end; first++)
    if (first->kind == ITEM_SET && first->min) return 0;
  return 1;
}

/* Adds the states of an item.  Returns the next free state. */
static uint32_t add_item(struct regex *r, const struct item *item, uint32_t state) {
  uint32_t n = item_states(item);
  for (uint32_t i = 0; i < n; i++, state++) {
    for (unsigned c = 0; c < 256; c++)
      if (item->set.bits[c / 64] >> c % 64 & 1) set_bit(r->takes + c * r->words, state);
    if (i >= item->min) set_bit(r->optional, state);
    if (i == n - 1 && item->max == NO_LIMIT) set_bit(r->loop, state);
  }
  return state;
}

/* Adds the alternative [first, end).  Returns the next free state. */
static uint32_t add_alternative(struct regex *r, const struct item *first, const struct item *end, uint32_t state) {
  const struct item *low = first, *high = end; /* the part between the last ^ and the first $ */
  int begins = 0, ends = 0;
  for (const struct item *i = first; i < end; i++)
    if (i->kind == ITEM_BEGIN) low = i + 1, begins = 1;
  for (const struct item *i = end; i-- > first;)
    if (i->kind == ITEM_END) high = i, ends = 1;
  if (!can_be_nothing(first, low) || !can_be_nothing(high, end)) return state; /* it never matches */
  set_bit(r->begin, state);
  if (!begins) set_bit(r->enter, state);
  for (; low < high; low++) state = add_item(r, low, state);
  if (!ends) set_bit(r->accept, state);
  set_bit(r->final, state);
  return state + 1;
}

static struct regex *build(const struct parser *s) {
  uint32_t words = (s->nstates + 63) / 64, state = 0;
  size_t nbits = (6 + 256) * (size_t)words * sizeof(uint64_t);
  struct regex *r = mem_alloc(sizeof *r + nbits);
  if (!r) return NULL;
  uint64_t *bits = (uint64_t *)(r + 1);
  memset(bits, 0, nbits);
  *r = (struct regex){
      words,           bits, bits + words, bits + 2 * words, bits + 3 * words, bits + 4 * words, bits + 5 * words,
      bits + 6 * words};
  for (size_t i = 0, first = 0; i <= s->nitems; i++) {
    if (i < s->nitems && s->item[i].kind != ITEM_OR) continue;
    state = add_alternative(r, s->item + first, s->item + i, state);
    first = i + 1;
  }
  return r;
}

enum err_code regex_compile(struct regex **out, const char *p, size_t n, struct err *e) {
  struct parser s = {.begin = (const unsigned char *)p, .p = (const unsigned char *)p, .e = e};
  *out = NULL;
  s.end = s.begin + n;
  s.item = mem_alloc((n + 1) * sizeof *s.item);
  if (!s.item) return err_nomem(e);
  enum err_code rc = parse(&s);
  if (!rc && !(*out = build(&s))) rc = err_nomem(e);
  mem_free(s.item);
  return rc;
}

void regex_free(struct regex *r) { mem_free(r); }

/* --- searching ---------------------------------------------------------------------------------------------------- */

/*
** Adds the states that can be reached by skipping optional states.  Where an optional state is
** entered, adding it to the set of all optional states carries to the end of their run.  The bits
** that change are the states that it can skip to.  Returns the carry for the next word.
*/
static inline uint64_t skip_optional(uint64_t *entered, uint64_t optional, uint64_t carry) {
  uint64_t add = *entered & optional, sum = optional + add, all = sum + carry;
  *entered |= (all ^ optional);
  return (uint64_t)(sum < add) | (uint64_t)(all < sum);
}

/* Returns 1 if the two sets have a state in common. */
static inline int any(const uint64_t *set, const uint64_t *of, uint32_t words) {
  uint64_t found = 0;
  for (uint32_t i = 0; i < words; i++) found |= set[i] & of[i];
  return found != 0;
}

static inline int search(const struct regex *r, const unsigned char *p, size_t n, uint32_t words) {
  uint64_t entered[WORDS_MAX], carry = 0;
  for (uint32_t i = 0; i < words; i++) {
    entered[i] = r->begin[i];
    carry = skip_optional(&entered[i], r->optional[i], carry);
  }
  for (size_t k = 0; k < n; k++) {
    const uint64_t *takes = r->takes + (size_t)p[k] * words;
    uint64_t shifted = 0;
    if (any(entered, r->accept, words)) return 1;
    carry = 0;
    for (uint32_t i = 0; i < words; i++) {
      uint64_t taken = entered[i] & takes[i];
      entered[i] = (taken << 1 | shifted) | (taken & r->loop[i]) | r->enter[i];
      shifted = taken >> 63;
      carry = skip_optional(&entered[i], r->optional[i], carry);
    }
  }
  return any(entered, r->final, words);
}

int regex_search(const struct regex *r, const char *p, size_t n) {
  const unsigned char *text = (const unsigned char *)p;
  return r->words == 1 ? search(r, text, n, 1) : search(r, text, n, r->words);
}
