/* SPDX-License-Identifier: MIT */
/*
** Layers of gzip and base64 around the bytes of a file: all stacks of them, read in pieces of all sizes,
** with the places where members and lines end around the ends of buffers, cut at each byte, and with
** each byte changed.
*/
#include "base64_encode.h"
#include "helpers.h"

#include "file/source.h"

static struct source source;

/* Reads a file to its end in pieces of n bytes.  Returns the last result of source_read(). */
static ssize_t read_all(const char *path, size_t n, struct bytes *out, struct err *e) {
  static char piece[1 << 20];
  ssize_t got;
  memset(e, 0, sizeof *e);
  memset(out, 0, sizeof *out);
  bytes_add(out, "", 0);
  if (source_open(&source, path, &unconfined, e)) return -1;
  while ((got = source_read(&source, piece, n, e)) > 0) bytes_add(out, piece, (size_t)got);
  if (got < 0) { /* the error stays */
    struct err again = {0};
    assert_int_equal(source_read(&source, piece, n, &again), -1);
    assert_string_equal(again.text, e->text);
  }
  source_close(&source);
  return got;
}

/* Wraps what is in *b in a layer: g, or b, or another letter for a style of base64. */
static void wrap(struct bytes *b, char layer) {
  static const struct base64_style styles[] = {
      {.width = 0}, {.width = 76}, {.width = 75, .end = "\r\n"}, {.is_url = 1, .has_no_pads = 1}};
  struct bytes out = {0};
  if (layer == 'g') add_member(&out, b->p, b->n);
  else base64_add(&out, b->p, b->n, &styles[layer - 'a']);
  bytes_free(b);
  *b = out;
}

/* Wraps a copy in layers, of which the letters say the kinds, from the outermost on. */
static struct bytes wrapped(const struct bytes *b, const char *layers) {
  struct bytes out = {0};
  bytes_add(&out, b->p, b->n);
  for (size_t i = strlen(layers); i-- > 0;) wrap(&out, layers[i]);
  return out;
}

/* What flowlogs_files says of these layers. */
static const char *kinds_of(const char *layers) {
  static char text[100];
  text[0] = 0;
  for (size_t i = 0; layers[i]; i++) strcat(strcat(text, i ? "+" : ""), layers[i] == 'g' ? "gzip" : "base64");
  return *text ? text : "plain";
}

static void check_same(const char *path, const struct bytes *expected, const char *layers) {
  static const size_t pieces[] = {1 << 20, 5000, 100, 7};
  char kinds[SOURCE_KINDS];
  for (size_t i = 0; i < COUNT(pieces); i++) {
    struct bytes got;
    struct err e;
    if (expected->n / pieces[i] > 6000) continue;
    CHECK(read_all(path, pieces[i], &got, &e) == 0, "%s in pieces of %zu: %s", layers, pieces[i], e.text);
    CHECK(got.n == expected->n && !memcmp(got.p, expected->p, got.n), "%s in pieces of %zu: %zu of %zu bytes", layers,
          pieces[i], got.n, expected->n);
    bytes_free(&got);
    source_kinds(&source, kinds);
    assert_string_equal(kinds, kinds_of(layers));
  }
}

/* Lines of records, of about n bytes. */
static struct bytes lines(size_t n) {
  struct bytes b = {0};
  do
    bytes_print(&b, "2 123456789012 eni-%08x 10.0.%u.%u 10.0.1.%u 443 6 ACCEPT OK\n", random_u32(), random_below(256),
                random_below(256), random_below(99));
  while (b.n < n);
  return b;
}

static const char *const stacks[] = {"",     "g",    "gg",  "ggg", "gggg", "a",   "b",    "c",   "d",   "ag",
                                     "bg",   "cg",   "dg",  "ga",  "gb",   "gc",  "gd",   "gag", "cdg", "gdg",
                                     "bgbg", "gaga", "agg", "aag", "gga",  "gcg", "dgdg", "ddgg"};

static void test_stacks(void **state) {
  static const size_t sizes[] = {1, 5000, 150000};
  (void)state;
  for (size_t i = 0; i < COUNT(stacks) * COUNT(sizes); i++) {
    const char *layers = stacks[i / COUNT(sizes)];
    struct bytes b = lines(sizes[i % COUNT(sizes)]), file = wrapped(&b, layers);
    write_file("stack", file.p, file.n);
    check_same("stack", &b, layers);
    bytes_free(&file);
    bytes_free(&b);
  }
}

static void test_too_many(void **state) {
  static const char *const many[] = {"ggggg", "bgbgb", "ggggggggg", "gaggg"};
  struct bytes b = lines(1), got;
  struct err e;
  (void)state;
  for (size_t i = 0; i < COUNT(many); i++) {
    struct bytes file = wrapped(&b, many[i]);
    write_file("many", file.p, file.n);
    assert_int_equal(read_all("many", 100, &got, &e), -1);
    assert_int_equal(e.code, ERR_FORMAT);
    assert_string_equal(e.text, "has more than 4 layers of gzip and base64; unpack it");
    bytes_free(&file);
    bytes_free(&got);
  }
  bytes_free(&b);
}

/* What looks like base64 by its letters and is none of what is read stays as it is. */
static void test_no_layers(void **state) {
  static const char *const texts[] = {"dstport\n443\n80000\n",
                                      "AAAA",
                                      "ACCEPT\nREJECT\n",
                                      "version",
                                      "H4s",
                                      "////",
                                      "aGVsbG8=" /* hello, which has no space */,
                                      "AAECAwQF" /* control bytes */};
  (void)state;
  for (size_t i = 0; i < COUNT(texts); i++) {
    struct bytes b = {0};
    bytes_add(&b, texts[i], strlen(texts[i]));
    write_file("none", b.p, b.n);
    check_same("none", &b, "");
    bytes_free(&b);
  }
}

/* Documents back to back: members of members, members in one, and values of base64 one a line. */
static void test_documents(void **state) {
  (void)state;
  for (int form = 0; form < 8; form++) {
    struct bytes all = {0}, file = {0}, inner = {0};
    struct base64_style style = {
        .has_no_pads = form == 3, .width = form == 4 ? 76 : 0, .end = form == 5 ? "\r\n" : NULL};
    for (int k = 0; k < 40; k++) {
      struct bytes b = lines(1 + random_below(900)), gz = {0};
      bytes_add(&all, b.p, b.n);
      add_member(&gz, b.p, b.n);
      if (form == 0) add_member(&file, gz.p, gz.n); /* each member is a gzip document */
      if (form == 1) bytes_add(&inner, gz.p, gz.n); /* one member of many documents */
      if (form == 6 || form == 7) base64_add(&file, b.p, b.n - (form == 7), &style); /* texts, with and without LF */
      else if (form >= 2) base64_add(&file, gz.p, gz.n, &style);
      if (form >= 2) bytes_add(&file, form == 5 ? "\r\n" : "\n", form == 5 ? 2 : 1);
      bytes_free(&b);
      bytes_free(&gz);
    }
    if (form == 1) add_member(&file, inner.p, inner.n);
    if (form == 7) all.n--;
    write_file("documents", file.p, file.n);
    check_same("documents", &all, form < 2 ? "gg" : form < 6 ? "ag" : "a");
    bytes_free(&all);
    bytes_free(&file);
    bytes_free(&inner);
  }
}

/* Appends a member that is not compressed, so that it has about the size of what is in it. */
static void add_stored(struct bytes *out, const struct bytes *b) {
  z_stream z;
  memset(&z, 0, sizeof z);
  if (deflateInit2(&z, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
  size_t room = b->n + b->n / 1000 + 1000;
  char *p = malloc(room);
  if (!p) abort();
  z.next_in = (Bytef *)b->p;
  z.avail_in = (uInt)b->n;
  z.next_out = (Bytef *)p;
  z.avail_out = (uInt)room;
  if (deflate(&z, Z_FINISH) != Z_STREAM_END) abort();
  bytes_add(out, p, z.total_out);
  deflateEnd(&z);
  free(p);
}

/* The end of a member or value of an inner layer lies at each place around the end of a buffer. */
static void test_at_buffer_end(void **state) {
  (void)state;
  for (size_t off = 0; off < 120; off += 3) {
    struct bytes b = {0}, second = lines(1), inner = {0}, file = {0}, all = {0};
    size_t size = INPUT_BUFFER - 60 + off;
    int is_base64 = off % 2;
    bytes_print(&b, "2 ");
    bytes_repeat(&b, 'x', (is_base64 ? size / 4 * 3 : size) - 3);
    bytes_repeat(&b, '\n', 1);
    bytes_add(&all, b.p, b.n);
    bytes_add(&all, second.p, second.n);
    if (is_base64) {
      const struct base64_style style = {.width = off % 3 ? 75 : 0, .has_no_pads = 0};
      base64_add(&inner, b.p, b.n, &style);
      bytes_add(&inner, "\n", 1);
      base64_add(&inner, second.p, second.n, &style);
    } else {
      add_stored(&inner, &b);
      add_member(&inner, second.p, second.n);
    }
    add_member(&file, inner.p, inner.n);
    write_file("end", file.p, file.n);
    check_same("end", &all, is_base64 ? "ga" : "gg");
    bytes_free(&b);
    bytes_free(&second);
    bytes_free(&inner);
    bytes_free(&file);
    bytes_free(&all);
  }
}

/* With each length that is less, all that can be told comes out, and then an error that names the layer. */
static void test_cut_at_every_byte(void **state) {
  static const char *const cut[] = {"gg", "ggg", "ag", "bg", "dg", "ga", "gc", "gag", "bgbg", "gggg"};
  (void)state;
  for (size_t i = 0; i < COUNT(cut); i++) {
    struct bytes b = lines(100), file = wrapped(&b, cut[i]), got;
    struct err e;
    size_t most = 0;
    int is_full = 0;
    for (size_t n = 4; n < file.n; n++) {
      write_file("cut", file.p, n);
      ssize_t rc = read_all("cut", n % 2 ? 1000 : 3, &got, &e);
      if (source.nlayers < strlen(cut[i])) { /* so little is left that nobody knows what it is */
        CHECK(rc == -1 && n < 80 && got.n < 8, "%s cut at %zu: %zu bytes", cut[i], n, got.n);
        bytes_free(&got);
        continue;
      }
      int is_whole = rc == 0 && got.n == b.n && strchr("abcd", cut[i][0]); /* padding or a line break is missing */
      CHECK(rc == -1 || is_whole, "%s cut at %zu: %zu bytes", cut[i], n, got.n);
      CHECK(is_whole || (e.code == ERR_DAMAGED && strstr(e.text, " cut off")), "%s cut at %zu: %s", cut[i], n, e.text);
      CHECK(is_whole || !strncmp(e.text, "the gzip data ", 14) || !strncmp(e.text, "the base64 data ", 16), "%s",
            e.text);
      CHECK(got.n <= b.n && !memcmp(got.p, b.p, got.n), "%s cut at %zu", cut[i], n);
      CHECK(got.n >= most, "%s cut at %zu gives %zu bytes, and a shorter file %zu", cut[i], n, got.n, most);
      most = got.n;
      is_full |= got.n == b.n;
      bytes_free(&got);
    }
    CHECK(is_full, "%s: all comes out when only the end of the trailer is missing", cut[i]);
    bytes_free(&b);
    bytes_free(&file);
  }
}

/* What is cut off or changed within a whole layer of gzip is an error of the inner layer. */
static void test_damage_within(void **state) {
  static const struct {
    const char *outer, *inner, *error;
    int change; /* a byte near the end of the inner layer is changed, or that many bytes are missing */
  } cases[] = {
      {"g", "g", "the gzip data within the gzip data is cut off", 10},
      {"g", "g", "the gzip data within the gzip data is corrupt: wrong checksum", 0},
      {"gg", "g", "the gzip data within the gzip data within the gzip data is cut off", 30},
      {"ag", "g", "the gzip data within the gzip data within the base64 data is cut off", 3},
      {"b", "g", "the gzip data within the base64 data is cut off", 9},
      {"b", "g", "the gzip data within the base64 data is corrupt: wrong checksum", 0},
      {"g", "ag", "the base64 data within the gzip data is cut off, 1 characters more than whole groups of four", 3},
      {"ga", "g", "the gzip data within the base64 data within the gzip data is cut off", 9},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct bytes b = lines(2001), file, got;
    struct err e;
    while (b.n % 3 != 2) bytes_add(&b, "\n", 1);
    file = wrapped(&b, cases[i].inner);
    if (cases[i].inner[0] == 'a') file.n -= 3; /* a digit is left of a group of four */
    else if (cases[i].change) file.n -= (size_t)cases[i].change;
    else file.p[file.n - 6] ^= 1;
    struct bytes outer = wrapped(&file, cases[i].outer);
    write_file("within", outer.p, outer.n);
    assert_int_equal(read_all("within", 1000, &got, &e), -1);
    CHECK(e.code == ERR_DAMAGED, "%zu: %s", i, e.text);
    CHECK(!strcmp(e.text, cases[i].error), "%zu: %s", i, e.text);
    CHECK(got.n <= b.n && got.n + 200 > b.n && !memcmp(got.p, b.p, got.n), "%zu: %zu of %zu bytes", i, got.n, b.n);
    bytes_free(&b);
    bytes_free(&file);
    bytes_free(&outer);
    bytes_free(&got);
  }
}

/* With a flipped bit (each 23rd) in any layer, the end is reached only with the exact bytes, where a layer of gzip has a checksum. */
static void test_each_bit_flipped(void **state) {
  static const char *const flipped[] = {"gg", "ag", "bg", "ga"};
  (void)state;
  for (size_t i = 0; i < COUNT(flipped); i++) {
    struct bytes b = lines(300), file = wrapped(&b, flipped[i]), got;
    struct err e;
    for (size_t bit = 0; bit < 8 * file.n; bit += 23) {
      file.p[bit / 8] = (char)(file.p[bit / 8] ^ 1 << bit % 8);
      write_file("flipped", file.p, file.n);
      ssize_t rc = read_all("flipped", 1000, &got, &e);
      if (rc == 0 && source.nlayers == 2)
        CHECK(got.n == b.n && !memcmp(got.p, b.p, b.n), "%s: bit %zu changes the text unnoticed", flipped[i], bit);
      else CHECK(rc == -1 || bit / 8 < 4, "%s: bit %zu makes it another kind", flipped[i], bit);
      file.p[bit / 8] = (char)(file.p[bit / 8] ^ 1 << bit % 8);
      bytes_free(&got);
    }
    bytes_free(&b);
    bytes_free(&file);
  }
}

static int stop_at(void *context) {
  int *left = context;
  return --*left < 0;
}

/* Kilobytes that stand for 60 MB of empty members, from which nothing comes, can be stopped at any time. */
static void test_stop(void **state) {
  struct bytes empty = {0}, outer = {0}, got;
  struct err e;
  (void)state;
  for (int i = 0; i < 3000; i++) add_member(&empty, "", 0);
  for (int i = 0; i < 20; i++) add_member(&outer, empty.p, empty.n);
  write_file("empty", outer.p, outer.n);
  for (int at = 0; at < 6; at++) {
    int left = at;
    source.input.stop = (struct stop){.ask = stop_at, .context = &left};
    read_all("empty", 4096, &got, &e);
    assert_int_equal(e.code, ERR_INTERRUPT);
    bytes_free(&got);
  }
  source.input.stop.ask = NULL;
  assert_int_equal(read_all("empty", 4096, &got, &e), 0);
  assert_int_equal(got.n, 0);
  bytes_free(&got);
  bytes_free(&empty);
  bytes_free(&outer);
}

/* Each allocation fails in turn. */
static void test_no_memory(void **state) {
  struct bytes b = lines(3000), file = wrapped(&b, "gagg");
  int failed = 0;
  (void)state;
  write_file("memory", file.p, file.n);
  for (size_t n = 1, calls = n; calls >= n - 1; n++) { /* the last run has no failure */
    struct source s;
    struct err e = {0};
    char text[4096];
    size_t live = mem_test_live(), at = 0;
    ssize_t got = 0;
    mem_test_fail(n, 0);
    if (!source_init(&s, &e) && !source_open(&s, "memory", &unconfined, &e))
      while ((got = source_read(&s, text + at, sizeof text - at, &e)) > 0) at += (size_t)got;
    calls = mem_test_calls();
    source_clear(&s);
    mem_test_fail(0, 0);
    assert_int_equal(mem_test_live(), live);
    assert_memory_equal(text, b.p, at);
    if (n <= calls) assert_int_equal(e.code, ERR_NOMEM);
    else assert_true(e.code == ERR_NONE && at == b.n);
    failed += n <= calls;
  }
  assert_in_range(failed, 6, 60);
  bytes_free(&b);
  bytes_free(&file);
}

static int set_up(void **state) {
  struct err e = {0};
  return enter_temp_folder(state) || source_init(&source, &e);
}

static int tear_down(void **state) {
  source_clear(&source);
  return leave_temp_folder(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_stacks),        cmocka_unit_test(test_too_many),
      cmocka_unit_test(test_no_layers),     cmocka_unit_test(test_documents),
      cmocka_unit_test(test_at_buffer_end), cmocka_unit_test(test_cut_at_every_byte),
      cmocka_unit_test(test_damage_within), cmocka_unit_test(test_each_bit_flipped),
      cmocka_unit_test(test_stop),          cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
