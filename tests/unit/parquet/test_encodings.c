/* SPDX-License-Identifier: MIT */
/*
** The decoders of ext/parquet by themselves: what the specifications show, what is cut off, and what says that it is
** larger than it is.  The fuzz target compares them with slow ones.
*/
#include "helpers.h"

#include "parquet/chunk.h"
#include "parquet/delta.h"
#include "parquet/plain.h"
#include "parquet/rle.h"
#include "parquet/thrift.h"

#define BYTES(s) (const unsigned char *)(s), sizeof(s) - 1

static void test_snappy(void **state) {
  static const struct {
    const unsigned char *in;
    size_t n;
    const char *out; /* or NULL */
    const char *why;
  } cases[] = {
      {BYTES("\0"), "", NULL},
      {BYTES("\5\x10hello"), "hello", NULL},
      {BYTES("\x0c\x08"
             "abc"
             "\x15\3"),
       "abcabcabcabc", NULL}, /* a copy of 9 bytes that reaches into itself */
      {BYTES("\x0c\x08"
             "abc"
             "\x22\3\0"),
       "abcabcabcabc", NULL}, /* the same with two bytes of offset */
      {BYTES("\x0c\x08"
             "abc"
             "\x23\3\0\0\0"),
       "abcabcabcabc", NULL}, /* and with four */
      {BYTES("\5\xf0\4hello"), "hello", NULL},
      {BYTES(""), NULL, "has no length at its beginning"},
      {BYTES("\xff\xff\xff\xff\xff\x01"), NULL, "has no length at its beginning"},
      {BYTES("\6\x10hello"), NULL, "has fewer bytes than it says"},
      {BYTES("\4\x10hello"), NULL, "has more bytes than it says"},
      {BYTES("\5\x10hel"), NULL, "is cut off"},
      {BYTES("\5\xfc\xff\xff\xff\xffx"), NULL, "is cut off"},
      {BYTES("\x0c\x08"
             "abc"
             "\x15"),
       NULL, "is cut off"},
      {BYTES("\x0c\x08"
             "abc"
             "\x15\4"),
       NULL, "repeats bytes that are not there"},
      {BYTES("\x0c\x08"
             "abc"
             "\x15\0"),
       NULL, "repeats bytes that are not there"},
      {BYTES("\x0b\x08"
             "abc"
             "\x15\3"),
       NULL, "has more bytes than it says"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    unsigned char out[256];
    size_t says = cases[i].n && !(cases[i].in[0] & 0x80) ? (size_t)cases[i].in[0] : 0;
    char *in = malloc(cases[i].n + 1); /* where AddressSanitizer sees what is read behind it */
    memcpy(in, cases[i].in, cases[i].n);
    const char *why = snappy_inflate((unsigned char *)in, cases[i].n, out, says);
    CHECK(cases[i].why ? why && !strcmp(why, cases[i].why) : !why, "case %zu: %s", i, why ? why : "no error");
    CHECK(!cases[i].out || !memcmp(out, cases[i].out, says), "case %zu: %.12s", i, (char *)out);
    free(in);
  }
  unsigned char out[SNAPPY_SPARE + 8];
  assert_string_equal(snappy_inflate(BYTES("\5\x10hello"), out, 6), "says another length than its page");
}

#define BLOCK_MOST 4096 /* bytes of a random block, inflated */

/* A block of random elements, with what it inflates to. */
struct block {
  unsigned char in[6 * BLOCK_MOST], out[BLOCK_MOST];
  size_t n, out_n;
};

static void put_literal(struct block *b, size_t n) {
  size_t extended = n > 60 || random_below(8) == 0 ? 1u + (n > 256) + random_below(2) : 0; /* bytes of its length */
  b->in[b->n++] = (unsigned char)(extended ? (59 + extended) << 2 : (n - 1) << 2);
  for (size_t i = 0; i < extended; i++) b->in[b->n++] = (unsigned char)((n - 1) >> 8 * i);
  for (size_t i = 0; i < n; i++) b->out[b->out_n++] = b->in[b->n++] = (unsigned char)random_u32();
}

static void put_copy(struct block *b, size_t n, size_t offset) {
  const uint32_t kind = n >= 4 && n <= 11 && offset < 2048 && random_below(4) ? 1 : random_below(8) ? 2 : 3;
  if (kind == 1) b->in[b->n++] = (unsigned char)(1 | (n - 4) << 2 | offset >> 8 << 5);
  else b->in[b->n++] = (unsigned char)(kind | (n - 1) << 2);
  for (uint32_t i = 0, bytes = kind == 3 ? 4 : kind; i < bytes; i++) b->in[b->n++] = (unsigned char)(offset >> 8 * i);
  for (size_t i = 0; i < n; i++, b->out_n++) b->out[b->out_n] = b->out[b->out_n - offset];
}

/* Most elements are as those of numbers of 8 bytes: a few bytes, and a copy of what follows them elsewhere. */
static void make_block(struct block *b) {
  size_t most = 1 + random_below(random_below(2) ? 64 : BLOCK_MOST - 2);
  b->n = 2; /* the length, in two bytes */
  b->out_n = 0;
  while (b->out_n < most) {
    size_t room = most - b->out_n;
    size_t n = 1 + random_below(random_below(4) ? 4 : random_below(4) ? 20 : 300);
    if (!b->out_n || random_below(2)) put_literal(b, n < room ? n : room);
    room = most - b->out_n;
    n = random_below(4) ? 4 + random_below(5) : 1 + random_below(64);
    if (room && random_below(8)) put_copy(b, n < room ? n : room, 1 + random_below((uint32_t)b->out_n));
  }
  b->in[0] = (unsigned char)(b->out_n | 0x80);
  b->in[1] = (unsigned char)(b->out_n >> 7);
}

static void test_snappy_random(void **state) {
  static struct block b;
  static unsigned char out[BLOCK_MOST + SNAPPY_SPARE];
  (void)state;
  for (int i = 0; i < 20000; i++) {
    make_block(&b);
    unsigned char *in = malloc(b.n); /* where AddressSanitizer sees what is read behind it */
    memcpy(in, b.in, b.n);
    const char *why = snappy_inflate(in, b.n, out, b.out_n);
    CHECK(!why && !memcmp(out, b.out, b.out_n), "block %d: %s", i, why ? why : "other bytes");
    free(in);
    size_t cut = random_below((uint32_t)b.n);
    in = malloc(cut + 1);
    memcpy(in, b.in, cut);
    CHECK(snappy_inflate(in, cut, out, b.out_n), "block %d, cut after %zu bytes", i, cut);
    free(in);
  }
}

static void test_rle(void **state) {
  struct rle r;
  uint32_t x[32];
  (void)state;
  /* 5 times 4, then the values 0 to 7 in three bits, as the specification shows them */
  static const unsigned char bytes[] = {10, 4, 3, 0x88, 0xc6, 0xfa, 0, 0, 0, 0, 0, 0, 0, 0};
  assert_true(rle_start(&r, bytes, 6, 3));
  assert_int_equal(rle_skip_same(&r, 3, 9), 0);
  assert_int_equal(rle_skip_same(&r, 4, 2), 2);
  assert_true(rle_read(&r, x, 11));
  for (uint32_t i = 0; i < 11; i++) assert_int_equal(x[i], i < 3 ? 4 : i - 3);
  assert_false(rle_read(&r, x, 1));
  assert_false(rle_start(&r, bytes, 6, 33));
  rle_start(&r, bytes, 4, 3); /* cut off in the packed run: what is whole is there */
  assert_true(rle_read(&r, x, 7));
  assert_false(rle_read(&r, x, 1));
  static const unsigned char empty[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  rle_start(&r, empty, 3, 8); /* runs of nothing */
  assert_false(rle_read(&r, x, 1));
}

static void test_delta(void **state) {
  struct delta d;
  int64_t x[8];
  (void)state;
  /* 7 values, the first of which is 1, and each is one more: the specification's example */
  static const unsigned char bytes[] = {0x80, 1, 4, 7, 2, 2, 0, 0, 0, 0, 0, 0, 0,
                                        0,    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  assert_null(delta_start(&d, bytes, 10));
  assert_int_equal(d.left, 7);
  assert_false(delta_read(&d, x, 8));
  assert_true(delta_read(&d, x, 7));
  for (int i = 0; i < 7; i++) assert_int_equal(x[i], i + 1);
  assert_ptr_equal(d.p, bytes + 10);
  assert_non_null(delta_start(&d, bytes, 3));
  assert_null(delta_start(&d, bytes, 8)); /* without the widths */
  assert_false(delta_read(&d, x, 7));
  static const unsigned char wrong[][6] = {
      {0x80, 1, 0, 7, 2}, {0x80, 1, 3, 7, 2}, {0x80, 1, 0x80, 2, 7, 2}, {4, 1, 7, 2}};
  for (size_t i = 0; i < COUNT(wrong); i++) assert_non_null(delta_start(&d, wrong[i], 6));
}

static void test_plain(void **state) {
  static const struct schema_column int96 = {.type = SCHEMA_INT96, .values = SCHEMA_JULIAN},
                                    int32 = {.type = SCHEMA_INT32, .values = SCHEMA_NUMBER},
                                    uint32 = {.type = SCHEMA_INT32, .values = SCHEMA_UNSIGNED};
  struct schema_column time = {.type = SCHEMA_INT64, .values = SCHEMA_MILLIS};
  int64_t x[2];
  struct parquet_text text[3];
  (void)state;
  /* 1.5 s of 1970-01-02, and 24 hours of a day, which are not in it */
  static const unsigned char times[24] = {0, 0x2f, 0x68, 0x59, 0,    0,    0, 0, 0x8d, 0x3d, 0x25, 0,
                                          0, 0,    0x4f, 0x91, 0x94, 0x4e, 0, 0, 0x8d, 0x3d, 0x25, 0};
  const unsigned char *p = times;
  assert_true(plain_numbers(&p, times + 24, &int96, x, 2));
  assert_int_equal(x[0], 86401);
  assert_int_equal(x[1], -1);
  p = times;
  assert_false(plain_numbers(&p, times + 23, &int96, x, 2));
  static const unsigned char ones[4] = {0xff, 0xff, 0xff, 0xff};
  p = ones;
  assert_true(plain_numbers(&p, ones + 4, &int32, x, 1) && x[0] == -1);
  p = ones;
  assert_true(plain_numbers(&p, ones + 4, &uint32, x, 1) && x[0] == 0xffffffff);
  assert_int_equal(plain_second(&time, 1999), 1);
  assert_int_equal(plain_second(&time, -1), -1); /* before 1970 stays before it */
  time.values = SCHEMA_DAYS;
  assert_int_equal(plain_second(&time, 2), 172800);
  static const unsigned char texts[] = "\1\0\0\0a\0\0\0\0\xff\xff\xff\xff";
  p = texts;
  assert_true(plain_texts(&p, texts + sizeof texts - 1, text, 2));
  assert_int_equal(text[0].n, 1);
  assert_int_equal(text[1].n, 0);
  p = texts;
  assert_false(plain_texts(&p, texts + sizeof texts - 1, text, 3));
}

/* Structs and lists within each other, more than are passed over. */
static void test_thrift(void **state) {
  struct thrift t;
  struct thrift_field f = {0};
  unsigned char deep[100];
  (void)state;
  memset(deep, 0x1c, sizeof deep);
  thrift_start(&t, deep, sizeof deep);
  assert_true(thrift_next(&t, &f));
  thrift_skip(&t, &f);
  assert_string_equal(t.why, "has too many levels");
  memset(deep, 0x19, sizeof deep);
  f = (struct thrift_field){0};
  thrift_start(&t, deep, sizeof deep);
  assert_true(thrift_next(&t, &f));
  thrift_skip(&t, &f);
  assert_string_equal(t.why, "has too many levels");
  static const unsigned char list[] = {0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f, 0}; /* of 2^32-1 structs */
  f = (struct thrift_field){0};
  thrift_start(&t, list, sizeof list);
  assert_true(thrift_next(&t, &f));
  assert_int_equal(thrift_list(&t, &f, THRIFT_STRUCT), 0);
  assert_true(t.is_cut_off);
}

static void put_varint(struct bytes *b, uint64_t x) {
  for (; x >= 0x80; x >>= 7) bytes_add(b, &(char){(char)(x | 0x80)}, 1);
  bytes_add(b, &(char){(char)x}, 1);
}

static void put_int(struct bytes *b, int64_t x) {
  bytes_add(b, "\x15", 1);
  put_varint(b, (uint64_t)x << 1 ^ (uint64_t)(x >> 63));
}

/* A page of data with this header, and the bytes behind it. */
static void put_page(struct bytes *b, int64_t inflated, int64_t bytes, int64_t values, const struct bytes *data) {
  put_int(b, 0);
  put_int(b, inflated);
  put_int(b, bytes);
  bytes_add(b, "\x2c", 1);
  put_int(b, values);
  put_int(b, 0);
  put_int(b, 3);
  bytes_add(b, "\0\0", 2);
  if (data) bytes_add(b, data->p, data->n);
}

static int read_page(const struct bytes *file, int64_t codec, struct err *e) {
  struct input in = {.fd = -1};
  struct codec c = {0};
  struct chunk chunk;
  struct footer_chunk from = {.bytes = file->n, .codec = codec};
  memset(e, 0, sizeof *e);
  input_open_memory(&in, file->p, file->n);
  chunk_init(&chunk, &in, &c);
  int found = chunk_begin(&chunk, &from, e) ? -1 : chunk_next(&chunk, e);
  chunk_clear(&chunk);
  codec_clear(&c);
  return found;
}

/* Pages that say what they are not.  None of them makes us allocate more than PAGE_MAX. */
static void test_pages(void **state) {
  struct bytes zeros = {0}, gz = {0}, two = {0};
  (void)state;
  bytes_repeat(&zeros, 0, 4 << 20);
  add_member(&gz, zeros.p, zeros.n); /* 4 MiB in 4 KB */
  add_member(&two, zeros.p, 1000);
  add_member(&two, zeros.p, 24);
  struct {
    int64_t inflated, bytes, values, codec;
    const struct bytes *data;
    const char *why;
  } cases[] = {
      {1024, (int64_t)two.n, 1, CODEC_GZIP, &two, NULL},
      {1000, (int64_t)gz.n, 1, CODEC_GZIP, &gz, "inflates to more bytes than it says"},
      {1025, (int64_t)two.n, 1, CODEC_GZIP, &two, "inflates to fewer bytes than it says"},
      {1024, (int64_t)two.n - 1, 1, CODEC_GZIP, &two, "cut off"},
      {1024, (int64_t)two.n + 1, 1, CODEC_GZIP, &two, "cut off"},
      {PAGE_MAX + 1, (int64_t)two.n, 1, CODEC_GZIP, &two, "has a page of more than 64 MiB"},
      {INT32_MAX, INT32_MAX, 1, CODEC_GZIP, &two, "has a page of more than 64 MiB"},
      {(int64_t)1 << 40, 1, 1, CODEC_GZIP, &two, "of a type or a size that cannot be"},
      {-1, 1, 1, CODEC_GZIP, &two, "of a type or a size that cannot be"},
      {1, -1, 1, CODEC_GZIP, &two, "of a type or a size that cannot be"},
      {1024, (int64_t)two.n, -1, CODEC_GZIP, &two, "without a number of values"},
      {1024, (int64_t)two.n, 1, CODEC_NONE, &two, "not compressed and has two different sizes"},
      {1024, (int64_t)two.n, 1, CODEC_SNAPPY, &two, "whose Snappy data says another length"},
      {1024, (int64_t)two.n, 1, 6, &two, "compressed with ZSTD, which can't be read; GZIP, which AWS writes"},
      {1024, (int64_t)two.n, 1, 99, &two, "compressed with a codec that is not known"},
  };
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct bytes file = {0};
    struct err e;
    put_page(&file, cases[i].inflated, cases[i].bytes, cases[i].values, cases[i].data);
    int found = read_page(&file, cases[i].codec, &e);
    CHECK(cases[i].why ? found < 0 && strstr(e.text, cases[i].why) : found == 1, "case %zu: %d %s", i, found, e.text);
    bytes_free(&file);
  }
  bytes_free(&zeros);
  bytes_free(&gz);
  bytes_free(&two);
  assert_int_equal(mem_test_live(), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_snappy), cmocka_unit_test(test_snappy_random), cmocka_unit_test(test_rle),
      cmocka_unit_test(test_delta),  cmocka_unit_test(test_plain),         cmocka_unit_test(test_thrift),
      cmocka_unit_test(test_pages),
  };
  end_after(60);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
