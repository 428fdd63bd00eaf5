/* SPDX-License-Identifier: MIT */
/*
** The tokens of JSON, taken from the bytes of a file as they come.
**
** Nothing is kept but what the caller asks for: a value of any size takes no more memory than the
** feed.  A text without escapes is copied as a whole.  White space between tokens is passed over.
**
** Call order: json_scan_start(), then the functions in the order of the tokens.  Each of them
** returns 1, or 0 when there is a fault; s->fault and s->e then say what is wrong, and the next byte
** is the one at which it was found.  json_scan_resync() looks for a place to go on.  One thread at a
** time may use a scan; `stop` is asked in it.
*/
#ifndef CONTAINER_JSON_SCAN_H
#define CONTAINER_JSON_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/stop.h"
#include "container/feed.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define JSON_SCAN_DEPTH 1024 /* lists and objects in one another that json_scan_skip() follows */
#define JSON_SCAN_WORD  63   /* bytes of a number at most */
#define JSON_SCAN_END   (-1) /* json_scan_byte(): nothing follows */

enum json_fault {
  JSON_FAULT_NONE,
  JSON_FAULT_CUT,       /* the bytes end within a value */
  JSON_FAULT_MALFORMED, /* these bytes are no JSON */
  JSON_FAULT_FAILED,    /* reading has failed, the owner wants to stop, or there is no memory */
};

struct json_scan {
  struct feed *feed; /* not owned */
  const struct stop *stop;
  enum json_fault fault;
  struct err e;
  int after_lf; /* the next byte is the first of its line */
  int refills;  /* of the feed; for the owner, who sets it to 0 */
};

/* Where a text goes. */
struct json_text {
  char *p;         /* n bytes */
  size_t n;        /* so many; a text is put behind those that are there */
  size_t cap, max; /* room at p; if that is less than max, it grows, and p must come from mem_alloc() */
  int is_cut;      /* there was more than fits into max bytes */
  int has_nul;     /* one of the bytes is NUL */
  int has_escape;  /* one of the bytes was escaped */
};

/* Begins.  stop must outlive the scan. */
void json_scan_start(struct json_scan *s, struct feed *feed, const struct stop *stop);

/* Refills the feed.  0: there is nothing more, or there is a fault. */
int json_scan_more(struct json_scan *s);

/* The same as json_scan_byte(), which calls it. */
int json_scan_byte_behind(struct json_scan *s);

/* The next byte that is no white space, which is not taken; JSON_SCAN_END at the end, or for a fault. */
static inline int json_scan_byte(struct json_scan *s) {
  const struct feed *f = s->feed;
  if (f->p == f->end || (unsigned char)*f->p <= ' ') return json_scan_byte_behind(s);
  s->after_lf = 0;
  return (unsigned char)*f->p;
}

/* Takes the byte that json_scan_byte() has returned. */
static inline void json_scan_take(struct json_scan *s) { s->feed->p++; }

/*
** The byte that json_scan_byte() has returned is wrong; `due` says what should be there.  Returns 0,
** as do the two functions below.
*/
int json_scan_wrong(struct json_scan *s, int byte, const char *due);

/* There is a fault for another reason, which `words` gives. */
int json_scan_malformed(struct json_scan *s, const char *words);

/* Work cannot go on. */
int json_scan_fail(struct json_scan *s, const struct err *e);

/* Reads a text, whose quote has been taken, up to and with its closing quote.  t may be NULL. */
int json_scan_text(struct json_scan *s, struct json_text *t);

#define JSON_SHORT 32 /* bytes of a short text */

/*
** The same for a text of less than JSON_SHORT plain bytes, if it is one that is at hand: writes
** JSON_SHORT bytes to `to`, and returns its length; -1, with nothing taken, if json_scan_text() is due.
** Most names and values are short.
*/
static inline int json_scan_short(struct json_scan *s, char *to) {
#if defined(__SSE2__)
  const char *p = s->feed->p;
  if (s->feed->end - p < JSON_SHORT) return -1;
  const __m128i quote = _mm_set1_epi8('"'), back = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);
  __m128i a = _mm_loadu_si128((const __m128i *)(const void *)p);
  __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(p + 16));
  __m128i a_odd = _mm_or_si128(_mm_cmpeq_epi8(a, back), _mm_cmpeq_epi8(_mm_min_epu8(a, control), a));
  __m128i b_odd = _mm_or_si128(_mm_cmpeq_epi8(b, back), _mm_cmpeq_epi8(_mm_min_epu8(b, control), b));
  uint32_t quotes = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(a, quote)) |
                    (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(b, quote)) << 16;
  uint32_t odd = (uint32_t)_mm_movemask_epi8(a_odd) | (uint32_t)_mm_movemask_epi8(b_odd) << 16;
  if (!quotes || (odd & (quotes ^ (quotes - 1)))) return -1;
  _mm_storeu_si128((__m128i *)(void *)to, a);
  _mm_storeu_si128((__m128i *)(void *)(to + 16), b);
  int n = __builtin_ctz(quotes);
  s->feed->p = p + n + 1;
  return n;
#else
  (void)s, (void)to;
  return -1;
#endif
}

/*
** Reads a number, true, false or null.  *p and *n are valid until the next call; JSON_SCAN_WORD
** bytes may be read from *p on.
*/
int json_scan_word(struct json_scan *s, const char **p, size_t *n);

/* Reads a value of any kind, and keeps nothing of it. */
int json_scan_skip(struct json_scan *s);

/*
** Removes the fault, and passes over all bytes up to the next line that begins with '{'.  0: there
** is none, or there is another fault.
*/
int json_scan_resync(struct json_scan *s);

/* Appends n bytes.  0: there is no memory. */
int json_text_add(struct json_text *t, const char *p, size_t n);

/*
** How many of the n bytes at p, from the first on, are none of '"', '\\', and control characters.
** FEED_PADDING bytes may be read behind them.
*/
size_t json_scan_plain(const char *p, size_t n);

#endif
