/* SPDX-License-Identifier: MIT */
/*
** predicate_keeps(): a line passes a predicate if every term holds for the value of its field,
** which is evaluated here as predicate.h describes each term.  What passes is also allowed:
** predicate_allows_text() and predicate_allows_numbers() may only say no where nothing passes.
**
** Input: choices of a record's values, of its layout, and of terms.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "base/number.h"
#include "predicate/predicate.h"
#include "record/address.h"
#include "record/record.h"

static const char *const formats[] = {
    "version account-id srcaddr dstaddr srcport dstport start action region vpc-id pkt-srcaddr bytes",
    "vpc-id bytes x-own dstport pkt-dstaddr action srcaddr account-id", "srcport start log-status interface-id"};
static const char path[] = "AWSLogs/123456789012/vpcflowlogs/us-east-1/x.log";

static const char *const texts[] = {
    "vpc-1",      "vpc-10", "VPC-1", "us-east-1",    "us-east-2", "eni-0123456789abcdef0",
    "ACCEPT",     "a",      "",      "123456789012", "12",        "0123456789abcdef",
    "us-east-1x", "REJECT", "OK",    "NODATA",       "unknown",   "0123456789abcdefg"};
static const char *const addresses[] = {
    "10.0.0.1",        "10.0.0.10", "10.0.0.128",      "2001:db8::1", "2001:DB8:0::1",  "1.5",
    "255.255.255.255", "::",        "::ffff:10.0.0.1", "fe80::1",     "1:2:3::5:6:7:8", "a:"};
static const uint64_t numbers[] = {
    0, 1, 2, 22, 443, 444, 1024, 65535, 1773046800, 1773046801, 99999999999, 999999999999999, INT64_MAX};
static const char *const prefixes[] = {"10.0.0.0/8", "10.0.0.1", "10.0.0.0/28", "2001:db8::/32",
                                       "0.0.0.0/0",  "::/0",     "fe80::/10",   "::ffff:10.0.0.0/104"};
#define PICK(c, list) (list[choose(c, sizeof list / sizeof *list)])

/* A value of the record: its token; and what SQL sees of it. */
struct value {
  int has;
  char token[64], text[64 + TOKENS_BLOCK];
  uint64_t number;
};

static struct tokens tokens;
static struct layout layout;
static struct value values[LAYOUT_TOKENS];

static void make_value(struct choices *c, struct value *v, enum kind kind) {
  struct address_room room;
  memset(v, 0, sizeof *v);
  uint32_t kept = choose(c, 8);
  if (kind_is_int(kind)) {
    v->number = PICK(c, numbers) & (kind == KIND_INT ? UINT64_MAX : 0xffffffff);
    snprintf(v->token, sizeof v->token, kept == 7 ? "00%llu" : "%llu", (unsigned long long)v->number);
    snprintf(v->text, sizeof v->text, "%llu", (unsigned long long)v->number);
    if (strlen(v->token) > NUMBER_DIGITS) snprintf(v->token, sizeof v->token, "%s", v->text);
  } else {
    const char *token = kind == KIND_ADDR     ? PICK(c, addresses)
                        : kind == KIND_ACTION ? (kept & 1 ? "ACCEPT" : "REJECT")
                        : kind == KIND_STATUS ? (kept & 1 ? "OK" : "NODATA")
                                              : PICK(c, texts);
    snprintf(v->token, sizeof v->token, "%s", token);
    memcpy(v->text, v->token, sizeof v->token);
    if (kind == KIND_ADDR) {
      size_t n = strlen(token);
      const char *spelled = address_spelling(v->text, &n, &room);
      memmove(v->text, spelled, n);
      memset(v->text + n, 0, sizeof v->text - n);
    }
  }
  v->has = kept != 0 && *v->token;
  if (!v->has) strcpy(v->token, "-");
}

/* --- terms ----------------------------------------------------------------------------------- */

static int is_number(int subject) {
  return subject == SUBJECT_LINE || subject == SUBJECT_PORT ||
         (subject < FIELD_COUNT && kind_is_int(fields[subject].kind));
}

static int is_address(int subject) {
  return subject == SUBJECT_ADDR || (subject < FIELD_COUNT && fields[subject].kind == KIND_ADDR);
}

static void set_text(struct predicate_text *t, const char *p) {
  struct err e = {0};
  if (predicate_set_text(t, p, strlen(p), &e)) abort();
}

static void make_number_term(struct choices *c, struct predicate_term *t) {
  struct err e = {0};
  static const char *const decimals[] = {"4", "44", "443", "1773", "0", "", "443x"};
  static const uint8_t ops[] = {PREDICATE_RANGE, PREDICATE_NUMBERS, PREDICATE_RANGE, PREDICATE_NUMBERS,
                                PREDICATE_PREFIX};
  t->op = t->subject == SUBJECT_LINE ? PREDICATE_RANGE : PICK(c, ops);
  if (t->op == PREDICATE_PREFIX) set_text(&t->text, PICK(c, decimals));
  t->low = PICK(c, numbers);
  t->high = PICK(c, numbers);
  if (t->high < t->low) t->high = t->low; /* the upper layer makes PREDICATE_NEVER of an empty range */
  for (uint32_t n = choose(c, 4); n && t->op == PREDICATE_NUMBERS; n--)
    if (set_add_number(&t->set, PICK(c, numbers) + choose(c, 2), &e)) abort();
}

static const char *choose_operand(struct choices *c, int subject) {
  return is_address(subject) ? PICK(c, addresses) : PICK(c, texts);
}

static void make_text_term(struct choices *c, struct predicate_term *t) {
  static const uint8_t ops[] = {PREDICATE_EQUAL, PREDICATE_EQUAL, PREDICATE_BETWEEN, PREDICATE_PREFIX, PREDICATE_TEXTS};
  struct err e = {0};
  t->op = PICK(c, ops);
  for (uint32_t n = choose(c, 5); n && t->op == PREDICATE_TEXTS; n--) {
    const char *p = choose_operand(c, t->subject);
    if (set_add_text(&t->set, p, strlen(p), &e)) abort();
  }
  if (t->op == PREDICATE_TEXTS) return;
  uint32_t sides = choose(c, 4);
  if (t->op != PREDICATE_BETWEEN || sides != 1) set_text(&t->text, choose_operand(c, t->subject));
  if (t->op == PREDICATE_BETWEEN && sides != 2) set_text(&t->text_high, choose_operand(c, t->subject));
  t->text.open = t->op == PREDICATE_BETWEEN && choose(c, 2);
  t->text_high.open = t->op == PREDICATE_BETWEEN && choose(c, 2);
  t->fold = t->op == PREDICATE_PREFIX && choose(c, 2);
}

static struct predicate_term make_term(struct choices *c) {
  static const uint8_t subjects[] = {
      FIELD_version,     FIELD_account_id, FIELD_srcaddr, FIELD_dstaddr, FIELD_srcport,     FIELD_dstport,
      FIELD_start,       FIELD_action,     FIELD_region,  FIELD_vpc_id,  FIELD_pkt_srcaddr, FIELD_bytes,
      FIELD_pkt_dstaddr, SUBJECT_LINE,     SUBJECT_ADDR,  SUBJECT_PORT,  FIELD_log_status};
  struct predicate_term t = {.subject = PICK(c, subjects)};
  set_init(&t.set);
  t.negated = choose(c, 4) == 0;
  t.null_passes = t.subject < FIELD_COUNT && choose(c, 4) == 0;
  uint32_t kind = choose(c, 8);
  if (kind < 2) t.op = kind ? PREDICATE_ALWAYS : PREDICATE_NEVER;
  else if (is_number(t.subject)) make_number_term(c, &t);
  else if (is_address(t.subject) && kind < 5) {
    const char *p = PICK(c, prefixes);
    t.op = PREDICATE_CIDR;
    if (!ip_parse_prefix(p, strlen(p), &t.cidr)) abort();
  } else make_text_term(c, &t);
  return t;
}

/* --- what a term says of a value ------------------------------------------------------------- */

static int order_of(const char *a, const struct predicate_text *b) {
  size_t n = strlen(a);
  int order = memcmp(a, b->p, n < b->n ? n : b->n);
  return order ? order : (n > b->n) - (n < b->n);
}

static int is_between(const struct predicate_term *t, const char *p) {
  if (t->text.p && (t->text.open ? order_of(p, &t->text) <= 0 : order_of(p, &t->text) < 0)) return 0;
  return !t->text_high.p || (t->text_high.open ? order_of(p, &t->text_high) < 0 : order_of(p, &t->text_high) <= 0);
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

static int has_prefix(const struct predicate_term *t, const char *p) {
  for (size_t i = 0; i < t->text.n; i++)
    if (t->fold ? lower(p[i]) != lower(t->text.p[i]) : p[i] != t->text.p[i]) return 0;
  return 1;
}

/* 1, 0, or -1: there is no answer, so that the value does not pass, negated or not. */
static int answer(const struct predicate_term *t, const struct value *v) {
  struct ip a;
  switch (t->op) {
  case PREDICATE_NEVER: return 0;
  case PREDICATE_ALWAYS: return 1;
  case PREDICATE_RANGE: return v->number >= t->low && v->number <= t->high;
  case PREDICATE_NUMBERS: return set_has_number(&t->set, v->number);
  case PREDICATE_EQUAL: return order_of(v->text, &t->text) == 0;
  case PREDICATE_BETWEEN: return is_between(t, v->text);
  case PREDICATE_PREFIX: return has_prefix(t, v->text);
  case PREDICATE_TEXTS: return set_has_text(&t->set, v->text, strlen(v->text));
  case PREDICATE_CIDR: return ip_parse(v->text, strlen(v->text), &a) ? ip_in_prefix(&a, &t->cidr) : -1;
  }
  abort();
}

static int holds(const struct predicate_term *t, const struct value *v) {
  if (!v || !v->has) return t->null_passes;
  int is = answer(t, v);
  return is >= 0 && is != t->negated;
}

static const struct value *value_of(int field) {
  static struct value given;
  if (field >= FIELD_COUNT) return NULL;
  if (layout.token[field] != LAYOUT_ABSENT) return &values[layout.token[field]];
  if (field != FIELD_region && field != FIELD_account_id) return NULL;
  memset(&given, 0, sizeof given);
  given.has = 1;
  snprintf(given.text, sizeof given.text, "%s", field == FIELD_region ? "us-east-1" : "123456789012");
  return &given;
}

/*
** Do all terms about one subject hold?  For either end, they must hold together for one of its
** fields.
*/
static int subject_holds(const struct predicate *p, int subject, uint64_t number) {
  static const int addr[] = {FIELD_srcaddr, FIELD_dstaddr, FIELD_pkt_srcaddr, FIELD_pkt_dstaddr};
  static const int port[] = {FIELD_srcport, FIELD_dstport};
  const struct value line = {.has = 1, .number = number};
  int n = subject == SUBJECT_ADDR ? 4 : subject == SUBJECT_PORT ? 2 : 1, any = 0, asked = 0;
  for (int i = 0; i < n; i++) {
    int field = subject == SUBJECT_ADDR ? addr[i] : subject == SUBJECT_PORT ? port[i] : subject, all = 1;
    const struct value *v = subject == SUBJECT_LINE ? &line : value_of(field);
    for (size_t k = 0; k < p->n; k++)
      if (p->term[k].subject == subject) asked = 1, all &= holds(&p->term[k], v);
    any |= all;
  }
  return any || !asked;
}

/* What passes is allowed. */
static void check_allowed(const struct predicate *p) {
  for (int field = 0; field < FIELD_COUNT; field++) {
    const struct value *v = value_of(field);
    if (!v || !v->has) continue;
    if (is_number(field)) PROPERTY(predicate_allows_numbers(p, field, v->number, v->number), "%s", fields[field].name);
    else PROPERTY(predicate_allows_text(p, field, v->text, strlen(v->text)), "%s", fields[field].name);
  }
}

static struct text make_line(struct choices *c) {
  struct text text = {0};
  for (uint32_t i = 0; i < layout.ntokens; i++) {
    int field = layout.field[i];
    make_value(c, &values[i], field == FIELD_NONE ? KIND_TEXT : fields[field].kind);
    text_add(&text, values[i].token, strlen(values[i].token));
    text_add(&text, i + 1 < layout.ntokens ? " " : "\n", 1);
  }
  return text;
}

static void check(const struct predicate *p, struct choices *c) {
  static struct predicate_bound bound;
  struct path_fields given;
  struct text text = make_line(c);
  char *copy = copy_of(text.p, text.n, TOKENS_BLOCK);
  tokens_split(&tokens, copy, text.n);
  struct line line = tokens_line(&tokens, 0, choose(c, 3));
  PROPERTY(record_check(&layout, &line) == RECORD_FITS, "%.*s", (int)text.n, text.p);
  path_fields_of(&given, path);
  predicate_bind(p, &layout, &given, &bound);
  int got = !bound.never && predicate_keeps(&bound, &line), want = 1;
  for (int subject = 0; subject < SUBJECT_COUNT; subject++) want &= subject_holds(p, subject, line.number);
  for (size_t i = 0; i < p->n && got != want; i++)
    fprintf(stderr, "%s: op %d, %llu to %llu, negated %d, null passes %d\n", predicate_subject_name(p->term[i].subject),
            p->term[i].op, (unsigned long long)p->term[i].low, (unsigned long long)p->term[i].high, p->term[i].negated,
            p->term[i].null_passes);
  PROPERTY(got == want, "line %d, %.*s passes: %d", (int)line.number, (int)text.n, text.p, got);
  if (got) check_allowed(p);
  free(copy);
  free(text.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  struct predicate p;
  struct err e = {0};
  if (!tokens.at && tokens_init(&tokens, 4096, &e)) abort();
  size_t live = mem_test_live();
  const char *format = PICK(&c, formats);
  if (layout_from_option(&layout, format, strlen(format), &e)) abort();
  predicate_init(&p);
  for (uint32_t n = 1 + choose(&c, 4); n; n--) {
    struct predicate_term t = make_term(&c);
    if (predicate_add(&p, &t, &e)) abort();
  }
  predicate_finish(&p);
  for (int i = 0; i < 4; i++) check(&p, &c);
  predicate_clear(&p);
  PROPERTY(mem_test_live() == live, "memory is left behind");
  return 0;
}
