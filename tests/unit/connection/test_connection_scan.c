/* SPDX-License-Identifier: MIT */
/*
** Files read as connections: the same ones whatever the number of threads, the memory, and where
** the files lie.
*/
#include "no_threads.h"

#include "helpers.h"

#include "many_files.h"

#include "connection/connection_scan.h"

#define HEADER                                                                                                         \
  "version interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action instance_id\n"
#define MUCH   (UINT64_C(1) << 40)
#define FOLDER "AWSLogs/123456789012/vpcflowlogs"
#define LEAST  (UINT64_C(1) << 20) /* the least that the option accepts */

static const int thread_counts[] = {0, 1, 2, 3};
static int threads; /* of the scans that run() makes, as all that follows */
static const struct predicate *wanted;
static const struct prefix_table *inside;
static struct scan_counts counts;
static unsigned passes;

/* What a scan has found: its connections as lines in one order. */
struct outcome {
  char (*line)[160];
  size_t n, cap;
  struct bytes problem; /* print_batch() of the problem, or empty */
  enum err_code rc;
  struct err e;
};

static int stop_at(void *context) {
  int *left = context;
  return --*left < 0;
}

static const char *vanishes; /* a file that is removed instead */

static int remove_at(void *context) {
  int *left = context;
  if (--*left == 0) unlink(vanishes);
  return 0;
}

static int by_text(const void *a, const void *b) { return strcmp(a, b); }

static void add_connection(struct outcome *o, const struct connection_scan *g, const struct connection *c) {
  struct flow_key key;
  char a[IP_TEXT], b[IP_TEXT];
  uint64_t packets[2], bytes[2];
  struct role role = connection_role(c);
  packed_read_key(connection_key(c), &key);
  ip_format(&key.a.addr, a);
  ip_format(&key.b.addr, b);
  for (uint32_t d = 0; d < 2; d++)
    points_sent(connections_points(connection_scan_table(g), c), d, &packets[d], &bytes[d]);
  if (o->n == o->cap) {
    o->cap = o->cap ? 2 * o->cap : 64;
    if (!(o->line = realloc(o->line, o->cap * sizeof *o->line))) abort();
  }
  snprintf(o->line[o->n++], sizeof *o->line, "%s %u %s %u %u: %llu-%llu %u %s %u %s %lld %lld points %u%s", a,
           (unsigned)key.a.port, b, (unsigned)key.b.port, (unsigned)key.protocol, (unsigned long long)c->seen.first,
           (unsigned long long)c->seen.last, (unsigned)c->seen.records, role_name(role.from), (unsigned)role.client,
           connection_state(c, &key, role.client), (long long)bytes[0], (long long)bytes[1],
           (unsigned)points_observers(connections_points(connection_scan_table(g), c)),
           connection_scan_is_leg(g, &key, inside) ? " leg" : "");
}

/*
** stop_after: how often the scan may ask before it is stopped; negative for never.  The caller
** frees.
*/
static struct outcome *run(const struct files *files, enum policy policy, uint64_t memory, int stop_after) {
  static struct connection_scan g;
  struct connection_scan_options options = {
      .pass.scan = {.reader = {.guard = &unconfined, .policy = policy}, .threads = threads},
      .pass.wish = {.idle = 900, .forwards = 1, .traits = 1, .wanted = wanted, .inside = inside},
      .pass.memory = memory,
  };
  struct outcome *o = calloc(1, sizeof *o);
  const struct connection *c = NULL;
  const struct batch *b;
  if (!o) abort();
  bytes_add(&o->problem, "", 0);
  if (stop_after >= 0) {
    options.pass.scan.reader.stop.ask = vanishes ? remove_at : stop_at;
    options.pass.scan.reader.stop.context = &stop_after;
  }
  o->rc = connection_scan_open(&g, files, &options, &o->e);
  while (!o->rc && !(o->rc = connection_scan_next(&g, &c, &o->e)) && c) add_connection(o, &g, c);
  if (o->rc) assert_null(c);
  else if ((b = connection_scan_problem(&g)) != NULL) print_batch(&o->problem, b);
  assert_int_equal(o->rc, o->e.code);
  passes = g.passes;
  connection_scan_close(&g, &counts);
  connection_scan_close(&g, NULL);
  if (o->n) qsort(o->line, o->n, sizeof *o->line, by_text);
  return o;
}

static void free_outcome(struct outcome *o) {
  bytes_free(&o->problem);
  free(o->line);
  free(o);
}

/* --- files ------------------------------------------------------------------------------------------------------- */

/*
** Traffic between few servers and many clients, on ports that have no names, so that the peers
** decide; some of it seen by two interfaces, and some from behind a NAT gateway.
*/
static void add_line(struct bytes *text, uint32_t clients) {
  uint32_t client = random_below(clients), server = random_below(5), back = random_below(2);
  uint32_t start = 1773100000 + random_below(5) * 1000, eni = random_below(3);
  char from[32], to[32];
  snprintf(from, sizeof from, "10.1.%u.%u", (unsigned)(client / 250), (unsigned)(client % 250));
  snprintf(to, sizeof to, "10.2.0.%u", (unsigned)server);
  unsigned from_port = 60000 + client % 7, to_port = 60000 + server;
  bytes_print(text, "2 eni-%u %s %s %u %u 6 %u %u %u %u ACCEPT i-%u\n", (unsigned)eni, back ? to : from,
              back ? from : to, back ? to_port : from_port, back ? from_port : to_port, (unsigned)random_below(9) + 1,
              (unsigned)random_below(5000) + 400, (unsigned)start, (unsigned)(start + random_below(60)), (unsigned)eni);
}

static struct files make_files(size_t n, uint32_t lines, uint32_t clients, int in_memory) {
  return many_files(n, HEADER, lines, add_line, clients, in_memory);
}

static void check_same(const struct outcome *got, const struct outcome *expected) {
  CHECK(got->rc == expected->rc && !strcmp(got->e.text, expected->e.text), "%d threads: %s", threads, got->e.text);
  CHECK(!strcmp(got->problem.p, expected->problem.p), "%d threads: %s", threads, got->problem.p);
  CHECK(got->n == expected->n, "%d threads: %zu connections, not %zu", threads, got->n, expected->n);
  for (size_t i = 0; i < got->n; i++)
    CHECK(!strcmp(got->line[i], expected->line[i]), "%d threads: %s, not %s", threads, got->line[i], expected->line[i]);
}

/* --- tests ------------------------------------------------------------------------------------------------------- */

/*
** Every allocation in turn, in whichever thread: ERR_NOMEM, or it is of no consequence and the
** connections are right.  With little memory there are very many, and a part of them fails.
*/
static void fail_allocations(const struct files *files, uint64_t memory, size_t step) {
  size_t live = mem_test_live(), failed = 0;
  int before = open_files();
#if defined(__SANITIZE_THREAD__)
  step += 2; /* each run takes long */
#endif
  threads = 0;
  struct outcome *expected = run(files, POLICY_SKIP, MUCH, -1);
  for (int forever = 0; forever < 2; forever++)
    for (size_t n = 1; n < 100000; n += 1 + n * step / 8) {
      threads = (int)n % 4;
      mem_test_fail(n, forever);
      struct outcome *o = run(files, POLICY_SKIP, memory, -1);
      size_t calls = mem_test_calls();
      mem_test_fail(0, 0);
      CHECK(o->rc == ERR_NONE || o->rc == ERR_NOMEM, "allocation %zu: %s", n, o->e.text);
      if (!o->rc) check_same(o, expected);
      assert_int_equal(mem_test_live(), live);
      assert_int_equal(open_files(), before);
      failed += o->rc == ERR_NOMEM;
      free_outcome(o);
      if (n > calls + 20) break;
    }
  threads = 0;
  assert_true(failed > 10);
  free_outcome(expected);
}

/* With little memory the files are read several times, for the peers as well. */
static void test_threads_and_memory(void **state) {
  (void)state;
  for (int in_memory = 0; in_memory < 2; in_memory++) {
    struct files files = make_files(4, 12000, 2500, in_memory);
    threads = 0;
    struct outcome *expected = run(&files, POLICY_FAIL, MUCH, -1);
    struct scan_counts before = counts;
    assert_int_equal(expected->rc, ERR_NONE);
    assert_int_equal(counts.records, 4 * 12000);
    assert_int_equal(passes, 1);
    for (int is_little = 0; is_little < 2; is_little++)
      for (size_t i = 0; i < COUNT(thread_counts); i++) {
        threads = thread_counts[i];
        if (is_little && !in_memory && threads % 2 == 0) continue; /* it takes long */
        struct outcome *got = run(&files, POLICY_FAIL, is_little ? LEAST : MUCH, -1);
        check_same(got, expected);
        CHECK(is_little ? passes > 2 && passes < 100 : passes == 1, "%d threads: %u passes", threads, passes);
        assert_int_equal(counts.threads, threads);
        assert_int_equal(counts.passes, passes);
        counts.threads = 0;
        counts.passes = before.passes;
        assert_memory_equal(&counts, &before, sizeof counts);
        free_outcome(got);
      }
    free_outcome(expected);
    free_files(&files);
  }
  threads = 0;
}

/* Where no threads can be started, or fewer, the rest do the work. */
static void test_no_threads(void **state) {
  (void)state;
  struct files files = make_files(7, 500, 300, 1);
  struct outcome *expected = run(&files, POLICY_SKIP, MUCH, -1);
  for (int left = 0; left < 3; left++) {
    threads = 5;
    threads_left = left;
    struct outcome *got = run(&files, POLICY_SKIP, MUCH, -1);
    threads_left = -1;
    assert_int_equal(counts.threads, left);
    check_same(got, expected);
    free_outcome(got);
  }
  threads = 0;
  free_outcome(expected);
  free_files(&files);
}

/*
** The observers take more than the memory, and a smaller part of the connections has as many of
** them.  The files were read once for each of 65,536 parts.
*/
static void test_many_observers(void **state) {
  struct file file = {.path = "observers"};
  const struct files files = {.file = &file, .n = 1};
  struct bytes text = {0};
  (void)state;
  bytes_print(&text, HEADER);
  for (unsigned i = 0; i < 8000; i++)
    bytes_print(&text, "2 eni-%u 10.0.0.1 10.0.0.%u 60000 %u 6 1 40 5 6 ACCEPT -\n", i, i % 9 + 2, i % 4 + 443);
  file.size = (int64_t)text.n;
  bytes_repeat(&text, 0, LINES_PADDING);
  file.text = text.p;
  for (size_t i = 0; i < 2; i++) {
    threads = thread_counts[i];
    struct outcome *o = run(&files, POLICY_FAIL, LEAST, -1);
    assert_int_equal(o->rc, ERR_NONE);
    assert_int_equal(o->n, 36);
    assert_int_equal(passes, 1);
    free_outcome(o);
  }
  threads = 0;
  bytes_free(&text);
}

/* Only the connections of some addresses, whose peers are among the others. */
static void test_wanted(void **state) {
  static const char *const text = "10.1.0.7";
  struct files files = make_files(3, 2000, 200, 1);
  struct predicate p;
  struct predicate_term t = {.subject = SUBJECT_ADDR, .op = PREDICATE_TEXTS};
  struct err e = {0};
  (void)state;
  struct outcome *all = run(&files, POLICY_FAIL, MUCH, -1), *expected = calloc(1, sizeof *all);
  if (!expected) abort();
  bytes_add(&expected->problem, "", 0);
  expected->line = calloc(all->n, sizeof *expected->line);
  for (size_t i = 0; i < all->n; i++)
    if (strstr(all->line[i], "10.1.0.7 ")) memcpy(expected->line[expected->n++], all->line[i], sizeof *all->line);
  assert_true(expected->n > 5 && expected->n < all->n / 10);
  set_init(&t.set);
  char padded[32] = "";
  strcpy(padded, text);
  assert_int_equal(set_add_text(&t.set, padded, strlen(text), &e), ERR_NONE);
  predicate_init(&p);
  assert_int_equal(predicate_add(&p, &t, &e), ERR_NONE);
  predicate_finish(&p);
  wanted = &p;
  for (size_t i = 0; i < COUNT(thread_counts); i++) {
    threads = thread_counts[i];
    struct outcome *got = run(&files, POLICY_FAIL, MUCH, -1);
    check_same(got, expected);
    assert_int_equal(passes, 2);
    free_outcome(got);
  }
  wanted = NULL;
  threads = 0;
  predicate_clear(&p);
  free_outcome(all);
  free_outcome(expected);
  free_files(&files);
}

/* A client behind a NAT gateway: at its own interface, and both legs at the gateway's. */
static void add_client(struct bytes *text, unsigned i) {
  static const char *const amounts = "6 3 3000 5 6 ACCEPT -";
  unsigned port = 60000 + i % 7, remote = i % 5;
  char client[32];
  snprintf(client, sizeof client, "10.1.%u.%u", i / 250, i % 250);
  bytes_print(text, "2 eni-%u %s 203.0.113.%u %u 61000 %s\n", i % 9, client, remote, port, amounts);
  bytes_print(text, "2 eni-nat %s 10.0.0.220 %u 61000 %s\n", client, port, amounts);
  bytes_print(text, "2 eni-nat 10.0.0.220 203.0.113.%u %u 61000 %s\n", remote, 1024 + i, amounts);
}

/*
** The legs of a gateway in files without the packet's addresses, and with a condition or little
** memory, for which the connections of all files are read by other scans.
*/
static void test_gateways(void **state) {
  struct prefix_table *ten = prefix_table_new();
  struct ip_prefix prefix;
  struct predicate p;
  struct predicate_term t = {.subject = SUBJECT_PORT, .op = PREDICATE_RANGE, .low = 61000, .high = 61000};
  struct files files = make_files(2, 0, 1, 1);
  struct err e = {0};
  const unsigned clients = 24000;
  (void)state;
  assert_true(ten && ip_parse_prefix("10.0.0.0/8", 10, &prefix));
  if (prefix_table_add(ten, &prefix, 0) || prefix_table_finish(ten)) fail();
  for (unsigned f = 0; f < 2; f++) {
    struct bytes text = {0};
    bytes_print(&text, HEADER);
    for (unsigned i = f; i < clients; i += 2) add_client(&text, i);
    files.file[f].size = (int64_t)text.n;
    bytes_repeat(&text, 0, LINES_PADDING);
    free((void *)(uintptr_t)files.file[f].text);
    files.file[f].text = text.p;
  }
  predicate_init(&p);
  assert_int_equal(predicate_add(&p, &t, &e), ERR_NONE);
  predicate_finish(&p);
  inside = ten;
  struct outcome *expected = run(&files, POLICY_FAIL, MUCH, -1);
  unsigned legs = 0;
  for (size_t i = 0; i < expected->n; i++) legs += strstr(expected->line[i], " leg") != NULL;
  assert_int_equal(expected->n, 3 * clients);
  assert_int_equal(legs, 2 * clients);
  assert_int_equal(passes, 1);
  for (size_t i = 0; i < 6; i++) {
    threads = thread_counts[i % 2 * 2];
    wanted = i / 2 == 1 ? &p : NULL; /* it is met by all of them */
    struct outcome *got = run(&files, POLICY_FAIL, i / 2 == 2 ? LEAST : MUCH, -1);
    check_same(got, expected);
    assert_true(i < 2 ? passes == 1 : passes >= 3);
    free_outcome(got);
  }
  threads = 0;
  free_outcome(expected);
  free_files(&files);
  files = make_files(2, 0, 1, 0);
  struct bytes text = {0};
  bytes_print(&text, HEADER);
  for (unsigned i = 0; i < 40; i++) add_client(&text, i);
  for (unsigned f = 0; f < 2; f++) write_file(files.file[f].path, text.p, text.n);
  wanted = &p;
  fail_allocations(&files, MUCH, 0);
  bytes_free(&text);
  wanted = NULL;
  inside = NULL;
  predicate_clear(&p);
  prefix_table_free(ten);
  free_files(&files);
}

/*
** Where a layout lacks the account, the path gives it.  A record of no wanted connection says that
** its interface forwards packets.
*/
static void test_path_and_forwards(void **state) {
  static struct connection_scan g;
  static const char format[] = "interface_id srcaddr dstaddr srcport dstport protocol pkt_srcaddr pkt_dstaddr\n";
  static const char inner[] = "eni-nat 10.1.0.5 10.0.0.220 60000 443 6 10.1.0.5 203.0.113.5\n";
  static const char onward[] = "eni-nat 10.0.0.220 203.0.113.5 1024 443 6 10.0.0.220 203.0.113.5\n";
  struct predicate p;
  struct predicate_term t = {.subject = SUBJECT_PORT, .op = PREDICATE_RANGE, .low = 1024, .high = 1024};
  struct files files = make_files(2, 0, 1, 0);
  struct bytes text = {0};
  struct err e = {0};
  (void)state;
  bytes_print(&text, "%s%s%s", format, inner, onward);
  predicate_init(&p);
  assert_int_equal(predicate_add(&p, &t, &e), ERR_NONE);
  predicate_finish(&p);
  for (unsigned f = 0; f < 2; f++) write_file(files.file[f].path, text.p, text.n);
  struct outcome *all = run(&files, POLICY_FAIL, MUCH, -1);
  assert_int_equal(all->n, 2);
  free_outcome(all);
  wanted = &p;
  all = run(&files, POLICY_FAIL, MUCH, -1);
  assert_int_equal(all->n, 1);
  assert_non_null(strstr(all->line[0], " leg"));
  free_outcome(all);
  fail_allocations(&files, MUCH, 0);
  wanted = NULL;
  predicate_clear(&p);
  free_files(&files);

  static const char *const folders[] = {"AWSLogs", "AWSLogs/123456789012", FOLDER};
  struct file named = {.path = FOLDER "/123456789012_vpcflowlogs_us-east-1_fl-01_20260616T1005Z_0a1b2c3d.log"};
  struct files one = {.file = &named, .n = 1};
  const struct connection_scan_options options = {
      .pass = {.scan = {.reader = {.guard = &unconfined}}, .wish = {.idle = 900, .traits = 1}, .memory = MUCH}};
  const struct connection *c;
  for (size_t i = 0; i < COUNT(folders); i++) make_folder(folders[i]);
  write_file(named.path, text.p, text.n);
  assert_int_equal(connection_scan_open(&g, &one, &options, &e), ERR_NONE);
  assert_int_equal(connection_scan_next(&g, &c, &e), ERR_NONE);
  const struct observers *o = &g.pass.observers;
  assert_int_equal(o->item[0].trait[TRAIT_ACCOUNT].n, 12);
  assert_memory_equal(observers_text(o, o->item[0].trait[TRAIT_ACCOUNT]), "123456789012", 12);
  connection_scan_close(&g, NULL);
  bytes_free(&text);
}

/*
** A file that could be read in the first pass and not in another one, which counts the peers: the
** problem names it.
*/
static void test_file_vanishes(void **state) {
  struct predicate p;
  struct predicate_term t = {.subject = SUBJECT_PORT, .op = PREDICATE_RANGE, .low = 60000, .high = 60002};
  struct err e = {0};
  unsigned found = 0, whole = 0;
  (void)state;
  predicate_init(&p);
  assert_int_equal(predicate_add(&p, &t, &e), ERR_NONE);
  predicate_finish(&p);
  wanted = &p;
  vanishes = "tree/00001";
  for (int asks = 1; asks < 100 && !whole; asks++) {
    struct files files = make_files(3, 200, 50, 0);
    struct outcome *o = run(&files, POLICY_FAIL, MUCH, asks);
    assert_int_equal(o->rc, ERR_NONE);
    if (*o->problem.p) {
      assert_string_equal(o->problem.p, "! 1:0 IO can't be opened: No such file or directory | NULL\n");
      assert_int_equal(o->n, 0);
      found += passes == 2;
    } else {
      assert_true(o->n > 0);
      whole += access(vanishes, F_OK) == 0;
    }
    free_outcome(o);
    free_files(&files);
  }
  assert_true(found > 0);
  wanted = NULL;
  vanishes = NULL;
  predicate_clear(&p);
}

/* The earliest file that has a problem ends the scan, whichever worker is done first. */
static void test_earliest_problem(void **state) {
  static const size_t wrong[] = {3, 5, 6};
  (void)state;
  struct files files = make_files(100, 30, 20, 1);
  for (size_t i = 0; i < COUNT(wrong); i++) {
    struct file *f = &files.file[wrong[i]];
    struct bytes text = {0};
    bytes_print(&text, HEADER);
    if (i == 0)
      for (int k = 0; k < 5000; k++) add_line(&text, 100); /* the first one is the slowest */
    bytes_print(&text, "2 eni-1 10.0.0.1 10.0.0.2 70000 1 6 1 40 5 6 ACCEPT -\n");
    f->size = (int64_t)text.n;
    bytes_repeat(&text, 0, LINES_PADDING);
    free((void *)(uintptr_t)f->text);
    f->text = text.p;
  }
  for (size_t i = 0; i < COUNT(thread_counts); i++) {
    threads = thread_counts[i];
    struct outcome *o = run(&files, POLICY_FAIL, MUCH, -1);
    assert_int_equal(o->rc, ERR_NONE);
    assert_int_equal(o->n, 0);
    CHECK(strstr(o->problem.p, "! 3:5002 LINE srcport is 70000, which is more than 65535 | 2 eni-1"), "%s",
          o->problem.p);
    if (!threads) assert_int_equal(counts.read, 4);
    free_outcome(o);
  }
  threads = 0;
  struct outcome *skipped = run(&files, POLICY_SKIP, MUCH, -1);
  assert_string_equal(skipped->problem.p, "");
  assert_true(skipped->n > 0);
  free_outcome(skipped);
  free_files(&files);
}

/* A file without a field that is needed is a problem, too; skipped, it brings nothing. */
static void test_missing_field(void **state) {
  struct files files = make_files(2, 100, 20, 1);
  static char text[512];
  (void)state;
  int n = snprintf(text, sizeof text - LINES_PADDING, "srcaddr dstaddr srcport protocol\n10.0.0.1 10.0.0.2 5 6\n");
  struct file *f = &files.file[1];
  const char *own = f->text;
  f->text = text;
  f->size = n;
  for (size_t i = 0; i < 2; i++) {
    threads = thread_counts[i];
    struct outcome *o = run(&files, POLICY_FAIL, MUCH, -1);
    assert_int_equal(o->n, 0);
    CHECK(strstr(o->problem.p, "dstport"), "%s", o->problem.p);
    free_outcome(o);
    o = run(&files, POLICY_SKIP, MUCH, -1);
    assert_int_equal(o->rc, ERR_NONE);
    assert_true(o->n > 0);
    free_outcome(o);
  }
  threads = 0;
  f->text = own;
  free_files(&files);
}

/* Files that are no flow logs: an error if there are no others.  No files are no error. */
static void test_nothing_found(void **state) {
  struct file file[2] = {{.path = "a"}, {.path = "b"}};
  struct files files = {.file = file, .n = 2};
  (void)state;
  write_text("a", "just some notes\n");
  write_text("b", "just some notes\n");
  for (size_t i = 0; i < COUNT(thread_counts); i++) {
    threads = thread_counts[i];
    struct outcome *o = run(&files, POLICY_SKIP, MUCH, -1);
    assert_int_equal(o->rc, ERR_FORMAT);
    assert_non_null(strstr(o->e.text, "none of the 2 files found is a flow log"));
    free_outcome(o);
    files.n = 0;
    o = run(&files, POLICY_FAIL, MUCH, -1);
    assert_int_equal(o->rc, ERR_NONE);
    assert_int_equal(o->n, 0);
    free_outcome(o);
    files.n = 2;
  }
  threads = 0;
}

/* What a scan has done when it asks whether it is to stop. */
struct asks {
  const struct connection_scan *g;
  unsigned reading, finished; /* asks while files are read, and when all have been */
};

static int count_ask(void *context) {
  struct asks *a = context;
  if (a->g->pass.has_read) a->finished++;
  else a->reading++;
  return 0;
}

/*
** It asks often enough in each phase: once for each piece of a file that is read, and for each 4096
** connections when pieces become connections, when roles are decided alone, when peers are counted,
** here or in another scan, and when these decide.
*/
static void test_asks(void **state) {
  static struct connection_scan g;
  struct files files = make_files(2, 12000, 60000, 0);
  unsigned pieces = 0;
  struct predicate p;
  struct predicate_term t = {.subject = SUBJECT_PORT, .op = PREDICATE_RANGE, .low = 60000, .high = 60001};
  struct err e = {0};
  (void)state;
  predicate_init(&p);
  assert_int_equal(predicate_add(&p, &t, &e), ERR_NONE);
  predicate_finish(&p);
  for (int is_wanted = 0; is_wanted < 2; is_wanted++) {
    struct asks asks = {.g = &g};
    const struct connection *c;
    unsigned n = 0;
    struct connection_scan_options options = {
        .pass.scan = {.reader = {.guard = &unconfined, .stop = {count_ask, &asks}}},
        .pass.wish = {.idle = 900, .wanted = is_wanted ? &p : NULL},
        .pass.memory = MUCH,
    };
    assert_int_equal(connection_scan_open(&g, &files, &options, &e), ERR_NONE);
    assert_int_equal(connection_scan_next(&g, &c, &e), ERR_NONE);
    unsigned asked = asks.finished;
    for (; c; n++) assert_int_equal(connection_scan_next(&g, &c, &e), ERR_NONE);
    if (!is_wanted) pieces = asks.reading;
    CHECK(asked >= (is_wanted ? 3 : 4) * n / 4096 + (is_wanted ? pieces : 0), "%u asks, %u connections", asked, n);
    assert_int_equal(g.passes, is_wanted ? 2 : 1);
    CHECK(n > 4096 && asks.reading == pieces && pieces >= 4, "%u pieces", asks.reading);
    connection_scan_close(&g, NULL);
  }
  predicate_clear(&p);
  free_files(&files);
}

/* Stopped by stop() or by connection_scan_close() at any time: while files are read, and in every phase after that. */
static void test_stop(void **state) {
  static struct connection_scan g;
  struct files files = make_files(3, 2000, 2500, 0);
  size_t live = mem_test_live(), interrupted = 0;
  int before = open_files();
  (void)state;
  for (int after = 0; after < 4000; after += 1 + after / 5) {
    threads = thread_counts[after % 2 * (after / 2 % 4)];
    struct outcome *o = run(&files, POLICY_SKIP, LEAST, after);
    assert_true(o->rc == ERR_NONE || o->rc == ERR_INTERRUPT);
    interrupted +=
        o->rc == ERR_INTERRUPT && !threads; /* with threads, it depends on the time how often stop is asked */
    int is_over = o->rc == ERR_NONE && !threads;
    free_outcome(o);
    assert_int_equal(open_files(), before);
    assert_int_equal(mem_test_live(), live);
    if (is_over) break;
  }
  assert_true(interrupted > 5);
  for (int rows = 0; rows <= 4500; rows += 1500)
    for (size_t i = 0; i < COUNT(thread_counts); i++) {
      struct connection_scan_options options = {
          .pass.scan = {.reader = {.guard = &unconfined, .policy = POLICY_SKIP}, .threads = thread_counts[i]},
          .pass.wish = {.idle = 900},
          .pass.memory = LEAST};
      const struct connection *c;
      struct err e = {0};
      assert_int_equal(connection_scan_open(&g, &files, &options, &e), ERR_NONE);
      for (int k = 0; k < rows; k++) assert_int_equal(connection_scan_next(&g, &c, &e), ERR_NONE);
      connection_scan_close(&g, NULL);
      assert_int_equal(open_files(), before);
      assert_int_equal(mem_test_live(), live);
    }
  threads = 0;
  free_files(&files);
}

static void test_no_memory(void **state) {
  struct files few = make_files(2, 60, 30, 0), many = make_files(2, 1600, 2500, 1);
  (void)state;
  fail_allocations(&few, MUCH, 0);
  fail_allocations(&many, LEAST, 1);
  struct predicate p;
  struct predicate_term t = {.subject = SUBJECT_PORT, .op = PREDICATE_RANGE, .low = 60000, .high = 60002};
  struct err e = {0};
  predicate_init(&p);
  assert_int_equal(predicate_add(&p, &t, &e), ERR_NONE);
  predicate_finish(&p);
  wanted = &p; /* peers are counted by another scan */
  fail_allocations(&few, MUCH, 0);
  wanted = NULL;
  predicate_clear(&p);
  free_files(&few);
  free_files(&many);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_threads_and_memory),
      cmocka_unit_test(test_no_threads),
      cmocka_unit_test(test_many_observers),
      cmocka_unit_test(test_wanted),
      cmocka_unit_test(test_gateways),
      cmocka_unit_test(test_path_and_forwards),

      cmocka_unit_test(test_file_vanishes),
      cmocka_unit_test(test_earliest_problem),
      cmocka_unit_test(test_missing_field),
      cmocka_unit_test(test_nothing_found),
      cmocka_unit_test(test_asks),
      cmocka_unit_test(test_stop),
      cmocka_unit_test(test_no_memory),
  };
  end_after(250); /* a standstill must not hang the tests */
  return finish(cmocka_run_group_tests(tests, enter_temp_folder, leave_temp_folder));
}
