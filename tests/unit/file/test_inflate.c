/* SPDX-License-Identifier: MIT */
/*
** Whatever inflates, a gzip file is the same text and the same error: with each of the libraries
** that are there, zlib first, which says what is right.
**
**   test_inflate        the tests of make test
**   test_inflate large  a member of more than 4 GiB
**
** What another library may do differently: it may take a file that zlib refuses, if the checksum
** and the length say that the text is right; and where zlib finds the damage in bytes that an earlier
** call has delivered, there may be more text before the same kind of error.
*/
#include "helpers.h"
#include "inflate_choice.h"

#include "file/gzip.h"

#define PIECE 8192 /* bytes that are asked for at once, unless it is said */

struct result {
  struct bytes text;
  struct err e;
  int by_zlib; /* zlib has had to decide */
};

/* Reads a file, or bytes in memory if path is NULL, in pieces of random sizes if `piece` is 0. */
static void read_gzip(const struct inflate_kind *kind, const char *path, const struct bytes *gz, size_t piece,
                      struct result *r) {
  static char room[2 * INPUT_BUFFER];
  struct gzip g = {.kind = kind};
  struct input in;
  size_t got, n;
  memset(&r->e, 0, sizeof r->e);
  r->text.n = 0;
  bytes_add(&r->text, "", 0);
  if (input_init(&in, &r->e)) goto end;
  if (path && input_open(&in, path, &unconfined, &r->e)) goto end;
  if (!path) input_open_memory(&in, gz->p, gz->n);
  if (gzip_start(&g, &r->e)) goto end;
  do {
    n = piece ? piece : 1 + random_below(random_below(2) ? 300 : sizeof room);
    got = gzip_read(&g, &in, room, n, &r->e);
    assert_true(got <= n);
    bytes_add(&r->text, room, got);
  } while (got == n && !r->e.code);
end:
  r->by_zlib = g.by_reference;
  gzip_clear(&g);
  input_clear(&in);
}

static int is_same(const struct bytes *a, const struct bytes *b) { return a->n == b->n && !memcmp(a->p, b->p, a->n); }

static void free_result(struct result *r) { bytes_free(&r->text); }

/* Reads it with all libraries, from the disk and from memory. */
static void check_text(const struct bytes *gz, const struct bytes *text, size_t piece, const char *what,
                       size_t number) {
  struct result got = {0};
  write_file("file.gz", gz->p, gz->n);
  for (size_t i = 0; i < 2 * inflate_kinds_count; i++) {
    const struct inflate_kind *kind = inflate_kinds[i / 2];
    read_gzip(kind, i % 2 ? NULL : "file.gz", gz, piece, &got);
    CHECK(!got.e.code && is_same(&got.text, text), "%s %zu, %s, piece %zu: %zu bytes of %zu, %s", what, number,
          kind->name, piece, got.text.n, text->n, got.e.text);
  }
  free_result(&got);
}

/* --- texts and members ------------------------------------------------------------------------ */

/* n bytes of lines that compress as flow logs do. */
static void add_lines(struct bytes *b, size_t n) {
  size_t before = b->n;
  while (b->n - before < n)
    bytes_print(b, "2 123456789012 eni-0a%u 10.0.%u.%u 10.1.0.%u %u 443 6 %u %u ACCEPT OK\n", random_below(9),
                random_below(4), random_below(256), random_below(20), 1024 + random_below(60000), random_below(30),
                random_below(100000));
  b->n = before + n;
}

static void add_noise(struct bytes *b, size_t n) {
  while (n-- > 0) bytes_add(b, &(char){(char)random_u32()}, 1);
}

static void add_number(struct bytes *b, uint32_t value) {
  for (int i = 0; i < 4; i++) bytes_add(b, &(char){(char)(value >> 8 * i)}, 1);
}

/* A member with a comment of so many bytes, which moves its end. */
static void add_member_of(struct bytes *gz, const char *p, size_t n, int level, int strategy, size_t comment) {
  static const char head[10] = {0x1f, (char)0x8b, 8, 16};
  z_stream z;
  memset(&z, 0, sizeof z);
  if (deflateInit2(&z, level, Z_DEFLATED, -15, 8, strategy) != Z_OK) abort();
  size_t room = deflateBound(&z, (uLong)n) + 64;
  char *out = malloc(room);
  if (!out) abort();
  bytes_add(gz, head, sizeof head);
  bytes_repeat(gz, 'x', comment);
  bytes_add(gz, "", 1);
  memcpy(&z.next_in, &p, sizeof p);
  z.avail_in = (uInt)n;
  z.next_out = (Bytef *)out;
  z.avail_out = (uInt)room;
  if (deflate(&z, Z_FINISH) != Z_STREAM_END) abort();
  bytes_add(gz, out, z.total_out);
  deflateEnd(&z);
  free(out);
  add_number(gz, (uint32_t)crc32(0, (const Bytef *)p, (uInt)n));
  add_number(gz, (uint32_t)n);
}

static const struct {
  const char *name;
  int level, strategy;
} ways[] = {
    {"stored", 0, Z_DEFAULT_STRATEGY},  {"fixed", 9, Z_FIXED},
    {"codes alone", 6, Z_HUFFMAN_ONLY}, {"runs", 6, Z_RLE},
    {"fast", 1, Z_DEFAULT_STRATEGY},    {"best", 9, Z_DEFAULT_STRATEGY},
};

/* --- what is whole ---------------------------------------------------------------------------- */

static void test_ways_and_sizes(void **state) {
  static const size_t sizes[] = {0, 1, 2, 100, 32767, 32768, 32769, 65536, 65537, 300000};
  (void)state;
  for (size_t w = 0; w < COUNT(ways); w++)
    for (size_t i = 0; i < COUNT(sizes); i++) {
      struct bytes text = {0}, gz = {0};
      bytes_add(&text, "", 0);
      if (i % 3 == 2) add_noise(&text, sizes[i] / 2);
      add_lines(&text, sizes[i] - text.n);
      add_member_of(&gz, text.p, text.n, ways[w].level, ways[w].strategy, 0);
      bytes_repeat(&gz, 0, random_below(2) * 300);
      check_text(&gz, &text, 0, ways[w].name, sizes[i]);
      check_text(&gz, &text, 256 * 1024, ways[w].name, sizes[i]);
      if (sizes[i] < 1000) check_text(&gz, &text, 1, ways[w].name, sizes[i]);
      bytes_free(&text);
      bytes_free(&gz);
    }
}

/* The longest runs from the farthest places, which a library must keep. */
static void test_far_matches(void **state) {
  struct bytes text = {0}, gz = {0};
  (void)state;
  add_noise(&text, 32768 - 300);
  for (int i = 0; i < 20; i++) bytes_add(&text, text.p + text.n - (32768 - 300), 258 + (size_t)i);
  bytes_repeat(&text, 'y', 100000);
  bytes_add(&text, text.p, 20000);
  add_member_of(&gz, text.p, text.n, 9, Z_DEFAULT_STRATEGY, 0);
  for (size_t piece = 1; piece < 200000; piece = piece * 3 + 1) check_text(&gz, &text, piece, "far", piece);
  bytes_free(&text);
  bytes_free(&gz);
}

/*
** The first member ends at each place around the end of what is read at once, so that what was taken
** too much of the file lies in the buffer that was, in the one that is, or in both.
*/
static void test_ends_near_a_buffers_end(void **state) {
  (void)state;
  for (size_t w = 0; w < COUNT(ways); w++)
    for (size_t off = 0; off < 34; off++) {
      struct bytes text = {0}, gz = {0}, first = {0};
      add_lines(&text, 20000);
      add_member_of(&first, text.p, text.n, ways[w].level, ways[w].strategy, 0);
      size_t comment = INPUT_BUFFER - first.n - 17 + off;
      add_member_of(&gz, text.p, text.n, ways[w].level, ways[w].strategy, comment);
      assert_int_equal(gz.n, INPUT_BUFFER - 17 + off);
      for (size_t i = 0; i < 3; i++) { /* and others directly behind it */
        size_t n = text.n;
        add_lines(&text, i * 3);
        add_member_of(&gz, text.p + n, text.n - n, 9, i % 2 ? Z_FIXED : Z_DEFAULT_STRATEGY, 0);
      }
      check_text(&gz, &text, PIECE, ways[w].name, off);
      bytes_free(&text);
      bytes_free(&gz);
      bytes_free(&first);
    }
}

static void test_tiny_members(void **state) {
  struct bytes text = {0}, gz = {0};
  (void)state;
  bytes_add(&text, "", 0);
  for (size_t i = 0; i < 20000; i++) {
    size_t n = text.n, w = random_below(COUNT(ways));
    add_lines(&text, random_below(4) ? random_below(5) : 0);
    add_member_of(&gz, text.p + n, text.n - n, ways[w].level, ways[w].strategy, random_below(3));
  }
  assert_true(gz.n > 3 * INPUT_BUFFER);
  check_text(&gz, &text, 0, "tiny members", 0);
  check_text(&gz, &text, PIECE, "tiny members", 0);
  check_text(&gz, &text, 256 * 1024, "tiny members", 0);
  bytes_free(&text);
  bytes_free(&gz);
}

/* Neither the bytes before nor those behind input and output are touched. */
static void test_bounds(void **state) {
  struct guarded in, out;
  (void)state;
  for (size_t w = 0; w < COUNT(ways); w++)
    for (size_t n = 1; n < 70000; n = n * 3 + 5) {
      struct bytes text = {0}, gz = {0};
      add_lines(&text, n);
      add_member_of(&gz, text.p, n, ways[w].level, ways[w].strategy, 0);
      guarded_init(&in, gz.n);
      guarded_init(&out, n);
      memcpy(in.end - gz.n, gz.p, gz.n);
      for (size_t i = 0; i < inflate_kinds_count; i++) {
        void *s = NULL;
        struct err e = {0};
        struct inflate_io io = {.in = (unsigned char *)in.end - gz.n + 11, .out = (unsigned char *)out.end - n};
        assert_int_equal(inflate_kinds[i]->start(&s, &e), ERR_NONE);
        enum inflate_result result = INFLATE_MORE;
        while (result == INFLATE_MORE) {
          size_t left = (size_t)(out.end - (char *)io.out), rest = (size_t)(in.end - (char *)io.in);
          io.n_in = rest < 4099 ? rest : 4099;
          io.n_out = left < 10007 ? left : 10007;
          result = inflate_kinds[i]->run(s, &io);
        }
        CHECK(result == INFLATE_END && (char *)io.out == out.end && (char *)io.in == in.end - 8, "%s, %s, %zu",
              inflate_kinds[i]->name, ways[w].name, n);
        assert_memory_equal(out.end - n, text.p, n);
        inflate_kinds[i]->clear(&s);
      }
      guarded_clear(&in);
      guarded_clear(&out);
      bytes_free(&text);
      bytes_free(&gz);
    }
}

/* --- what is damaged -------------------------------------------------------------------------- */

static size_t taken; /* damaged files that another library has read without an error, and rightly */

/* Compares all libraries on a file that may be damaged; `whole` is the text without the damage. */
static void check_damaged(const struct bytes *gz, size_t piece, const struct bytes *whole, const char *how, size_t at) {
  static struct result zlib, got;
  read_gzip(&inflate_zlib, NULL, gz, piece, &zlib);
  CHECK(!zlib.e.code || zlib.e.code == ERR_DAMAGED || gz->n < 2, "%s at %zu: %s", how, at, zlib.e.text);
  for (size_t i = 1; i < inflate_kinds_count; i++) {
    read_gzip(inflate_kinds[i], NULL, gz, piece, &got);
    if (zlib.e.code && !got.e.code) {
      CHECK(is_same(&got.text, whole), "%s at %zu: another text, and no error; zlib: %s", how, at, zlib.e.text);
      taken++;
      continue;
    }
    CHECK(got.e.code == zlib.e.code, "%s at %zu: %s; zlib: %s", how, at, got.e.text, zlib.e.text);
    if (zlib.text.n < piece && got.by_zlib) {
      CHECK(!strcmp(got.e.text, zlib.e.text), "%s at %zu: %s; zlib: %s", how, at, got.e.text, zlib.e.text);
      CHECK(is_same(&got.text, &zlib.text), "%s at %zu: %zu bytes, zlib %zu", how, at, got.text.n, zlib.text.n);
    } else {
      CHECK(got.text.n >= zlib.text.n && !memcmp(got.text.p, zlib.text.p, zlib.text.n),
            "%s at %zu: %zu bytes, zlib %zu", how, at, got.text.n, zlib.text.n);
    }
  }
}

static void damage_everywhere(const struct bytes *gz, const struct bytes *whole, size_t piece, size_t step) {
  struct bytes copy = {0};
  for (size_t at = 0; at < gz->n; at += step) {
    copy.n = 0;
    bytes_add(&copy, gz->p, at);
    check_damaged(&copy, piece, whole, "cut", at);
    bytes_add(&copy, gz->p + at, gz->n - at);
    for (unsigned bit = 1; bit < 0x200; bit *= 2) {
      copy.p[at] = (char)((unsigned char)gz->p[at] ^ (bit == 0x100 ? 0xff : bit));
      check_damaged(&copy, piece, whole, "changed", at);
    }
  }
  bytes_free(&copy);
}

/* Every byte of small files, whose text is delivered at once. */
static void test_damage(void **state) {
  (void)state;
  for (size_t w = 0; w < COUNT(ways); w++) {
    struct bytes text = {0}, gz = {0};
    add_lines(&text, 900);
    add_member_of(&gz, text.p, 500, ways[w].level, ways[w].strategy, 3);
    add_member_of(&gz, text.p + 500, 400, ways[w].level, ways[w].strategy, 0);
    bytes_repeat(&gz, 0, 3);
    damage_everywhere(&gz, &text, PIECE, 1);
    bytes_free(&text);
    bytes_free(&gz);
  }
  CHECK(taken < 1000, "%zu damaged files taken", taken);
}

/* Some bytes of a file that takes many calls. */
static void test_damage_of_more(void **state) {
  (void)state;
  for (size_t w = 0; w < COUNT(ways); w++) {
    struct bytes text = {0}, gz = {0};
    add_lines(&text, 150000);
    add_member_of(&gz, text.p, 100000, ways[w].level, ways[w].strategy, 0);
    add_member_of(&gz, text.p + 100000, 50000, ways[w].level, ways[w].strategy, 0);
    damage_everywhere(&gz, &text, 1000, gz.n / 12);
    damage_everywhere(&gz, &text, 200000, gz.n / 12);
    bytes_free(&text);
    bytes_free(&gz);
  }
}

/* --- a library that is wrong ------------------------------------------------------------------ */

/* zlib, but for one call, which does what `fault` says. */
static enum { FAILS, STOPS, CHANGES, ENDS, REPEATS } fault;
static int calls;

static enum inflate_result wrong_run(void *state, struct inflate_io *io) {
  const unsigned char *in = io->in;
  unsigned char *out = io->out;
  enum inflate_result result = inflate_zlib.run(state, io);
  if (calls-- != 0) return result;
  io->why = "wrong";
  switch (fault) {
  case FAILS: return INFLATE_FAILED;
  case STOPS:
    io->n_out += (size_t)(io->out - out);
    io->n_in += (size_t)(io->in - in);
    io->in = in;
    io->out = out;
    return INFLATE_FAILED;
  case CHANGES:
    if (io->out != out) *out ^= 1;
    return result;
  case ENDS: return INFLATE_END;
  case REPEATS:
    if (!io->n_out) return result;
    *io->out++ = 'x';
    io->n_out--;
    return result;
  }
  return result;
}

/* Nothing that a library does wrong gives another text without an error. */
static void test_wrong_library(void **state) {
  struct bytes text = {0}, gz = {0};
  struct result got = {0};
  (void)state;
  struct inflate_kind wrong = inflate_zlib;
  wrong.name = "wrong";
  wrong.run = wrong_run;
  add_lines(&text, 150000);
  add_member_of(&gz, text.p, 60000, 6, Z_DEFAULT_STRATEGY, 0);
  add_member_of(&gz, text.p + 60000, 90000, 6, Z_DEFAULT_STRATEGY, 0);
  write_file("file.gz", gz.p, gz.n);
  for (fault = FAILS; fault <= REPEATS; fault++)
    for (int at = 0; at < 60; at++)
      for (int way = 0; way < 4; way++) {
        calls = at;
        read_gzip(&wrong, way % 2 ? "file.gz" : NULL, &gz, way / 2 ? 5000 : 256 * 1024, &got);
        if (!got.e.code) CHECK(is_same(&got.text, &text), "fault %d of call %d: another text", (int)fault, at);
        else
          CHECK(got.e.code == ERR_DAMAGED && fault >= CHANGES && way / 2, "fault %d of call %d: %s", (int)fault, at,
                got.e.text);
      }
  free_result(&got);
  bytes_free(&text);
  bytes_free(&gz);
}

/* Each allocation fails in turn: of the state, and of zlib's when it must decide. */
static void test_no_memory(void **state) {
  struct bytes text = {0}, gz = {0};
  struct result got = {0};
  (void)state;
  add_lines(&text, 5000);
  add_member_of(&gz, text.p, text.n, 6, Z_DEFAULT_STRATEGY, 0);
  gz.p[gz.n - 8] ^= 1;
  for (size_t i = 0; i < inflate_kinds_count; i++) {
    size_t failed = 0;
    for (;;) {
      mem_test_fail(failed + 1, 0);
      read_gzip(inflate_kinds[i], NULL, &gz, PIECE, &got);
      mem_test_fail(0, 0);
      assert_int_equal(mem_test_live(), 0);
      if (got.e.code != ERR_NOMEM) break;
      failed++;
    }
    assert_int_equal(got.e.code, ERR_DAMAGED);
    assert_true(failed >= 3 && is_same(&got.text, &text));
  }
  free_result(&got);
  bytes_free(&text);
  bytes_free(&gz);
}

/* --- work without output ---------------------------------------------------------------------- */

static int stop_at(void *left) {
  int *n = left;
  return (*n)-- == 0;
}

/*
** Empty blocks of 10 bits are work without output.  From the disk and from memory, it is asked for
** each buffer of them whether to stop.
*/
static void test_empty_blocks(void **state) {
  struct bytes gz = {0};
  const size_t n = 4 * INPUT_BUFFER;
  (void)state;
  bytes_add(&gz, "\x1f\x8b\x08\0\0\0\0\0\0\0", 10);
  while (gz.n < n) bytes_add(&gz, "\x02\x08\x20\x80\x00", 5); /* four blocks with fixed codes: 2, 7 zeros, ... */
  bytes_add(&gz, "\x03\x00\0\0\0\0\0\0\0\0", 10);
  write_file("file.gz", gz.p, gz.n);
  for (size_t i = 0; i < 2 * inflate_kinds_count; i++) {
    int stopped = 0;
    for (enum err_code rc = ERR_INTERRUPT; rc; stopped++) {
      struct gzip g = {.kind = inflate_kinds[i / 2]};
      struct input in;
      struct err e = {0};
      char c;
      int left = stopped;
      assert_int_equal(input_init(&in, &e), ERR_NONE);
      if (i % 2) input_open_memory(&in, gz.p, gz.n);
      else assert_int_equal(input_open(&in, "file.gz", &unconfined, &e), ERR_NONE);
      in.stop = (struct stop){.ask = stop_at, .context = &left};
      assert_int_equal(gzip_start(&g, &e), ERR_NONE);
      assert_int_equal(gzip_read(&g, &in, &c, 1, &e), 0);
      rc = e.code;
      CHECK(rc == ERR_NONE || rc == ERR_INTERRUPT, "%s", e.text);
      gzip_clear(&g);
      input_clear(&in);
    }
    assert_in_range(stopped, 4, 8);
  }
  bytes_free(&gz);
}

/* --- more than 4 GiB -------------------------------------------------------------------------- */

/* One block of lines again and again, each of which ends at a byte and refers to nothing before it. */
static void test_large_member(void **state) {
  static char room[256 * 1024];
  struct bytes text = {0}, block = {0}, gz = {0};
  const uint32_t times = 4200;
  (void)state;
  add_lines(&text, 1 << 20);
  add_member_of(&block, text.p, text.n, 6, Z_DEFAULT_STRATEGY, 0);
  z_stream z;
  memset(&z, 0, sizeof z);
  if (deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
  z.next_in = (Bytef *)text.p;
  z.avail_in = (uInt)text.n;
  z.next_out = (Bytef *)block.p; /* large enough: it has held the member */
  z.avail_out = (uInt)block.cap;
  if (deflate(&z, Z_FULL_FLUSH) != Z_OK || z.avail_in || !z.avail_out) abort();
  block.n = z.total_out;
  deflateEnd(&z);
  FILE *f = fopen("large.gz", "wb");
  assert_non_null(f);
  uLong crc = 0, one = crc32(0, (Bytef *)text.p, (uInt)text.n);
  fwrite("\x1f\x8b\x08\0\0\0\0\0\0\0", 1, 10, f);
  for (uint32_t i = 0; i < times; i++) {
    fwrite(block.p, 1, block.n, f);
    crc = crc32_combine(crc, one, (z_off_t)text.n);
  }
  fwrite("\x03\0", 1, 2, f);
  add_number(&gz, (uint32_t)crc);
  add_number(&gz, (uint32_t)((uint64_t)times * text.n));
  fwrite(gz.p, 1, 8, f);
  fwrite("\x1f\x8b\x08\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\0\0", 1, 20, f); /* and an empty one */
  assert_int_equal(fclose(f), 0);
  for (size_t i = 0; i < inflate_kinds_count; i++) {
    struct gzip g = {.kind = inflate_kinds[i]};
    struct input in;
    struct err e = {0};
    uint64_t n = 0;
    assert_int_equal(input_init(&in, &e), ERR_NONE);
    assert_int_equal(input_open(&in, "large.gz", &unconfined, &e), ERR_NONE);
    assert_int_equal(gzip_start(&g, &e), ERR_NONE);
    for (size_t got = sizeof room; got == sizeof room; n += got) {
      got = gzip_read(&g, &in, room, sizeof room, &e);
      for (size_t k = 0; k < got; k += sizeof room / 4)
        if (room[k] != text.p[(n + k) % text.n]) fail_msg("byte %llu", (unsigned long long)(n + k));
    }
    CHECK(!e.code && n == (uint64_t)times * text.n, "%s: %s", inflate_kinds[i]->name, e.text);
    assert_false(g.by_reference);
    gzip_clear(&g);
    input_clear(&in);
  }
  bytes_free(&text);
  bytes_free(&block);
  bytes_free(&gz);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ways_and_sizes),
      cmocka_unit_test(test_far_matches),
      cmocka_unit_test(test_ends_near_a_buffers_end),
      cmocka_unit_test(test_tiny_members),
      cmocka_unit_test(test_bounds),
      cmocka_unit_test(test_damage),
      cmocka_unit_test(test_damage_of_more),
      cmocka_unit_test(test_wrong_library),
      cmocka_unit_test(test_no_memory),
      cmocka_unit_test(test_empty_blocks),
  };
  const struct CMUnitTest large[] = {cmocka_unit_test(test_large_member)};
  end_after(600);
  if (argc > 1 && !strcmp(argv[1], "large"))
    return finish(cmocka_run_group_tests(large, enter_temp_folder, leave_temp_folder));
  return finish(cmocka_run_group_tests(tests, enter_temp_folder, leave_temp_folder));
}
