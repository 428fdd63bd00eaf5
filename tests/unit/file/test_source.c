/* SPDX-License-Identifier: MIT */
/*
** Files of all kinds are read back.  Gzip files are cut at every byte and have every bit flipped;
** the result must be the exact bytes, or fewer bytes and an error.
*/
#include "helpers.h"

#include "file/source.h"

static struct source source;

/* Reads a file to its end in pieces of n bytes.  Returns the last result of source_read(). */
static ssize_t read_all(const char *path, size_t n, struct bytes *out, struct err *e) {
  static char piece[1 << 20];
  ssize_t got;
  memset(e, 0, sizeof *e);
  memset(out, 0, sizeof *out);
  assert_in_range(n, 1, sizeof piece);
  bytes_add(out, "", 0);
  if (source_open(&source, path, &unconfined, e)) return -1;
  while ((got = source_read(&source, piece, n, e)) > 0) {
    assert_in_range(got, 1, n);
    bytes_add(out, piece, (size_t)got);
  }
  if (got < 0) { /* the error stays */
    struct err again = {0};
    assert_int_equal(source_read(&source, piece, n, &again), -1);
    assert_int_equal(again.code, e->code);
  } else {
    assert_int_equal(source_read(&source, piece, n, e), 0);
  }
  assert_int_equal(e->code != ERR_NONE, got < 0);
  source_close(&source);
  return got;
}

static void check_same(const char *path, const struct bytes *expected) {
  static const size_t pieces[] = {1 << 20, 65536, 100, 7, 1};
  for (size_t i = 0; i < COUNT(pieces); i++) {
    struct bytes got;
    struct err e;
    if (expected->n / pieces[i] > 100000) continue;
    CHECK(read_all(path, pieces[i], &got, &e) == 0, "%s in pieces of %zu: %s", path, pieces[i], e.text);
    CHECK(got.n == expected->n && !memcmp(got.p, expected->p, got.n), "%s in pieces of %zu", path, pieces[i]);
    bytes_free(&got);
  }
}

/* Appends n bytes of text that zlib cannot compress much. */
static void add_noise(struct bytes *b, size_t n) {
  while (n-- > 0) {
    char c = (char)(' ' + random_below(90));
    bytes_add(b, &c, 1);
  }
}

static void test_sizes(void **state) {
  static const size_t sizes[] = {1, 2, 7, 8, 9, 1000, INPUT_BUFFER - 1, INPUT_BUFFER, INPUT_BUFFER + 1, 700000};
  (void)state;
  for (size_t i = 0; i < COUNT(sizes); i++) {
    struct bytes b = {0};
    add_noise(&b, sizes[i]);
    write_file("plain", b.p, b.n);
    check_same("plain", &b);
    assert_int_equal(source.kind, SOURCE_PLAIN);
    write_gzip("gzip", b.p, b.n);
    check_same("gzip", &b);
    assert_int_equal(source.kind, SOURCE_GZIP);
    bytes_free(&b);
  }
}

static void test_nothing(void **state) {
  struct bytes none = {0}, gz = {0};
  (void)state;
  bytes_add(&none, "", 0);
  write_file("empty", "", 0);
  check_same("empty", &none);
  assert_int_equal(source.kind, SOURCE_EMPTY);
  for (int members = 1; members < 4; members++) {
    add_member(&gz, "", 0);
    write_file("empty.gz", gz.p, gz.n);
    check_same("empty.gz", &none);
    assert_int_equal(source.kind, SOURCE_GZIP);
  }
  bytes_free(&none);
  bytes_free(&gz);
}

/* Much text from few bytes, and a buffer that zlib must fill many times. */
static void test_dense(void **state) {
  struct bytes b = {0};
  (void)state;
  bytes_repeat(&b, 'x', 5000000);
  write_gzip("dense", b.p, b.n);
  check_same("dense", &b);
  bytes_free(&b);
}

/* Members of all sizes, including empty ones, with and without zero bytes after the last one. */
static void test_members(void **state) {
  (void)state;
  for (int round = 0; round < 30; round++) {
    struct bytes b = {0}, gz = {0};
    bytes_add(&b, "", 0);
    for (uint32_t i = 1 + random_below(20); i > 0; i--) {
      size_t before = b.n, n = random_below(4) ? random_below(200) : random_below(100000);
      if (random_below(5)) add_noise(&b, n);
      add_member(&gz, b.p + before, b.n - before);
    }
    write_file("members", gz.p, gz.n);
    check_same("members", &b);
    bytes_repeat(&gz, 0, random_below(3) ? random_below(600) : INPUT_BUFFER + random_below(INPUT_BUFFER));
    write_file("members", gz.p, gz.n);
    check_same("members", &b);
    bytes_free(&b);
    bytes_free(&gz);
  }
}

/* The first bytes of a second member lie at each place around the end of the input buffer. */
static void test_members_at_buffer_end(void **state) {
  (void)state;
  for (size_t off = 0; off < 24; off++) {
    struct bytes b = {0}, gz = {0}, first = {0};
    add_noise(&first, INPUT_BUFFER - 40 + off); /* stored, as no compression is asked for below */
    z_stream z;
    memset(&z, 0, sizeof z);
    if (deflateInit2(&z, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
    char *out = malloc(first.n + 1000);
    if (!out) abort();
    z.next_in = (Bytef *)first.p;
    z.avail_in = (uInt)first.n;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)(first.n + 1000);
    if (deflate(&z, Z_FINISH) != Z_STREAM_END) abort();
    bytes_add(&gz, out, z.total_out);
    deflateEnd(&z);
    free(out);
    assert_in_range(gz.n, INPUT_BUFFER - 25, INPUT_BUFFER + 25);
    bytes_add(&b, first.p, first.n);
    bytes_add(&b, "second", 6);
    add_member(&gz, "second", 6);
    write_file("members", gz.p, gz.n);
    check_same("members", &b);
    bytes_free(&b);
    bytes_free(&gz);
    bytes_free(&first);
  }
}

/* A header with all optional parts of RFC 1952. */
static void test_header_fields(void **state) {
  static const char head[] = "\x1f\x8b\x08\x1e\1\2\3\4\2\3\5\0extraname\0comment"; /* and a NUL */
  struct bytes gz = {0}, plain = {0}, b = {0};
  (void)state;
  bytes_add(&b, "some text", 9);
  add_member(&plain, b.p, b.n);
  bytes_add(&gz, head, sizeof head);
  uLong crc = crc32(0, (const Bytef *)gz.p, (uInt)gz.n);
  bytes_print(&gz, "%c%c", (int)(crc & 0xff), (int)(crc >> 8 & 0xff));
  bytes_add(&gz, plain.p + 10, plain.n - 10);
  write_file("fields", gz.p, gz.n);
  check_same("fields", &b);
  bytes_free(&gz);
  bytes_free(&plain);
  bytes_free(&b);
}

static size_t before_second; /* bytes of text in small_gzip()'s first member */

/* Makes two members with some text each, and notes where the first one ends. */
static size_t small_gzip(struct bytes *b, struct bytes *gz) {
  memset(b, 0, sizeof *b);
  memset(gz, 0, sizeof *gz);
  for (int i = 0; i < 12; i++)
    bytes_print(b, "2 123456789012 eni-0a 10.0.0.%d 10.0.1.%u 443 ACCEPT OK\n", i, random_below(99));
  add_member(gz, b->p, b->n);
  size_t first = gz->n;
  before_second = b->n;
  for (int i = 0; i < 3; i++) bytes_print(b, "%u\n", random_u32());
  add_member(gz, b->p + before_second, b->n - before_second);
  return first;
}

static void test_cut_at_every_byte(void **state) {
  struct bytes b, gz, got;
  struct err e;
  (void)state;
  size_t first = small_gzip(&b, &gz), most = 0;
  for (size_t cut = 2; cut < gz.n; cut++)
    for (size_t piece = 1; piece < 2000; piece += 999) {
      write_file("cut", gz.p, cut);
      ssize_t rc = read_all("cut", piece, &got, &e);
      CHECK(rc == (cut == first ? 0 : -1), "cut at %zu", cut);
      if (rc && cut != first + 1) CHECK(e.code == ERR_DAMAGED, "cut at %zu: %s", cut, e.text);
      CHECK(got.n <= b.n && !memcmp(got.p, b.p, got.n), "cut at %zu", cut);
      CHECK(got.n >= most, "cut at %zu gives %zu bytes, and a shorter file %zu", cut, got.n, most);
      if (piece == 1) most = got.n;
      bytes_free(&got);
    }
  assert_int_equal(most, b.n); /* all text is delivered when only the trailer is missing */
  bytes_free(&b);
  bytes_free(&gz);
}

/* A file whose first bytes are not gzip is plain. */
static void test_one_byte_of_magic(void **state) {
  struct bytes b = {0};
  (void)state;
  bytes_add(&b, "\x1f", 1);
  write_file("magic", b.p, b.n);
  check_same("magic", &b);
  assert_int_equal(source.kind, SOURCE_PLAIN);
  bytes_free(&b);
}

/* With a flipped bit, the end is reached only with the exact bytes. */
static void test_each_bit_flipped(void **state) {
  struct bytes b, gz, got;
  struct err e;
  int harmless = 0, damaged = 0;
  (void)state;
  size_t second = small_gzip(&b, &gz), padding = gz.n;
  bytes_repeat(&gz, 0, 4);
  for (size_t bit = 0; bit < 8 * gz.n; bit++) {
    gz.p[bit / 8] = (char)(gz.p[bit / 8] ^ 1 << bit % 8);
    write_file("flipped", gz.p, gz.n);
    ssize_t rc = read_all("flipped", 1000, &got, &e);
    if (source.kind != SOURCE_GZIP) {
      CHECK(bit < 16 && got.n == gz.n, "bit %zu makes it another kind", bit);
    } else if (rc == 0) {
      CHECK(got.n == b.n && !memcmp(got.p, b.p, b.n), "bit %zu changes the text unnoticed", bit);
      harmless++;
    } else {
      size_t byte = bit / 8;
      /* These bytes no longer show that a member was there. */
      int behind = byte == second || byte == second + 1 || byte >= padding;
      CHECK(e.code == (behind ? ERR_DAMAGED : ERR_DAMAGED), "bit %zu: %s", bit, e.text);
      CHECK(!behind || got.n == (byte < padding ? before_second : b.n), "bit %zu: the text before it", bit);
      damaged++;
    }
    bytes_free(&got);
    gz.p[bit / 8] = (char)(gz.p[bit / 8] ^ 1 << bit % 8);
  }
  /* Time, extra flags, system and one flag have no meaning for the data. */
  assert_in_range(harmless, 2 * 6 * 8, 2 * 7 * 8 + 8);
  assert_in_range(damaged, 1000, 8 * gz.n);
  bytes_free(&b);
  bytes_free(&gz);
}

/*
** Bytes after the last member, with and without zero bytes between: the text comes first, and
** then the error.
*/
static void test_trailing_garbage(void **state) {
  static const char *const behind[] = {"x", "\x1f", "\x1fx", "\n", "text", "PK\x03\x04", "\x1f\x8b"};
  (void)state;
  for (size_t i = 0; i < COUNT(behind); i++)
    for (int zeros = 0; zeros < 3; zeros++) {
      struct bytes b, gz, got;
      struct err e;
      small_gzip(&b, &gz);
      bytes_repeat(&gz, 0, zeros == 2 ? 3 * INPUT_BUFFER : (size_t)zeros);
      bytes_add(&gz, behind[i], strlen(behind[i]));
      write_file("trailing", gz.p, gz.n);
      CHECK(read_all("trailing", 1000, &got, &e) == -1, "%zu, %d", i, zeros);
      int is_gzip = zeros == 0 && !strcmp(behind[i], "\x1f\x8b");
      CHECK(e.code == (is_gzip ? ERR_DAMAGED : ERR_DAMAGED), "%zu, %d: %s", i, zeros, e.text);
      CHECK(got.n == b.n && !memcmp(got.p, b.p, b.n), "%zu, %d: all the text was delivered", i, zeros);
      bytes_free(&b);
      bytes_free(&gz);
      bytes_free(&got);
    }
}

static void test_kinds(void **state) {
  static const struct {
    const char *bytes;
    size_t n;
    enum source_kind kind;
    const char *name;
  } table[] = {
      {"", 0, SOURCE_EMPTY, "empty"},
      {"version account-id", 18, SOURCE_PLAIN, "plain"},
      {"\x1f\x8b\x08", 3, SOURCE_GZIP, "gzip"},
      {"\x1f\x8b", 2, SOURCE_GZIP, "gzip"},
      {"\x1f", 1, SOURCE_PLAIN, "plain"},
      {"\x1f\x9d\x90", 3, SOURCE_PLAIN, "plain"}, /* compress(1) */
      {"PAR1....", 8, SOURCE_PARQUET, "parquet"},
      {"PAR1", 4, SOURCE_PARQUET, "parquet"},
      {"PAR", 3, SOURCE_PLAIN, "plain"},
      {"\x28\xb5\x2f\xfd", 4, SOURCE_ZSTD, "zstd"},
      {"BZh9", 4, SOURCE_BZIP2, "bzip2"},
      {"\xfd"
       "7zXZ\0",
       6, SOURCE_XZ, "xz"},
      {"PK\x03\x04", 4, SOURCE_ZIP, "zip"},
      {"\xff\xfe"
       "2\0",
       4, SOURCE_UTF16, "utf-16"},
      {"\xef\xbb\xbf"
       "2",
       4, SOURCE_PLAIN, "plain"}, /* UTF-8 with a byte order mark */
      {"\0\0\0\0", 4, SOURCE_PLAIN, "plain"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    struct err e = {0};
    CHECK(source_magic(table[i].bytes, table[i].n) == table[i].kind, "row %zu", i);
    assert_string_equal(source_kind_name(table[i].kind), table[i].name);
    write_file("kind.gz", table[i].bytes, table[i].n);
    assert_int_equal(source_open(&source, "kind.gz", &unconfined, &e), ERR_NONE);
    CHECK(source.kind == table[i].kind, "row %zu", i);
    source_close(&source);
  }
  for (int k = 0; k < SOURCE_KIND_COUNT; k++) assert_true(*source_kind_name((enum source_kind)k));
}

/*
** Anything but a regular file is refused at once: opening a pipe without a writer does not wait.
*/
static void test_refused(void **state) {
  static const char *const paths[] = {"missing", "missing/file", "folder", "pipe", "/dev/null", "loop", "", "text/x"};
  (void)state;
  make_folder("folder");
  make_link("loop", "loop");
  write_text("text", "x");
  assert_int_equal(mkfifo("pipe", 0600), 0);
  end_after(10);
  for (size_t i = 0; i < COUNT(paths); i++) {
    struct err e = {0};
    CHECK(source_open(&source, paths[i], &unconfined, &e) == ERR_IO, "'%s'", paths[i]);
    assert_int_equal(e.code, ERR_IO);
    assert_true(*e.text);
    assert_int_equal(source.input.fd, -1);
  }
  end_after(0);
}

static void test_outside_root(void **state) {
  struct root_guard guard;
  struct err e = {0};
  char c;
  (void)state;
  make_folder("root");
  make_folder("root/below");
  write_text("root/in", "i");
  write_text("out", "o");
  make_link("../out", "root/leads-out");
  make_link("below/../in", "root/leads-in");
  assert_int_equal(root_guard_init(&guard, "root", &e), ERR_NONE);
  static const char *const inside[] = {"root/in", "root/below/../in", "root/leads-in"};
  static const char *const outside[] = {"out", "root/../out", "root/leads-out", "root/below/../../out", "/etc/passwd"};
  for (size_t i = 0; i < COUNT(inside); i++) {
    assert_int_equal(source_open(&source, inside[i], &guard, &e), ERR_NONE);
    assert_int_equal(source_read(&source, &c, 1, &e), 1);
    assert_int_equal(c, 'i');
  }
  for (size_t i = 0; i < COUNT(outside); i++) {
    memset(&e, 0, sizeof e);
    CHECK(source_open(&source, outside[i], &guard, &e) == ERR_ARGUMENT, "%s", outside[i]);
    assert_int_equal(source.input.fd, -1);
  }
}

/* A file may be closed before its end, and no descriptor is lost. */
static void test_many_files(void **state) {
  struct bytes b, gz;
  struct err e = {0};
  char c[10];
  (void)state;
  small_gzip(&b, &gz);
  write_file("a.gz", gz.p, gz.n);
  write_file("a", b.p, b.n);
  int before = open_files();
  for (int i = 0; i < 50; i++) {
    assert_int_equal(source_open(&source, i % 2 ? "a" : "a.gz", &unconfined, &e), ERR_NONE);
    assert_int_equal(source_read(&source, c, 10, &e), 10);
    assert_memory_equal(c, b.p, 10);
    if (i % 3) source_close(&source);
    assert_in_range(open_files(), before, before + 1);
  }
  source_close(&source);
  source_close(&source);
  assert_int_equal(open_files(), before);
  bytes_free(&b);
  bytes_free(&gz);
}

static int stop_at(void *context) {
  int *left = context;
  return --*left < 0;
}

/* Writes a gzip file, n bytes of which bring nothing out: which says where they stand. */
static void write_idle(const char *which, size_t n) {
  struct bytes b, gz, idle = {0};
  small_gzip(&b, &gz);
  if (!strcmp(which, "padding")) {
    bytes_add(&idle, gz.p, gz.n);
    bytes_repeat(&idle, 0, n);
  } else if (!strcmp(which, "name")) {
    bytes_add(&idle, "\x1f\x8b\x08\x08\0\0\0\0\0\xff", 10);
    bytes_repeat(&idle, 'n', n);
    bytes_add(&idle, "", 1);
    bytes_add(&idle, gz.p + 10, gz.n - 10);
  } else {
    while (idle.n < n) bytes_add(&idle, "\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0", 20); /* an empty member */
    bytes_add(&idle, gz.p, gz.n);
  }
  write_file("a.gz", idle.p, idle.n);
  bytes_free(&idle);
  bytes_free(&b);
  bytes_free(&gz);
}

/*
** A file may have megabytes that bring nothing out.  While they are read, the source asks for each
** of its reads whether to stop, and a run can be stopped each time.
*/
static void test_stop(void **state) {
  static const char *const idle[] = {"padding", "name", "members"};
  const size_t n = 10 * INPUT_BUFFER;
  (void)state;
  for (size_t i = 0; i < COUNT(idle); i++) {
    int stopped = 0;
    write_idle(idle[i], n);
    for (enum err_code rc = ERR_INTERRUPT; rc; stopped++) {
      struct bytes got;
      struct err e;
      int left = stopped;
      source.input.stop = (struct stop){.ask = stop_at, .context = &left};
      read_all("a.gz", 4096, &got, &e);
      rc = e.code;
      CHECK(rc == ERR_NONE || rc == ERR_INTERRUPT, "%s: %s", idle[i], e.text);
      source.input.stop.ask = NULL;
      source_close(&source);
      bytes_free(&got);
    }
    CHECK(stopped > 10 && stopped < 20, "%s: asked %d times", idle[i], stopped);
  }
}

/* Each allocation fails in turn. */
static void test_no_memory(void **state) {
  struct bytes b, gz;
  int before = open_files(), failed = 0;
  (void)state;
  small_gzip(&b, &gz);
  write_file("a.gz", gz.p, gz.n);
  for (size_t n = 1, calls = n; calls >= n - 1; n++) { /* the last run has no failure */
    struct source s;
    struct err e = {0};
    char text[4096];
    size_t live = mem_test_live(), at = 0;
    ssize_t got = 0;
    mem_test_fail(n, 0);
    if (!source_init(&s, &e) && !source_open(&s, "a.gz", &unconfined, &e))
      while ((got = source_read(&s, text + at, sizeof text - at, &e)) > 0) at += (size_t)got;
    calls = mem_test_calls();
    source_clear(&s);
    mem_test_fail(0, 0);
    assert_int_equal(mem_test_live(), live);
    assert_int_equal(open_files(), before);
    assert_memory_equal(text, b.p, at);
    if (n <= calls) assert_int_equal(e.code, ERR_NOMEM);
    else assert_true(e.code == ERR_NONE && at == b.n);
    failed += n <= calls;
  }
  assert_in_range(failed, 2, 20);
  bytes_free(&b);
  bytes_free(&gz);
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
      cmocka_unit_test(test_sizes),
      cmocka_unit_test(test_nothing),
      cmocka_unit_test(test_dense),
      cmocka_unit_test(test_members),
      cmocka_unit_test(test_header_fields),
      cmocka_unit_test(test_members_at_buffer_end),
      cmocka_unit_test(test_cut_at_every_byte),
      cmocka_unit_test(test_one_byte_of_magic),
      cmocka_unit_test(test_each_bit_flipped),
      cmocka_unit_test(test_trailing_garbage),
      cmocka_unit_test(test_kinds),
      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_outside_root),
      cmocka_unit_test(test_many_files),
      cmocka_unit_test(test_stop),
      cmocka_unit_test(test_no_memory),
  };
  return finish(cmocka_run_group_tests(tests, set_up, tear_down));
}
