/* SPDX-License-Identifier: MIT */
/*
** Checking.  The checks are exact about numbers, actions and states.  Of an address they look only
** at the letters, the length, and whether there is a dot or a colon.  That is enough to notice a
** column that is not where it should be, which is the purpose of the checks.
**
** There are two of them.  record_check() looks at each token's text and is exact.  Before it,
** fits_for_certain() looks at the classes that the splitter has found (see tokens.h), 28 tokens at
** a time, and says yes to nearly all lines of real files.  It may say no to a line that fits, as
** when a number has zeros in front, and then record_check() decides.
**
** Storing.  The room that a row may need is reserved once, so that nothing below record_store()
** has to look whether there is room.  Addresses are first stored as they stand, and then once more
** in the one spelling if the window has a ':', so that IPv4 costs nothing.
*/
#include "record/record.h"

#include <string.h>

#include "base/calendar.h"
#include "base/number.h"
#include "base/printable.h"
#include "base/utf8.h"
#include "record/address.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define MISSING(p, n) ((n) == 1 && *(p) == '-')

#define ADDRESSES_TEXT (4 * IP_TEXT) /* of the four fields of KIND_ADDR */

/*
** Bytes of text that one row can need, as room() computes them, and those that problems of one
** window can need.
*/
#define ROW_TEXT_MAX      (4 * RECORD_MAX_BYTES + ADDRESSES_TEXT + 2 * LAYOUT_TEXT + 12 * LAYOUT_TOKENS + RECORD_NAMES_TEXT)
#define PROBLEMS_TEXT_MAX (BATCH_WINDOW * 2 * ERR_TEXT)
#define PATH_TEXT_MAX     (PATH_FIELDS * PATH_FIELD_BYTES)

_Static_assert((uint64_t)BATCH_ROWS *ROW_TEXT_MAX + PROBLEMS_TEXT_MAX + PATH_TEXT_MAX + BATCH_COPY < BATCH_TEXT_MAX,
               "the text of a full batch of the longest lines has offsets of 32 bits");

const char *record_control(const char *p, size_t n) {
  for (; n > 0; p++, n--)
    if (printable_control(p, n) && *p != '\t' && *p != '\r') return p;
  return NULL;
}

const char *record_odd_byte(const char *p, size_t n) {
  const char *control = record_control(p, n);
  if (control) return control;
  size_t valid = utf8_valid(p, n);
  return valid < n ? p + valid : NULL;
}

/* Three dots and otherwise digits, in 7 to 15 bytes, as nearly all addresses in flow logs are. */
static int is_dotted(const char *p, size_t n) {
  if (n < 7 || n > 15) return 0;
  uint32_t dots = number_equal(p, '.') & number_mask(n);
  uint32_t two = dots & (dots - 1), one = two & (two - 1);
  return one && !(one & (one - 1)) && ((dots | number_digits(p)) & number_mask(n)) == number_mask(n);
}

int record_is_address(const char *p, size_t n) {
  int has_mark = 0;
  if (n < 2 || n > 45) return 0;
  for (size_t i = 0; i < n; i++) {
    char c = p[i];
    if (c == '.' || c == ':') has_mark = 1;
    else if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) return 0;
  }
  return has_mark;
}

/*
** Both comparisons are always made, because a branch on which of the two it is could not be
** predicted.
*/
static int is_action(const char *p, size_t n) {
  return n == 6 && ((memcmp(p, "ACCEPT", 6) == 0) | (memcmp(p, "REJECT", 6) == 0));
}

static int is_status(const char *p, size_t n) {
  return (n == 2 && !memcmp(p, "OK", 2)) || (n == 6 && !memcmp(p, "NODATA", 6)) ||
         (n == 8 && !memcmp(p, "SKIPDATA", 8));
}

/* 2024-05-01T00:00:00.000Z with any number of decimals, or 13 digits of milliseconds. */
int record_is_prefix(const char *p, size_t n) {
  static const char shape[] = "dddd-dd-ddTdd:dd:dd";
  int unused;
  if (n == 13) return calendar_digits(p, 9, &unused) && calendar_digits(p + 9, 4, &unused);
  if (n < sizeof shape || p[n - 1] != 'Z') return 0;
  for (size_t i = 0; i < sizeof shape - 1; i++)
    if (shape[i] == 'd' ? p[i] < '0' || p[i] > '9' : p[i] != shape[i]) return 0;
  if (n == sizeof shape) return 1;
  if (p[sizeof shape - 1] != '.' || n == sizeof shape + 1) return 0;
  for (size_t i = sizeof shape; i < n - 1; i++)
    if (p[i] < '0' || p[i] > '9') return 0;
  return 1;
}

/*
** Digits that are at most the maximum of their kind.  Only many digits can be more, of which a
** number that is not larger has zeros in front.
*/
static inline int is_number(enum kind kind, const char *p, size_t n) {
  return number_fits(p, n) && (n <= KIND_TIME_DIGITS || number_value(p, n) <= kind_max(kind));
}

static int fits(enum kind kind, const char *p, size_t n) {
  switch (kind) {
  case KIND_TEXT: return 1;
  case KIND_INT:
  case KIND_TIME:
  case KIND_COUNT: return is_number(kind, p, n) || MISSING(p, n);
  case KIND_ADDR: return is_dotted(p, n) || MISSING(p, n) || record_is_address(p, n);
  case KIND_ACTION: return is_action(p, n) || MISSING(p, n);
  case KIND_STATUS: return is_status(p, n) || MISSING(p, n);
  case KIND_PREFIX: return record_is_prefix(p, n);
  }
  return 0;
}

int record_value_fits(enum kind kind, const char *p, size_t n) { return fits(kind, p, n); }

int record_check(const struct layout *l, const struct line *line) {
  size_t n;
  if (line->count != l->ntokens) return RECORD_COUNT;
  for (uint32_t i = 0; i < l->nints; i++) { /* numbers first: most tokens are numbers, and this loop has no switch */
    const char *p = token_text(line, l->ints[i], &n);
    if (!is_number(fields[l->field[l->ints[i]]].kind, p, n) && !MISSING(p, n)) return (int)l->ints[i];
  }
  for (uint32_t i = 0; i < l->nchecks; i++) {
    const char *p = token_text(line, l->check[i].token, &n);
    if (!fits((enum kind)l->check[i].kind, p, n)) return (int)l->check[i].token;
  }
  return RECORD_FITS;
}

#if defined(__x86_64__)

/*
** Is it ACCEPT or REJECT, with one separator after it?  at[0] is where the token begins, at[1]
** where the next one does.
*/
static int is_plain_action(const char *text, const uint32_t *at) {
  uint64_t x, accept, reject;
  memcpy(&x, text + at[0], 8);
  memcpy(&accept, "ACCEPT\0\0", 8);
  memcpy(&reject, "REJECT\0\0", 8);
  x &= UINT64_C(0xffffffffffff);
  return at[1] - at[0] == 7 && ((x == accept) | (x == reject));
}

static int is_plain_ok(const char *text, const uint32_t *at) {
  return at[1] - at[0] == 3 && !memcmp(text + at[0], "OK", 2);
}

/*
** Is there a '.' or ':' among the first five bytes, as in 10.0.0.1 and 2001:db8::1?  The token is
** of TOKENS_ADDRESS.  Of the bytes that such a token and the separators after it can have, only
** these two have all of the bits 0x02, 0x08 and 0x20, which the shifts bring into one place.  The
** look at the second byte excludes a token that is a mark alone, with several separators after it.
*/
static int has_mark(const char *text, const uint32_t *at) {
  uint64_t x;
  memcpy(&x, text + at[0], sizeof x);
  return at[1] - at[0] > 5 && (x >> 8 & 0xff) > ' ' && (x & x >> 2 & x >> 4 & UINT64_C(0x0202020202)) != 0;
}

static int is_dash(const char *text, const uint32_t *at) { return at[1] - at[0] == 2 && text[at[0]] == '-'; }

/*
** Are all numbers and addresses right, as far as their classes and the places where they begin can
** tell?
*/
__attribute__((target("avx2"))) static int has_classes(const struct layout *l, const struct tokens *t,
                                                       const uint32_t *at) {
  __m256i over = _mm256_setzero_si256();
  uint32_t first = (uint32_t)(at - t->at);
  for (uint32_t i = 0; i < l->ntokens; i += 8) {
    __m256i begin = _mm256_loadu_si256((const __m256i *)(const void *)(at + i));
    __m256i next = _mm256_loadu_si256((const __m256i *)(const void *)(at + i + 1));
    __m256i reach = _mm256_loadu_si256((const __m256i *)(const void *)(l->reach + i));
    over = _mm256_or_si256(over, _mm256_cmpgt_epi32(_mm256_sub_epi32(next, begin), reach));
  }
  if (!_mm256_testz_si256(over, over)) return 0;
  for (uint32_t g = 0, k = 0; k < l->ntokens; g++, k += TOKENS_GROUP)
    for (uint64_t wrong = l->class[g] & ~tokens_classes(t, first + k); wrong; wrong &= wrong - 1)
      if (!is_dash(t->text, at + k + (uint32_t)__builtin_ctzll(wrong) / 2)) return 0;
  for (uint32_t i = 0; i < l->naddrs; i++)
    if (!has_mark(t->text, at + l->addrs[i])) return 0;
  return 1;
}

/* 1: the line fits.  0: it may fit all the same, which record_check() decides. */
static int fits_for_certain(const struct layout *l, const struct tokens *t, const struct line *line) {
  int action = l->token[FIELD_action], status = l->token[FIELD_log_status];
  return line->count == l->ntokens && !l->prefix && has_classes(l, t, line->at) &&
         (action == LAYOUT_ABSENT || is_plain_action(line->text, line->at + action)) &&
         (status == LAYOUT_ABSENT || is_plain_ok(line->text, line->at + status));
}

#else

static int fits_for_certain(const struct layout *l, const struct tokens *t, const struct line *line) {
  (void)l, (void)t, (void)line;
  return 0;
}

#endif

int record_line_fits(const struct layout *l, const struct tokens *t, const struct line *line) {
  if (t->classified && fits_for_certain(l, t, line)) return 1;
  return record_check(l, line) == RECORD_FITS;
}

void record_show(const char *p, size_t n, size_t most, char *out) {
  size_t k = utf8_cut(p, n, most);
  memcpy(out, p, k);
  printable_replace(out, k);
  memcpy(out + k, n > k ? "..." : "", n > k ? 4 : 1);
}

/* Says which unit a time has that is too large for seconds, if its digits tell. */
static const char *too_fine(const char *p, size_t n) {
  if (!number_fits(p, n)) return "";
  switch (n) {
  case 13: return "; it looks like milliseconds, and flow logs have seconds";
  case 16: return "; it looks like microseconds, and flow logs have seconds";
  case 19: return "; it looks like nanoseconds, and flow logs have seconds";
  default: return "";
  }
}

void record_explain(const struct layout *l, int result, const struct line *line, char out[ERR_TEXT]) {
  static const char *const wanted[] = {
      [KIND_TEXT] = "a text",
      [KIND_INT] = "a number from 0 to 9223372036854775807",
      [KIND_TIME] = "a number from 0 to 99999999999",
      [KIND_COUNT] = "a number from 0 to 999999999999999",
      [KIND_ADDR] = "an IP address",
      [KIND_ACTION] = "ACCEPT or REJECT",
      [KIND_STATUS] = "OK, NODATA or SKIPDATA",
      [KIND_PREFIX] = "the time that stands before the file's other lines",
  };
  char token[44];
  if (result == RECORD_COUNT) {
    uint32_t found = line->count - (l->prefix && line->count);
    err_print(out, "has %u field%s where the file's format has %u", (unsigned)found, found == 1 ? "" : "s",
              (unsigned)(l->ntokens - l->prefix));
    return;
  }
  uint32_t k = (uint32_t)result;
  enum kind kind = l->field[k] == FIELD_NONE ? KIND_PREFIX : fields[l->field[k]].kind;
  size_t n;
  const char *p = token_text(line, k, &n);
  record_show(p, n, sizeof token - 4, token);
  err_print(out, "%s is '%s', not %s%s", l->field[k] == FIELD_NONE ? "the first token" : fields[l->field[k]].name,
            token, wanted[kind], kind == KIND_TIME ? too_fine(p, n) : "");
}

/* A column that the layout lacks and the path gives: all rows share one text. */
static enum err_code add_constant(struct projection *p, const struct path_fields *path, int k, struct batch *b,
                                  struct err *e) {
  const struct path_field *field = &path->item[k];
  if (!b->path_cell[k]) {
    if (batch_reserve(b, field->n, e)) return e->code;
    b->path_cell[k] = batch_put(b, field->text, field->n);
  }
  p->constant[p->nconstants].column = (uint8_t)field->field;
  p->constant[p->nconstants++].cell = b->path_cell[k];
  b->has[field->field] = 1;
  return ERR_NONE;
}

enum err_code projection_init(struct projection *p, const struct layout *l, const struct path_fields *path,
                              struct batch *b, struct err *e) {
  p->nitems = p->nconstants = p->nmissing = 0;
  for (int f = 0; f < FIELD_COUNT; f++) {
    b->has[f] = b->cell[f] && l->token[f] != LAYOUT_ABSENT;
    if (!b->has[f]) continue;
    struct projection_item *item = &p->item[p->nitems++];
    item->token = (uint16_t)l->token[f];
    item->column = (uint8_t)f;
    item->is_int = (uint8_t)kind_is_int(fields[f].kind);
  }
  for (int k = 0; k < path->n; k++) {
    int f = path->item[k].field;
    if (b->cell[f] && !b->has[f] && add_constant(p, path, k, b, e)) return e->code;
  }
  p->raw = b->has[COLUMN_RAW] = b->cell[COLUMN_RAW] != NULL;
  p->extra = b->has[COLUMN_EXTRA] = b->cell[COLUMN_EXTRA] && l->nunknown > 0;
  p->has_more = p->raw || p->extra || p->nconstants;
  return ERR_NONE;
}

void projection_continue(struct projection *p, struct batch *b, const uint8_t had[COLUMN_COUNT]) {
  for (int c = 0; c < COLUMN_COUNT; c++) {
    for (uint32_t row = 0; b->has[c] && !had[c] && row < b->nrows; row++) b->cell[c][row] = BATCH_NULL;
    if (had[c] && !b->has[c]) p->missing[p->nmissing++] = (uint8_t)c;
    b->has[c] |= had[c];
  }
  if (p->nmissing) p->has_more = 1;
}

/* Appends a JSON string; there is room for 2 n + 2 bytes. */
static void put_json(struct batch *b, const char *p, size_t n, int is_name) {
  char *out = b->text + b->text_used;
  *out++ = '"';
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)p[i];
    if (c == '"' || c == '\\') *out++ = '\\';
    *out++ = is_name && c == '-' ? '_' : (char)c; /* lines have no control characters to escape */
  }
  *out++ = '"';
  b->text_used = (size_t)(out - b->text);
}

static void put_char(struct batch *b, char c) { b->text[b->text_used++] = c; }

/*
** Appends the unknown fields as a JSON object whose values are texts, or null where `-` stands;
** returns its cell.
*/
static uint64_t put_extra(const struct layout *l, const struct line *line, struct batch *b) {
  size_t begin = b->text_used;
  for (uint32_t i = 0; i < l->nunknown; i++) {
    uint32_t k = l->unknown[i];
    size_t n;
    const char *p = token_text(line, k, &n);
    put_char(b, i ? ',' : '{');
    put_json(b, layout_name(l, k), l->name_n[k], 1);
    put_char(b, ':');
    if (MISSING(p, n)) {
      memcpy(b->text + b->text_used, "null", 4);
      b->text_used += 4;
    } else {
      put_json(b, p, n, 0);
    }
  }
  put_char(b, '}');
  return (uint64_t)(b->text_used - begin) << 32 | begin;
}

/*
** Bytes of text that a row may need: each token once, addresses once more in the spelling that
** they have for SQL, the line itself, and the unknown fields with escapes.
*/
static size_t room(const struct projection *p, const struct layout *l, size_t line_n) {
  return line_n * (1u + p->raw) + ADDRESSES_TEXT + (p->extra ? 2 * (line_n + l->text_n) + 12u * l->nunknown : 0);
}

/*
** Replaces the tokens that were put into the batch for addresses, where an address has another
** spelling.
*/
static void spell_addresses(const struct projection *p, const struct line *line, struct batch *b, uint32_t row) {
  for (uint32_t i = 0; i < p->nitems; i++) {
    if (fields[p->item[i].column].kind != KIND_ADDR) continue;
    struct address_room room;
    size_t n;
    const char *token = token_text(line, p->item[i].token, &n), *text = address_spelling(token, &n, &room);
    if (text != token) b->cell[p->item[i].column][row] = batch_put(b, text, n);
  }
}

/*
** Stores what most queries do not name: the line, its unknown fields, what the path of the file
** gives, and the columns of other layouts.
*/
static void store_more(const struct projection *p, const struct layout *l, const struct line *line, struct batch *b) {
  uint32_t row = b->nrows, end = line->end;
  if (end > line->start && line->text[end - 1] == '\r') end--;
  if (p->raw) b->cell[COLUMN_RAW][row] = batch_put(b, line->text + line->start, end - line->start);
  if (p->extra) b->cell[COLUMN_EXTRA][row] = put_extra(l, line, b);
  for (uint32_t i = 0; i < p->nconstants; i++) b->cell[p->constant[i].column][row] = p->constant[i].cell;
  for (uint32_t i = 0; i < p->nmissing; i++) b->cell[p->missing[i]][row] = BATCH_NULL;
}

enum err_code record_store(const struct projection *p, const struct layout *l, const struct line *line, struct batch *b,
                           struct err *e) {
  if (batch_reserve(b, room(p, l, line->end - line->start), e)) return e->code;
  uint32_t row = b->nrows;
  for (uint32_t i = 0; i < p->nitems; i++) {
    size_t n;
    const char *t = token_text(line, p->item[i].token, &n);
    uint64_t *cell = &b->cell[p->item[i].column][row];
    if (MISSING(t, n)) *cell = BATCH_NULL;
    else if (p->item[i].is_int) *cell = number_value(t, n);
    else *cell = batch_put(b, t, n);
  }
  if (line->colons) spell_addresses(p, line, b, row);
  if (p->has_more) store_more(p, l, line, b);
  b->line[row] = line->number;
  b->nrows = row + 1;
  return ERR_NONE;
}
