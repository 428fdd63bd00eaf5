/* SPDX-License-Identifier: MIT */
/*
** 64 bytes become bit masks: separators (including LF), line ends, odd bytes.  A token begins at a
** byte that is not a separator and whose predecessor is one.  With the first byte as the lowest
** bit:
**
**     text        2 123 eni-1 LF
**     separator   01000100000 1      s
**     behind      10100010000 0      s << 1, and 1 for the byte before the text
**     starts      10100010000 0      ~s & behind
**     digit       10111000001 0      d
**     run ends    01000100000 0      ((starts & d) + d), as far as it concerns separators
**
** The positions of the starts are written out several at a time, and more of them than there are.
** The number is counted, and the next block overwrites the rest.  This avoids branches that
** depend on the data, which the processor could not predict.
**
** The masks come from AVX-512 or AVX2 where the processor has it, otherwise from SSE2, which every
** x86-64 has; from NEON on arm64; and from plain C elsewhere.  AVX-512 also writes 16 positions with
** one instruction.
**
** Additions find out what the tokens consist of.  In (starts & digits) + digits, the carry runs
** through every run of digits that begins with a token, and leaves a bit behind the run.  Where
** that bit lies on the end of a token, the token consists of digits alone.  Other runs do not
** change.  The carry goes on from block to block, so a token may lie across two blocks.
*/
#include "record/tokens.h"

#include "base/mem.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* Classes of 64 bytes; bit i stands for byte i. */
struct masks {
  uint64_t separator; /* space, tab, CR, LF */
  uint64_t newline;   /* LF */
  uint64_t digit;     /* 0-9; only splitters that classify set this and `address` */
  uint64_t address;   /* 0-9, a-f, A-F, '.', ':' */
};

/*
** What is somewhere among the bytes so far.  The places do not matter, so it is collected in
** vectors, which is one instruction where a mask would need five.
*/
typedef uint64_t lanes __attribute__((vector_size(32)));
struct seen {
  lanes odd;   /* not 0: a byte below 0x20 that is no separator, or beyond ASCII */
  lanes class; /* the bits COLON: a ':'; the bits DELETE: a byte 0x7f */
};
#define COLON  UINT64_C(0x2020202020202020)
#define DELETE UINT64_C(0x0808080808080808)

/* The state that goes from one block to the next while tokens are classified. */
struct classifier {
  uint8_t *classes;
  uint32_t ended;               /* number of tokens that have ended so far */
  int overflow;                 /* a block had more tokens than fit */
  unsigned char digit, address; /* carries of the additions */
};

enum err_code tokens_init(struct tokens *t, size_t bytes, struct err *e) {
  memset(t, 0, sizeof *t);
  size_t lines = TOKENS_LINES + TOKENS_BLOCK; /* the last block may contain 64 more lines */
  t->newline = mem_alloc(lines * sizeof *t->newline);
  t->ends = mem_alloc(lines * sizeof *t->ends);
  t->at = mem_alloc((bytes / 2 + 3 * TOKENS_BLOCK) * sizeof *t->at);
  t->classes = mem_alloc(bytes / 8 + TOKENS_BLOCK);
  return t->newline && t->ends && t->at && t->classes ? ERR_NONE : err_nomem(e);
}

void tokens_clear(struct tokens *t) {
  mem_free(t->newline);
  mem_free(t->ends);
  mem_free(t->at);
  mem_free(t->classes);
  memset(t, 0, sizeof *t);
}

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE void masks_plain(const char *p, struct masks *m, struct seen *seen) {
  memset(m, 0, sizeof *m);
  for (unsigned i = 0; i < TOKENS_BLOCK; i++) {
    unsigned char c = (unsigned char)p[i];
    uint64_t bit = UINT64_C(1) << i;
    if (c == '\n') m->newline |= bit;
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') m->separator |= bit;
    else if (c < ' ' || c >= 0x80) seen->odd[0] = 1;
    else if (c == ':') seen->class[0] |= COLON;
    else if (c == 0x7f) seen->class[0] |= DELETE;
  }
}

/* Returns the index of the lowest bit; 63 for 0, which has no bit. */
ALWAYS_INLINE uint32_t lowest(uint64_t bits) { return (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63); }

/*
** Writes the positions of the four lowest bits of *bits, plus base, to out, and clears these bits.
*/
ALWAYS_INLINE void put_four(uint64_t *bits, uint32_t base, uint32_t *out) {
  for (int i = 0; i < 4; i++) {
    out[i] = base + lowest(*bits);
    *bits &= *bits - 1;
    __asm__ volatile("" ::: "memory"); /* else compilers collect the four in a vector, which is slower */
  }
}

/*
** Writes the positions of the bits of `bits`, plus base, to out, and returns their number.  It may
** write up to 64 entries whatever the number is.  64 bytes of a flow log have about 8 tokens; up
** to 12 there is no branch that depends on the data.
*/
ALWAYS_INLINE uint32_t put_bits(uint64_t bits, uint32_t base, uint32_t *out) {
  uint32_t count = (uint32_t)__builtin_popcountll(bits);
  put_four(&bits, base, out);
  put_four(&bits, base, out + 4);
  put_four(&bits, base, out + 8);
  for (uint32_t k = 12; k < count; k += 4) put_four(&bits, base, out + k);
  return count;
}

/* Stores the line that ends at the lowest bit of *lf, if there is one, and clears that bit. */
ALWAYS_INLINE uint32_t put_line(struct tokens *t, uint32_t line, uint64_t *lf, uint64_t starts, uint32_t base,
                                uint32_t ntokens) {
  uint64_t up_to = *lf ^ (*lf - 1); /* the LF and all bits below it */
  uint32_t more = *lf != 0;
  t->newline[line] = base + lowest(*lf);
  t->ends[line] = ntokens + (uint32_t)__builtin_popcountll(starts & up_to);
  *lf &= *lf - 1;
  return line + more;
}

/*
** The loop over blocks.  The functions are constants where it is called, so that the compiler
** makes one copy for each way of making masks and inlines them.  classify may be NULL.
*/
ALWAYS_INLINE size_t split(struct tokens *t, const char *text, size_t n,
                           void (*make_masks)(const char *, struct masks *, struct seen *),
                           uint32_t (*put)(uint64_t bits, uint32_t base, uint32_t *out),
                           void (*classify)(struct classifier *, const struct masks *, uint64_t starts,
                                            uint64_t ends)) {
  struct classifier c = {.classes = t->classes};
  if (classify) c.classes[0] = 0; /* classify() combines its first bits with this byte */
  uint32_t nlines = 0, ntokens = 0;
  uint64_t before = 1; /* the byte before the text counts as a separator */
  struct seen seen = {{0}, {0}};
  char tail[TOKENS_BLOCK]; /* the last block, completed with spaces */
  for (size_t base = 0; base < n && nlines < TOKENS_LINES; base += TOKENS_BLOCK) {
    struct masks m;
    const char *block = text + base;
    if (n - base < TOKENS_BLOCK) {
      memset(tail, ' ', sizeof tail);
      block = memcpy(tail, block, n - base);
    }
    make_masks(block, &m, &seen);
    uint64_t behind = m.separator << 1 | before; /* bytes whose predecessor is a separator */
    uint64_t starts = ~m.separator & behind;
    before = m.separator >> 63;
    if (classify) classify(&c, &m, starts, m.separator & ~behind);
    nlines = put_line(t, nlines, &m.newline, starts, (uint32_t)base, ntokens);
    while (m.newline) nlines = put_line(t, nlines, &m.newline, starts, (uint32_t)base, ntokens);
    ntokens += put(starts, (uint32_t)base, t->at + ntokens);
  }
  size_t taken = t->newline[nlines - 1] + 1;
  uint32_t *last = t->at + t->ends[nlines - 1];
  *last = (uint32_t)taken;
  memset(last + 1, 0, TOKENS_SPARE * sizeof *last);
  t->text = text;
  t->nlines = nlines;
  uint64_t class = seen.class[0] | seen.class[1] | seen.class[2] | seen.class[3];
  t->odd = (seen.odd[0] | seen.odd[1] | seen.odd[2] | seen.odd[3] | (class & DELETE)) != 0;
  t->colons = (class & COLON) != 0;
  t->classified = classify && !c.overflow;
  return taken;
}

size_t tokens_split_plain(struct tokens *t, const char *text, size_t n) {
  return split(t, text, n, masks_plain, put_bits, NULL);
}

#if defined(__x86_64__)

ALWAYS_INLINE void masks_sse2(const char *p, struct masks *m, struct seen *seen) {
  const __m128i space = _mm_set1_epi8(' '), tab = _mm_set1_epi8('\t'), cr = _mm_set1_epi8('\r');
  const __m128i lf = _mm_set1_epi8('\n'), colon = _mm_set1_epi8(':'), delete = _mm_set1_epi8(0x7f);
  __m128i odd = _mm_setzero_si128(), colons = odd;
  memset(m, 0, sizeof *m);
  for (int i = 0; i < 4; i++) {
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
    __m128i is_lf = _mm_cmpeq_epi8(v, lf);
    __m128i is_sep = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, space), is_lf),
                                  _mm_or_si128(_mm_cmpeq_epi8(v, tab), _mm_cmpeq_epi8(v, cr)));
    __m128i is_low = _mm_cmplt_epi8(v, space); /* bytes beyond ASCII are negative */
    m->newline |= (uint64_t)(uint32_t)_mm_movemask_epi8(is_lf) << (16 * i);
    m->separator |= (uint64_t)(uint32_t)_mm_movemask_epi8(is_sep) << (16 * i);
    odd = _mm_or_si128(odd, _mm_or_si128(_mm_andnot_si128(is_sep, is_low), _mm_cmpeq_epi8(v, delete)));
    colons = _mm_or_si128(colons, _mm_cmpeq_epi8(v, colon));
  }
  seen->odd[0] |= (uint64_t)(uint32_t)_mm_movemask_epi8(odd);
  seen->class[0] |= _mm_movemask_epi8(colons) ? COLON : 0;
}

size_t tokens_split_sse2(struct tokens *t, const char *text, size_t n) {
  return split(t, text, n, masks_sse2, put_bits, NULL);
}

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

AVX2 static inline uint64_t join(__m256i low, __m256i high) {
  return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

/*
** Indexed by the low half of a byte: the separator with this low half, or else a byte with another
** one, which never equals the byte that is looked up.
*/
#define SEPARATORS ' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0

/*
** Classes of bytes, a bit each: 0x80 digit, 0x40 a-f and A-F, 0x20 ':' (COLON), 0x10 '.', 0x08 the
** byte 0x7f (DELETE); 0 for others.  A line with 0x7f is refused, so it does no harm that it counts
** as a part of an address here.  A byte has the bits that both its low half and its high half have in
** these two tables.  The first one gives 0 for bytes beyond ASCII, because the instruction does so
** when the highest bit is set.
*/
#define CLASSES_BY_LOW  -128, -64, -64, -64, -64, -64, -64, -128, -128, -128, 0x20, 0, 0, 0, 0x10, 0x08
#define CLASSES_BY_HIGH 0, 0, 0x10, -96, 0x40, 0, 0x40, 0x08, 0, 0, 0, 0, 0, 0, 0, 0
AVX2 static inline __m256i classes_avx2(__m256i v) {
  const __m256i by_low = _mm256_broadcastsi128_si256(_mm_setr_epi8(CLASSES_BY_LOW));
  const __m256i by_high = _mm256_broadcastsi128_si256(_mm_setr_epi8(CLASSES_BY_HIGH));
  __m256i high = _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(0x0f));
  return _mm256_and_si256(_mm256_shuffle_epi8(by_low, v), _mm256_shuffle_epi8(by_high, high));
}

AVX2 static inline void masks_avx2(const char *p, struct masks *m, struct seen *seen) {
  const __m256i separators = _mm256_broadcastsi128_si256(_mm_setr_epi8(SEPARATORS));
  const __m256i lf = _mm256_set1_epi8('\n'), space = _mm256_set1_epi8(' ');
  __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
  __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
  __m256i a_sep = _mm256_cmpeq_epi8(a, _mm256_shuffle_epi8(separators, a));
  __m256i b_sep = _mm256_cmpeq_epi8(b, _mm256_shuffle_epi8(separators, b));
  /* bytes beyond ASCII are negative here, so that one comparison finds them and the control bytes */
  __m256i a_low = _mm256_cmpgt_epi8(space, a), b_low = _mm256_cmpgt_epi8(space, b);
  __m256i a_class = classes_avx2(a), b_class = classes_avx2(b), zero = _mm256_setzero_si256();
  m->newline = join(_mm256_cmpeq_epi8(a, lf), _mm256_cmpeq_epi8(b, lf));
  m->separator = join(a_sep, b_sep);
  seen->odd |= (lanes)_mm256_or_si256(_mm256_andnot_si256(a_sep, a_low), _mm256_andnot_si256(b_sep, b_low));
  seen->class |= (lanes)_mm256_or_si256(a_class, b_class);
  m->digit = join(a_class, b_class);
  m->address = ~join(_mm256_cmpeq_epi8(a_class, zero), _mm256_cmpeq_epi8(b_class, zero));
}

/*
** Returns a bit behind each run of `class` that begins with a token.  Other bits lie on no
** separator.
*/
AVX2 static inline uint64_t run_ends(uint64_t starts, uint64_t class, unsigned char *carry) {
  unsigned long long sum = 0; /* initialised for the analyser of gcc 12, which reports it otherwise */
  *carry = _addcarry_u64(*carry, starts & class, class, &sum);
  return sum;
}

/*
** Appends the bits of the tokens that end in the block.  Up to 32 tokens can end there, but only
** TOKENS_GROUP are certain to fit into a word together with the bits that its lowest byte already
** has.  If a block has more, the whole window remains without classes.
*/
AVX2 static inline void classify_avx2(struct classifier *c, const struct masks *m, uint64_t starts, uint64_t ends) {
  uint64_t digits = run_ends(starts, m->digit, &c->digit), address = run_ends(starts, m->address, &c->address);
  uint64_t bits = _pdep_u64(_pext_u64(digits, ends), UINT64_C(0x5555555555555555)) |
                  _pdep_u64(_pext_u64(address, ends), UINT64_C(0xaaaaaaaaaaaaaaaa));
  uint32_t count = (uint32_t)__builtin_popcountll(ends);
  uint8_t *out = c->classes + c->ended / 4;
  bits = bits << (c->ended % 4 * 2) | *out;
  memcpy(out, &bits, sizeof bits);
  c->overflow |= count > TOKENS_GROUP;
  c->ended += count;
}

AVX2 static size_t split_avx2(struct tokens *t, const char *text, size_t n) {
  return split(t, text, n, masks_avx2, put_bits, classify_avx2);
}

#define AVX512 __attribute__((target("avx2,bmi,bmi2,popcnt,avx512f,avx512bw,avx512vbmi2")))

/* The same as masks_avx2(), with comparisons whose results are masks. */
AVX512 static inline void masks_avx512(const char *p, struct masks *m, struct seen *seen) {
  const __m512i separators = _mm512_broadcast_i32x4(_mm_setr_epi8(SEPARATORS));
  const __m512i by_low = _mm512_broadcast_i32x4(_mm_setr_epi8(CLASSES_BY_LOW));
  const __m512i by_high = _mm512_broadcast_i32x4(_mm_setr_epi8(CLASSES_BY_HIGH));
  __m512i v = _mm512_loadu_si512((const void *)p);
  __m512i high = _mm512_and_si512(_mm512_srli_epi16(v, 4), _mm512_set1_epi8(0x0f));
  __m512i class = _mm512_and_si512(_mm512_shuffle_epi8(by_low, v), _mm512_shuffle_epi8(by_high, high));
  m->newline = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n'));
  m->separator = _mm512_cmpeq_epi8_mask(v, _mm512_shuffle_epi8(separators, v));
  m->digit = _mm512_movepi8_mask(class);
  m->address = _mm512_test_epi8_mask(class, class);
  seen->odd[0] |= _mm512_cmplt_epi8_mask(v, _mm512_set1_epi8(' ')) & ~m->separator;
  seen->class |= (lanes)_mm256_or_si256(_mm512_castsi512_si256(class), _mm512_extracti64x4_epi64(class, 1));
}

/* The same as put_bits(). */
AVX512 static inline uint32_t put_bits_avx512(uint64_t bits, uint32_t base, uint32_t *out) {
  const __m512i numbers =
      _mm512_set_epi64(0x3f3e3d3c3b3a3938, 0x3736353433323130, 0x2f2e2d2c2b2a2928, 0x2726252423222120,
                       0x1f1e1d1c1b1a1918, 0x1716151413121110, 0x0f0e0d0c0b0a0908, 0x0706050403020100);
  uint32_t count = (uint32_t)__builtin_popcountll(bits);
  __m512i places = _mm512_maskz_compress_epi8(bits, numbers), from = _mm512_set1_epi32((int)base);
  _mm512_storeu_si512(out, _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places))));
  if (count > 16) /* no more than 32 tokens begin in 64 bytes */
    _mm512_storeu_si512(out + 16, _mm512_add_epi32(from, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(places, 1))));
  return count;
}

AVX512 static size_t split_avx512(struct tokens *t, const char *text, size_t n) {
  return split(t, text, n, masks_avx512, put_bits_avx512, classify_avx2);
}

size_t tokens_split_avx2(struct tokens *t, const char *text, size_t n) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                 __builtin_cpu_supports("popcnt")
             ? split_avx2(t, text, n)
             : tokens_split_sse2(t, text, n);
}

size_t tokens_split(struct tokens *t, const char *text, size_t n) {
  return __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2")
             ? split_avx512(t, text, n)
             : tokens_split_avx2(t, text, n);
}

#elif defined(__aarch64__)

/*
** Makes one bit of each byte: each lane keeps its own bit, and pairwise additions join 64 lanes in
** 8 bytes.
*/
ALWAYS_INLINE uint64_t gather(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
  const uint8x16_t bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t ab = vpaddq_u8(vandq_u8(a, bit), vandq_u8(b, bit));
  uint8x16_t cd = vpaddq_u8(vandq_u8(c, bit), vandq_u8(d, bit));
  uint8x16_t all = vpaddq_u8(ab, cd);
  return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(all, all)), 0);
}

ALWAYS_INLINE void masks_neon(const char *p, struct masks *m, struct seen *seen) {
  uint8x16_t lf[4], sep[4], odd = vdupq_n_u8(0), colons = odd;
  for (int i = 0; i < 4; i++) {
    uint8x16_t v = vld1q_u8((const uint8_t *)p + 16 * i);
    lf[i] = vceqq_u8(v, vdupq_n_u8('\n'));
    sep[i] = vorrq_u8(vorrq_u8(vceqq_u8(v, vdupq_n_u8(' ')), lf[i]),
                      vorrq_u8(vceqq_u8(v, vdupq_n_u8('\t')), vceqq_u8(v, vdupq_n_u8('\r'))));
    odd = vorrq_u8(odd,
                   vbicq_u8(vcltq_s8(vreinterpretq_s8_u8(v), vdupq_n_s8(' ')), sep[i])); /* beyond ASCII is negative */
    odd = vorrq_u8(odd, vceqq_u8(v, vdupq_n_u8(0x7f)));
    colons = vorrq_u8(colons, vceqq_u8(v, vdupq_n_u8(':')));
  }
  m->newline = gather(lf[0], lf[1], lf[2], lf[3]);
  m->separator = gather(sep[0], sep[1], sep[2], sep[3]);
  seen->odd[0] |= vgetq_lane_u64(vreinterpretq_u64_u8(odd), 0);
  seen->odd[1] |= vgetq_lane_u64(vreinterpretq_u64_u8(odd), 1);
  seen->class[0] |= vgetq_lane_u64(vreinterpretq_u64_u8(colons), 0);
  seen->class[1] |= vgetq_lane_u64(vreinterpretq_u64_u8(colons), 1);
}

size_t tokens_split(struct tokens *t, const char *text, size_t n) {
  return split(t, text, n, masks_neon, put_bits, NULL);
}

#else

size_t tokens_split(struct tokens *t, const char *text, size_t n) { return tokens_split_plain(t, text, n); }

#endif
