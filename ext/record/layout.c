/* SPDX-License-Identifier: MIT */
/*
** A layout is built name by name: begin(), then add() for each token, then add_classes().  The two
** defaults are built from their names in the same way, so that every layout has the names that
** messages and flowlogs_files show.  The header "srcaddr bytes x-id" gives:
**
**     token   0         1       2
**     field   srcaddr   bytes   none       token[FIELD_srcaddr] = 0, token[FIELD_bytes] = 1
**     ints              1                  must be digits
**     addrs   0                            must be an address, also in check[]
**     unknown                   2
**     name    0         8       14         offsets in text: "srcaddr bytes x-id "
**
** The lists ints, addrs, check and unknown hold tokens, so that checking a line does not have to
** look at tokens about which there is nothing to check.
*/
#include "record/layout.h"

#include <string.h>

#include "record/tokens.h"

static void begin(struct layout *l) {
  memset(l, 0, offsetof(struct layout, text));
  for (int f = 0; f < FIELD_COUNT; f++) l->token[f] = LAYOUT_ABSENT;
}

/*
** States that the class of a token decides about it, if the next token begins within `reach`
** bytes.  Numbers with the digits of KIND_INT_DIGITS and its like are all in range, and an address
** has up to 45 bytes.  The separator behind the token is one byte more.
*/
static void add_class(struct layout *l, uint32_t token, uint32_t class, int32_t reach) {
  l->reach[token] = reach;
  l->class[token / TOKENS_GROUP] |= (uint64_t) class << (token % TOKENS_GROUP * 2);
}

static int32_t reach_of_number(enum kind kind) {
  return 1 + (kind == KIND_TIME ? KIND_TIME_DIGITS : kind == KIND_COUNT ? KIND_COUNT_DIGITS : KIND_INT_DIGITS);
}

static void add_classes(struct layout *l) {
  memset(l->class, 0, sizeof l->class);
  for (int i = 0; i < LAYOUT_TOKENS; i++) l->reach[i] = INT32_MAX;
  for (uint32_t i = 0; i < l->nints; i++) {
    uint32_t token = l->ints[i];
    add_class(l, token, TOKENS_DIGITS, reach_of_number(fields[l->field[token]].kind));
  }
  for (uint32_t i = 0; i < l->naddrs; i++) add_class(l, l->addrs[i], TOKENS_ADDRESS, 45 + 1);
}

static void add_check(struct layout *l, uint16_t token, enum kind kind) {
  if (kind == KIND_TEXT) return;
  if (kind_is_int(kind)) {
    l->ints[l->nints++] = token;
    return;
  }
  if (kind == KIND_ADDR) l->addrs[l->naddrs++] = token;
  l->check[l->nchecks].token = token;
  l->check[l->nchecks++].kind = (uint16_t)kind;
}

/* Adds a token with this name.  `code` is the code of an error. */
static enum err_code add(struct layout *l, const char *name, size_t n, enum err_code code, struct err *e) {
  uint16_t token = l->ntokens;
  size_t room = sizeof l->text - l->text_n;
  if (token == LAYOUT_TOKENS || n + 1 > room)
    return err_set(e, code, 0, "names more than %d fields, or is longer than %d bytes", LAYOUT_TOKENS, LAYOUT_TEXT);
  int field = field_find(name, n);
  if (field != FIELD_NONE && l->token[field] != LAYOUT_ABSENT)
    return err_set(e, code, 0, "names the field %s twice", fields[field].name);
  for (uint32_t i = 0; i < l->nunknown; i++) {
    uint32_t other = l->unknown[i];
    if (field_same_name(layout_name(l, other), l->name_n[other], name, n))
      return err_set(e, code, 0, "names the field %.*s twice", (int)n, name);
  }
  l->ntokens++;
  l->field[token] = (int16_t)field;
  l->name[token] = l->text_n;
  l->name_n[token] = (uint16_t)n;
  memcpy(l->text + l->text_n, name, n);
  l->text_n = (uint16_t)(l->text_n + n);
  l->text[l->text_n++] = ' ';
  if (field == FIELD_NONE) {
    l->unknown[l->nunknown++] = token;
  } else {
    l->token[field] = (int16_t)token;
    add_check(l, token, fields[field].kind);
  }
  return ERR_NONE;
}

static void add_field(struct layout *l, enum field f) {
  struct err never = {0}; /* no name occurs twice in the tables of fields */
  add(l, fields[f].name, fields[f].n, ERR_ARGUMENT, &never);
}

void layout_copy(struct layout *to, const struct layout *from) {
  memcpy(to, from, offsetof(struct layout, text) + from->text_n);
}

void layout_default(struct layout *l) {
  begin(l);
  for (int f = 0; f < FIELD_DEFAULT_COUNT; f++) add_field(l, (enum field)f);
  add_classes(l);
}

void layout_transit_gateway(struct layout *l) {
  begin(l);
  for (int i = 0; i < FIELD_TGW_COUNT; i++) add_field(l, fields_tgw[i]);
  add_classes(l);
}

void layout_add_prefix(struct layout *l) {
  if (l->prefix || l->ntokens == LAYOUT_TOKENS) return;
  for (int i = l->ntokens; i > 0; i--) {
    l->field[i] = l->field[i - 1];
    l->name[i] = l->name[i - 1];
    l->name_n[i] = l->name_n[i - 1];
  }
  for (int f = 0; f < FIELD_COUNT; f++)
    if (l->token[f] != LAYOUT_ABSENT) l->token[f]++;
  for (int i = 0; i < l->nints; i++) l->ints[i]++;
  for (int i = 0; i < l->nchecks; i++) l->check[i].token++;
  for (int i = 0; i < l->naddrs; i++) l->addrs[i]++;
  for (int i = 0; i < l->nunknown; i++) l->unknown[i]++;
  l->ntokens++;
  l->prefix = 1;
  l->field[0] = FIELD_NONE;
  l->name[0] = l->name_n[0] = 0;
  add_check(l, 0, KIND_PREFIX);
  add_classes(l);
}

static int is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static int is_name(const char *p, size_t n) {
  if (n == 0 || !is_letter(p[0])) return 0;
  for (size_t i = 1; i < n; i++)
    if (!is_letter(p[i]) && !(p[i] >= '0' && p[i] <= '9') && p[i] != '-' && p[i] != '_') return 0;
  return 1;
}

/* Is the name one of n words, in any spelling? */
static int is_among(const char *const *words, size_t nwords, const char *p, size_t n) {
  for (size_t i = 0; i < nwords; i++)
    if (field_same_name(p, n, words[i], strlen(words[i]))) return 1;
  return 0;
}

/*
** Names of fields that are words of prose, and other names of fields, which are headings in many
** kinds of lists.
*/
static const char *const prose[] = {"version", "protocol", "packets", "bytes", "start",
                                    "end",     "action",   "type",    "region"};
static const char *const headings[] = {"account", "interface", "source", "src",   "destination",
                                       "dest",    "dst",       "proto",  "status"};

#define IS_AMONG(words, p, n) is_among(words, sizeof(words) / sizeof *(words), p, n)

int layout_is_heading(const char *name, size_t n) { return IS_AMONG(headings, name, n); }

/* is_explicit: LAYOUT_FIELDS stands in front of the names. */
static int looks_like_header(const struct line *line, int single, int is_explicit) {
  uint32_t count = line->count, known = 0, sure = 0, technical = 0, spelled = 0;
  for (uint32_t i = 0; i < count; i++) {
    size_t n;
    const char *p = token_text(line, i, &n);
    if (!is_name(p, n)) return 0;
    if (field_find(p, n) == FIELD_NONE) continue;
    known++;
    spelled += (uint32_t)field_is_spelled(p, n);
    if (layout_is_heading(p, n)) continue;
    sure++;
    technical += (uint32_t)!IS_AMONG(prose, p, n);
  }
  if (is_explicit) return known > 0;
  if (known * 2 < count || known == 0) return 0;
  if (count == 1) return single && sure;
  return sure >= LAYOUT_SURE || spelled == count || technical > 0;
}

/*
** The line without the byte order marks at its beginning, which are there if a file with one was
** appended to another.  They are a part of the first token, or a token of their own.  The result
** may point into at[].
*/
static struct line behind_byte_order_mark(const struct line *line, uint32_t at[LAYOUT_TOKENS + 1]) {
  struct line rest = *line;
  size_t n = 0, marks = 0;
  const char *first = line->count ? token_text(line, 0, &n) : NULL;
  while (n - marks >= 3 && !memcmp(first + marks, "\xef\xbb\xbf", 3)) marks += 3;
  if (!marks) return rest;
  if (n == marks) {
    rest.at++;
    rest.count--;
  } else if (line->count <= LAYOUT_TOKENS) {
    memcpy(at, line->at, (line->count + 1) * sizeof *at);
    at[0] += (uint32_t)marks;
    rest.at = at;
  }
  return rest;
}

/* Adds the names of a line. */
static enum err_code add_names(struct layout *l, const struct line *line, struct err *e) {
  begin(l);
  for (uint32_t i = 0; i < line->count; i++) {
    size_t n;
    const char *p = token_text(line, i, &n);
    if (add(l, p, n, ERR_FORMAT, e)) return e->code;
  }
  add_classes(l);
  return ERR_NONE;
}

void layout_from_names(struct layout *l, const struct line *line) {
  struct err never = {0};
  add_names(l, line, &never);
}

/* The same, and without LAYOUT_FIELDS in front of the names, of which *is_explicit says whether it was there. */
static struct line behind_mark(const struct line *line, uint32_t at[LAYOUT_TOKENS + 1], int *is_explicit) {
  struct line rest = behind_byte_order_mark(line, at);
  size_t n = 0;
  const char *first = rest.count ? token_text(&rest, 0, &n) : NULL;
  *is_explicit = n == sizeof LAYOUT_FIELDS - 1 && !memcmp(first, LAYOUT_FIELDS, n);
  if (*is_explicit) {
    rest.at++;
    rest.count--;
  }
  return rest;
}

int layout_is_marked_header(const struct line *line) {
  size_t n = 0;
  const char *first = line->count ? token_text(line, 0, &n) : NULL;
  return n == sizeof LAYOUT_FIELDS - 1 && !memcmp(first, LAYOUT_FIELDS, n);
}

int layout_from_header(struct layout *l, const struct line *original, int single, struct err *e) {
  int is_explicit;
  uint32_t at[LAYOUT_TOKENS + 1];
  const struct line line = behind_mark(original, at, &is_explicit);
  if (!looks_like_header(&line, single, is_explicit)) return 0;
  return add_names(l, &line, e) ? -1 : 1;
}

int layout_is_near_header(const struct line *line, char why[ERR_TEXT]) {
  static const char signs[] = "#$\"'`{},;:|";
  const char *odd = NULL; /* the first token with a sign */
  size_t odd_n = 0;
  uint32_t known = 0;
  for (uint32_t i = 0; i < line->count; i++) {
    size_t n;
    const char *p = token_text(line, i, &n), *name = p, *end = p + n;
    while (name < end && strchr(signs, *name)) name++;
    while (end > name && strchr(signs, end[-1])) end--;
    if (name < end && !is_name(name, (size_t)(end - name))) return 0;
    known += name < end && field_find(name, (size_t)(end - name)) != FIELD_NONE;
    if (!odd && n != (size_t)(end - name)) odd = p, odd_n = n;
  }
  if (known < LAYOUT_SURE || !odd) return 0;
  err_print(why,
            "looks like a header line, but '%.*s' is no name of a field; a header has the names alone, as in "
            "'version account-id interface-id'",
            (int)(odd_n < 40 ? odd_n : 40), odd);
  return 1;
}

int layout_is_own_header(const struct layout *l, const struct line *line) {
  if (line->count != l->ntokens || l->prefix) return 0;
  for (uint32_t i = 0; i < line->count; i++) {
    size_t n;
    const char *p = token_text(line, i, &n);
    if (n == l->name_n[i] && !memcmp(p, layout_name(l, i), n)) continue; /* as it nearly always is */
    if (!field_same_name(p, n, layout_name(l, i), l->name_n[i])) return 0;
  }
  return 1;
}

/* The name is no field, and does not say that it is a new one: says what to write. */
static enum err_code unknown(const char *name, size_t n, struct err *e) {
  int nearest = field_nearest(name, n);
  char spelled[64];
  if (nearest == FIELD_NONE)
    return err_set(
        e, ERR_ARGUMENT, 0,
        "format: '%.*s' is no field of flow logs; flowlogs_help lists them, and one that it lacks is written "
        "as x-%.*s",
        (int)n, name, (int)n, name);
  for (size_t i = 0; i <= fields[nearest].n; i++)
    spelled[i] = fields[nearest].name[i] == '_' ? '-' : fields[nearest].name[i];
  return err_set(e, ERR_ARGUMENT, 0, "format: '%.*s' is no field of flow logs; write %s", (int)n, name, spelled);
}

/* Adds a name of the option. */
static enum err_code add_option(struct layout *l, const char *name, size_t n, struct err *e) {
  struct err why = {0};
  int is_new = n > 2 && (name[0] == 'x' || name[0] == 'X') && (name[1] == '-' || name[1] == '_');
  if (field_find(name, n) == FIELD_NONE && !is_new) return unknown(name, n, e);
  if (add(l, name, n, ERR_ARGUMENT, &why)) return err_set(e, ERR_ARGUMENT, 0, "format %s", why.text);
  return ERR_NONE;
}

enum layout_header layout_find_header(const struct layout *l, const struct line *original, struct layout *header,
                                      struct err *e) {
  uint32_t at[LAYOUT_TOKENS + 1];
  int is_explicit;
  const struct line line = behind_mark(original, at, &is_explicit);
  if (layout_is_own_header(l, &line)) return LAYOUT_HEADER_OWN;
  int found = layout_from_header(header, original, l->ntokens == 1, e);
  return found > 0 ? LAYOUT_HEADER_NEW : found ? LAYOUT_HEADER_BAD : LAYOUT_HEADER_NONE;
}

/*
** Passes over what stands between two names: white space, commas, the quotes around a text, and
** what a shell, HCL or JSON makes of line breaks, which is a backslash before the break or n.
*/
static const char *skip_between(const char *p, const char *end) {
  for (; p < end; p++) {
    if (*p == '\\' && end - p > 1 && strchr("\n\rnrt\"", p[1])) p++;
    else if (!strchr(" ,\t\n\r\"'", *p)) break;
  }
  return p;
}

/*
** Finds a name, plain or in ${}, and moves *p behind it.  The '$' may be escaped as in Terraform
** ($${name}) or in a shell (\${name}), and the name as in CloudFormation's Sub (${!name}).
** Returns the length of the name, or 0 if there is none.
*/
static size_t next_name(const char **p, const char *end, const char **name) {
  const char *at = *p, *begin;
  int braced;
  if (end - at > 1 && (at[0] == '$' || at[0] == '\\') && at[1] == '$') at++;
  braced = end - at > 1 && at[0] == '$' && at[1] == '{';
  at += braced ? 2 : 0;
  if (braced && at < end && *at == '!') at++;
  for (begin = at; at < end && !strchr("}$\\ ,\t\n\r\"'", *at);) at++;
  if ((at < end && *at == '}') != braced || (!braced && begin > *p) || !is_name(begin, (size_t)(at - begin))) return 0;
  *name = begin;
  *p = at + braced;
  return (size_t)(at - begin);
}

enum err_code layout_from_option(struct layout *l, const char *text, size_t n, struct err *e) {
  const char *end = text + n, *name;
  begin(l);
  for (const char *p = skip_between(text, end); p < end; p = skip_between(p, end)) {
    size_t name_n = next_name(&p, end, &name);
    if (!name_n)
      return err_set(e, ERR_ARGUMENT, 0,
                     "format: '%.*s' is no field name; write 'version account-id …' or '${version} ${account-id} …'",
                     (int)(end - p < 20 ? end - p : 20), p);
    if (add_option(l, name, name_n, e)) return e->code;
  }
  if (l->ntokens == l->nunknown)
    return err_set(e, ERR_ARGUMENT, 0, "format: '%.*s' names no flow log fields", n < 80 ? (int)n : 80, text);
  add_classes(l);
  return ERR_NONE;
}

size_t layout_names(const struct layout *l, char *out) {
  size_t n = 0;
  for (uint32_t i = l->prefix; i < l->ntokens; i++) {
    int f = l->field[i];
    const char *name = f == FIELD_NONE ? layout_name(l, i) : fields[f].name;
    size_t length = f == FIELD_NONE ? l->name_n[i] : strlen(name);
    if (i > l->prefix) {
      if (out) out[n] = ' ';
      n++;
    }
    for (size_t k = 0; out && k < length; k++) out[n + k] = f != FIELD_NONE && name[k] == '_' ? '-' : name[k];
    n += length;
  }
  return n;
}
