/* SPDX-License-Identifier: MIT */
/*
** Most bytes are those of texts, so that a text decides the speed.  Its end is looked for 32 bytes
** at a time, and what lies before it is copied at once:
**
**     "message":"2 123456789010 eni-1 10.0.0.1 ...","timestamp"
**               |------ plain bytes, one copy ----|  the quote ends it; a backslash is decoded, and
**                                                    the copy goes on behind it
**
** Where the bytes at hand end within a token, the feed is refilled, and the token goes on: only a
** word and an escape must be at hand as a whole, and they are short.
*/
#include "container/json_scan.h"

#include <string.h>

#include "base/chars.h"
#include "base/mem.h"
#include "base/number.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

void json_scan_start(struct json_scan *s, struct feed *feed, const struct stop *stop) {
  memset(s, 0, sizeof *s);
  s->feed = feed;
  s->stop = stop;
}

/* --- faults ------------------------------------------------------------------------------------------------------ */

int json_scan_fail(struct json_scan *s, const struct err *e) {
  if (s->fault == JSON_FAULT_FAILED) return 0;
  s->fault = JSON_FAULT_FAILED;
  s->e = *e;
  return 0;
}

static int no_memory(struct json_scan *s) {
  struct err e = {0};
  err_nomem(&e);
  return json_scan_fail(s, &e);
}

int json_scan_malformed(struct json_scan *s, const char *words) {
  if (s->fault) return 0;
  s->fault = JSON_FAULT_MALFORMED;
  err_set(&s->e, ERR_FORMAT, 0, "%s", words);
  return 0;
}

/* The bytes have ended within a value. */
static int cut(struct json_scan *s) {
  if (s->fault) return 0;
  s->fault = JSON_FAULT_CUT;
  err_set(&s->e, ERR_DAMAGED, 0, "is cut off: a JSON object or array has no end");
  return 0;
}

int json_scan_wrong(struct json_scan *s, int byte, const char *due) {
  if (byte == JSON_SCAN_END) return cut(s);
  if (s->fault) return 0;
  s->fault = JSON_FAULT_MALFORMED;
  err_set(&s->e, ERR_FORMAT, 0,
          byte > ' ' && byte < 0x7f ? "is no JSON: '%c' stands where %s" : "is no JSON: byte 0x%02x stands where %s",
          (unsigned)byte, due);
  return 0;
}

int json_scan_more(struct json_scan *s) {
  struct err e = {0};
  if (s->fault) return 0;
  if (stop_check(s->stop, &e)) return json_scan_fail(s, &e);
  s->refills++;
  if (feed_more(s->feed)) return 1;
  return s->feed->failed.code ? json_scan_fail(s, &s->feed->failed) : 0;
}

/* Are n bytes at hand, after a refill if need be?  n is small. */
static int has(struct json_scan *s, ptrdiff_t n) {
  while (s->feed->end - s->feed->p < n)
    if (!json_scan_more(s)) return 0;
  return 1;
}

int json_scan_byte_behind(struct json_scan *s) {
  struct feed *f = s->feed;
  s->after_lf = 0;
  for (;;) {
    for (; f->p < f->end && char_is_space(*f->p); f->p++) s->after_lf = *f->p == '\n';
    if (f->p < f->end) return (unsigned char)*f->p;
    if (!json_scan_more(s)) return JSON_SCAN_END;
  }
}

/* --- texts ------------------------------------------------------------------------------------------------------- */

#if defined(__SSE2__)

/* Which of the 16 bytes at p end a run of plain bytes: bit i stands for byte i. */
static inline uint32_t marks(const char *p) {
  __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
  __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"')), back = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
  __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);
  return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, back), control));
}

static size_t plain(const char *p, size_t n) {
  for (size_t i = 0; i < n; i += 32) {
    uint32_t m = marks(p + i) | marks(p + i + 16) << 16;
    if (m) return i + (size_t)__builtin_ctz(m);
  }
  return n;
}

#elif defined(__aarch64__)

static size_t plain(const char *p, size_t n) {
  for (size_t i = 0; i < n; i += 16) {
    uint8x16_t v = vld1q_u8((const uint8_t *)p + i);
    uint8x16_t m =
        vorrq_u8(vorrq_u8(vceqq_u8(v, vdupq_n_u8('"')), vceqq_u8(v, vdupq_n_u8('\\'))), vcltq_u8(v, vdupq_n_u8(' ')));
    uint64_t bits = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(m), 4)), 0);
    if (bits) return i + (size_t)__builtin_ctzll(bits) / 4;
  }
  return n;
}

#else

static size_t plain(const char *p, size_t n) {
  size_t i = 0;
  while (i < n && p[i] != '"' && p[i] != '\\' && (unsigned char)p[i] >= ' ') i++;
  return i;
}

#endif

size_t json_scan_plain(const char *p, size_t n) {
  size_t found = plain(p, n);
  return found < n ? found : n;
}

/* Makes room for n more bytes, as far as there may be. */
static int text_grow(struct json_text *t, size_t n) {
  size_t want = n < t->max - t->n ? t->n + n : t->max;
  return want <= t->cap || !mem_grow(&t->p, &t->cap, want, 4096, 1);
}

int json_text_add(struct json_text *t, const char *p, size_t n) {
  if (n > t->cap - t->n) {
    if (t->cap < t->max && !text_grow(t, n)) return 0;
    size_t room = (t->cap < t->max ? t->cap : t->max) - t->n;
    if (n > room) t->is_cut = 1, n = room;
  }
  if (n) memcpy(t->p + t->n, p, n);
  t->n += n;
  return 1;
}

/* The four hexadecimal digits at p, or -1. */
static int hex4(const char *p) {
  int value = 0;
  for (int i = 0; i < 4; i++) {
    int digit = char_hex(p[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/* Writes a character as UTF-8.  Half of a pair becomes three bytes that are not UTF-8, for who reads the text to see. */
static size_t put_utf8(char *out, int c) {
  unsigned u = (unsigned)c;
  if (u < 0x80) return out[0] = (char)u, 1;
  if (u < 0x800) return out[0] = (char)(0xc0 | u >> 6), out[1] = (char)(0x80 | (u & 0x3f)), 2;
  size_t n = 0;
  if (u < 0x10000) out[n++] = (char)(0xe0 | u >> 12);
  else out[n++] = (char)(0xf0 | u >> 18), out[n++] = (char)(0x80 | (u >> 12 & 0x3f));
  out[n++] = (char)(0x80 | (u >> 6 & 0x3f));
  out[n++] = (char)(0x80 | (u & 0x3f));
  return n;
}

/* The character of \uXXXX at the next byte, and of a second one that completes a pair; -1: a fault. */
static int unicode(struct json_scan *s) {
  int c = has(s, 6) ? hex4(s->feed->p + 2) : -1;
  if (c < 0)
    return s->feed->end - s->feed->p < 6 ? cut(s) : json_scan_malformed(s, "has a \\u without four digits"), -1;
  s->feed->p += 6;
  if (c < 0xd800 || c > 0xdbff || !has(s, 6) || memcmp(s->feed->p, "\\u", 2)) return c;
  int low = hex4(s->feed->p + 2);
  if (low < 0xdc00 || low > 0xdfff) return c;
  s->feed->p += 6;
  return 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
}

/* Takes the escape at the next byte. */
static int escape(struct json_scan *s, struct json_text *t) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  char out[4];
  size_t n = 1;
  if (!has(s, 2)) return cut(s);
  const char c = s->feed->p[1], *known = c ? strchr(from, c) : NULL;
  if (c == 'u') {
    int character = unicode(s);
    if (s->fault) return 0;
    n = put_utf8(out, character);
    if (t && !character) t->has_nul = 1;
  } else if (known) {
    out[0] = to[known - from];
    s->feed->p += 2;
  } else {
    return json_scan_malformed(s, "is no JSON: a backslash stands before a character that is not escaped");
  }
  if (t) t->has_escape = 1;
  return !t || json_text_add(t, out, n) || no_memory(s);
}

/* A byte below ' ' within a text.  A line break shows that the text has no end. */
static int control(struct json_scan *s, struct json_text *t) {
  char c = *s->feed->p;
  if (c == '\n' || c == '\r') return json_scan_malformed(s, "is no JSON: a line ends within a text");
  if (t && !c) t->has_nul = 1;
  if (t && !json_text_add(t, &c, 1)) return no_memory(s);
  s->feed->p++;
  return 1;
}

int json_scan_text(struct json_scan *s, struct json_text *t) {
  struct feed *f = s->feed;
  for (;;) {
    size_t n = json_scan_plain(f->p, (size_t)(f->end - f->p));
    if (t && !json_text_add(t, f->p, n)) return no_memory(s);
    f->p += n;
    if (f->p == f->end) {
      if (!json_scan_more(s)) return cut(s);
    } else if (*f->p == '"') {
      f->p++;
      return 1;
    } else if (*f->p == '\\' ? !escape(s, t) : !control(s, t)) {
      return 0;
    }
  }
}

/* --- words, and values that are passed over ---------------------------------------------------------------------- */

static size_t digits(const char *p, const char *end) {
  const char *q = p;
  while (q < end && char_is_digit(*q)) q++;
  return (size_t)(q - p);
}

/* -12.5e+3 and so on. */
static int is_number(const char *p, size_t n) {
  const char *end = p + n;
  if (p < end && *p == '-') p++;
  size_t k = digits(p, end);
  if (!k || (k > 1 && *p == '0')) return 0;
  p += k;
  if (p < end && *p == '.') {
    k = digits(++p, end);
    if (!k) return 0;
    p += k;
  }
  if (p < end && (*p == 'e' || *p == 'E')) {
    p++;
    if (p < end && (*p == '+' || *p == '-')) p++;
    k = digits(p, end);
    if (!k) return 0;
    p += k;
  }
  return p == end;
}

static int is_word(const char *p, size_t n) {
  return is_number(p, n) || (n == 4 && (!memcmp(p, "null", 4) || !memcmp(p, "true", 4))) ||
         (n == 5 && !memcmp(p, "false", 5));
}

static int is_word_byte(char c) { return char_is_alnum(c) || c == '-' || c == '+' || c == '.'; }

int json_scan_word(struct json_scan *s, const char **p, size_t *n) {
  int c = json_scan_byte(s);
  if (c == JSON_SCAN_END || !is_word_byte((char)c)) return json_scan_wrong(s, c, "a value should be");
  if (!has(s, JSON_SCAN_WORD + 1) && s->fault) return 0;
  const char *q = *p = s->feed->p;
  uint32_t others = ~number_digits(q) & 0xffff;
  if (others && s->feed->end - q > 16 && c != '0') { /* digits, as most words are, or a part of something else */
    q += __builtin_ctz(others);
    if (q > *p && !is_word_byte(*q)) return *n = (size_t)(q - *p), s->feed->p = q, 1;
  }
  while (q < s->feed->end && is_word_byte(*q)) q++;
  *n = (size_t)(q - *p);
  if (q == s->feed->end && s->feed->at_end) return cut(s); /* a word may go on behind the end */
  if (*n > JSON_SCAN_WORD || !is_word(*p, *n)) return json_scan_wrong(s, c, "a value should be");
  s->feed->p = q;
  return 1;
}

static int skip_name(struct json_scan *s) {
  int c = json_scan_byte(s);
  if (c != '"') return json_scan_wrong(s, c, "a name should be");
  json_scan_take(s);
  if (!json_scan_text(s, NULL)) return 0;
  c = json_scan_byte(s);
  if (c != ':') return json_scan_wrong(s, c, "':' should be");
  json_scan_take(s);
  return 1;
}

/* Lists and objects that are open: a bit of each says that it is an object. */
struct open {
  uint64_t object[JSON_SCAN_DEPTH / 64];
  size_t n;
};

static int is_object(const struct open *o) { return o->object[(o->n - 1) / 64] >> (o->n - 1) % 64 & 1; }

/* Takes '{' or '['. */
static int open_one(struct json_scan *s, struct open *o, int c) {
  if (o->n == JSON_SCAN_DEPTH)
    return json_scan_malformed(s, "has lists and objects more than 1024 deep in one another");
  uint64_t bit = UINT64_C(1) << o->n % 64;
  o->object[o->n / 64] = (o->object[o->n / 64] & ~bit) | (c == '{' ? bit : 0);
  o->n++;
  json_scan_take(s);
  return 1;
}

/* Behind a value: closes what ends there.  1: another value follows, or the outermost one has ended. */
static int skip_ends(struct json_scan *s, struct open *o) {
  while (o->n) {
    int c = json_scan_byte(s);
    if (c != ',' && c != (is_object(o) ? '}' : ']'))
      return json_scan_wrong(s, c, is_object(o) ? "',' or '}' should be" : "',' or ']' should be");
    json_scan_take(s);
    if (c == ',') return !is_object(o) || skip_name(s);
    o->n--;
  }
  return 1;
}

int json_scan_skip(struct json_scan *s) {
  struct open o = {.n = 0};
  do {
    const char *p;
    size_t n;
    int c = json_scan_byte(s);
    if (c == '"') {
      json_scan_take(s);
      if (!json_scan_text(s, NULL)) return 0;
    } else if (c == '{' || c == '[') {
      if (!open_one(s, &o, c)) return 0;
      int empty = json_scan_byte(s) == (c == '{' ? '}' : ']');
      if (!empty && c == '{' && !skip_name(s)) return 0;
      if (!empty) continue;
    } else if (!json_scan_word(s, &p, &n)) {
      return 0;
    }
    if (!skip_ends(s, &o)) return 0;
  } while (o.n);
  return 1;
}

int json_scan_resync(struct json_scan *s) {
  struct feed *f = s->feed;
  int at_line = s->after_lf;
  if (s->fault == JSON_FAULT_FAILED) return 0;
  s->fault = JSON_FAULT_NONE;
  memset(&s->e, 0, sizeof s->e);
  for (;;) {
    if (f->p == f->end && !json_scan_more(s)) return 0;
    if (at_line && *f->p == '{') return 1;
    const char *lf = memchr(f->p, '\n', (size_t)(f->end - f->p));
    at_line = lf != NULL;
    f->p = lf ? lf + 1 : f->end;
  }
}
