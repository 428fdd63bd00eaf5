/* SPDX-License-Identifier: MIT */
/*
** A host that does what many threads, many statements and fork() may do to the extension.
**
**   crowd_host PATH-OF-THE-EXTENSION-WITHOUT-SUFFIX FOLDER [ROUNDS]
**
** It writes files into the folder, six plain ones and one gzip file, each large enough to start
** threads (SCAN_SMALL), and computes the answers itself.  Each scenario is a function of the table
** at the end.  A wrong answer ends the program with 1; what hangs is ended by alarm().  It is also
** built with ThreadSanitizer, which ends it with 66 when there is a race.
*/
#define SQLITE_CORE /* the functions of libsqlite3, and the struct of sqlite3ext.h */

#include <dlfcn.h>
#include <pthread.h>
#include <sqlite3ext.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#if defined(__APPLE__)
#define LIBRARY_SUFFIX ".dylib"
#else
#define LIBRARY_SUFFIX ".so"
#endif

#define FILES   6
#define LINES   4000 /* in each file */
#define GZIP    20000
#define SOURCES 250  /* different addresses */
#define FEWEST  1000 /* bytes of a record: with fewer bytes than packets, the fields seem to be exchanged */
#define CROWD   6    /* threads of the host */

/* Times that each half-read statement is inherited, in a round: forking is slow with sanitizers. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FORKS 2
#else
#define FORKS 10
#endif

static const char *extension, *folder;
static int rounds = 3;

#define CHECK(condition, ...)                                                                                          \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      fprintf(stderr, __VA_ARGS__);                                                                                    \
      fprintf(stderr, "\n%s:%d: %s\n", __FILE__, __LINE__, #condition);                                                \
      _exit(1);                                                                                                        \
    }                                                                                                                  \
  } while (0)

/* --- the files, and the statements with their answers ----------------------------------------- */

static size_t line_text(char *out, size_t n, int i) {
  return (size_t)snprintf(out, n,
                          "2 123456789010 eni-1235b8ca123456789 10.0.%d.%d 10.1.0.1 %d 443 6 20 %d 1773100000 "
                          "1773100060 ACCEPT OK\n",
                          i % SOURCES / 100, i % SOURCES % 100, 1024 + i % 3000, FEWEST + i);
}

static void write_file(const char *name, int lines, const char *mode) {
  char path[4096], line[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  gzFile file = gzopen(path, mode); /* mode "wT" writes plain text */
  CHECK(file, "%s", path);
  for (int i = 0; i < lines; i++) CHECK(gzwrite(file, line, (unsigned)line_text(line, sizeof line, i)) > 0, "%s", path);
  CHECK(gzclose(file) == Z_OK, "%s", path);
}

static void write_files(void) {
  for (int i = 0; i < FILES; i++) {
    char name[16];
    snprintf(name, sizeof name, "%d.log", i);
    write_file(name, LINES, "wT");
  }
  write_file("one.gz", GZIP, "w1");
}

/* The sum of `bytes` in a file of so many lines. */
static long long sum(long long lines) { return lines * FEWEST + lines * (lines - 1) / 2; }

/* A statement whose only row has two integers. */
struct question {
  const char *sql; /* %s is the folder */
  long long first, second;
};

static struct question questions[] = {
    {"SELECT count(*), sum(bytes) FROM flowlogs('%s/*.log')", FILES *LINES, 0},
    {"SELECT count(*), sum(bytes) FROM flowlogs('%s/one.gz')", GZIP, 0},
    {"SELECT sum(flows), sum(bytes) FROM flowlogs_rollup('%s/*.log')", FILES *LINES, 0},
    {"SELECT count(*), sum(f) FROM (SELECT srcaddr, srcport, sum(flows) AS f FROM flowlogs_rollup('%s/*.log', NULL, "
     "NULL, 3, '1M') GROUP BY 1, 2)",
     3000, FILES *LINES},
    {"SELECT count(*), sum(records) FROM flowlogs_connections('%s/*.log', NULL, NULL, 3, '1M')", 3000, FILES *LINES},
    {"SELECT count(*), count(DISTINCT client_interface_id) FROM flowlogs_connections('%s/*.log') WHERE server_port = "
     "443 AND client_port < 2024",
     1000, 0},
    {"SELECT count(*), max(rows) FROM flowlogs_files('%s/*.log')", FILES, LINES},
    {"SELECT count(*), count(DISTINCT file) FROM flowlogs_errors('%s/*.log')", 0, 0},
    {"SELECT count(*), sum(bytes) FROM flowlogs_payload((SELECT group_concat(raw, char(10)) FROM "
     "flowlogs('%s/one.gz')), 'fail', NULL, 2)",
     GZIP, 0},
    {"SELECT count(*), sum(bytes) FROM (SELECT bytes FROM flowlogs('%s/*.log') LIMIT 5000)", 5000, 0},
};

#define QUESTIONS (sizeof questions / sizeof *questions)

static void compute_answers(void) {
  questions[0].second = questions[2].second = FILES * sum(LINES);
  questions[1].second = questions[8].second = sum(GZIP);
  questions[9].second = sum(LINES) + sum(5000 - LINES);
}

/* --- connections and statements --------------------------------------------------------------- */

static void load(sqlite3 *db) {
  char *message = NULL;
  CHECK(!sqlite3_load_extension(db, extension, NULL, &message), "%s", message);
}

static sqlite3 *open_connection(void) {
  sqlite3 *db = NULL;
  CHECK(!sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL), "open");
  CHECK(!sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL), "config");
  load(db);
  return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *format) {
  sqlite3_stmt *stmt = NULL;
  char *sql = sqlite3_mprintf(format, folder, folder);
  int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
  CHECK(!rc, "%s: %s", sql, sqlite3_errmsg(db));
  sqlite3_free(sql);
  return stmt;
}

static void ask(sqlite3 *db, const struct question *q) {
  sqlite3_stmt *stmt = prepare(db, q->sql);
  int rc = sqlite3_step(stmt);
  CHECK(rc == SQLITE_ROW, "%s: %s", q->sql, sqlite3_errmsg(db));
  long long first = sqlite3_column_int64(stmt, 0), second = sqlite3_column_int64(stmt, 1);
  CHECK(first == q->first && second == q->second, "%s: %lld, %lld", q->sql, first, second);
  CHECK(sqlite3_step(stmt) == SQLITE_DONE, "%s", q->sql);
  sqlite3_finalize(stmt);
}

/* Steps over so many rows. */
static void read_rows(sqlite3_stmt *stmt, int n) {
  for (int i = 0; i < n; i++) {
    int rc = sqlite3_step(stmt);
    CHECK(rc == SQLITE_ROW, "%s after %d rows of %s", sqlite3_errmsg(sqlite3_db_handle(stmt)), i, sqlite3_sql(stmt));
  }
}

/* Reads to the end; returns the number of rows. */
static int read_rest(sqlite3_stmt *stmt) {
  int n = 0, rc;
  while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) n++;
  CHECK(rc == SQLITE_DONE, "%d: %s", rc, sqlite3_errmsg(sqlite3_db_handle(stmt)));
  return n;
}

/* Statements that have rows left, and worker threads that run, when a few rows have been read. */
static const struct {
  const char *sql;
  int rows;
} long_ones[] = {
    {"SELECT bytes, raw FROM flowlogs('%s/*.log', 'fail', NULL, 2)", FILES *LINES},
    {"SELECT srcaddr FROM flowlogs('%s/one.gz')", GZIP},
    {"SELECT srcaddr, srcport, flows FROM flowlogs_rollup('%s/*.log', NULL, NULL, 2) ORDER BY +rowid", 3000},
    {"SELECT client, client_port, is_nat_leg FROM flowlogs_connections('%s/*.log', NULL, NULL, 2, '1M')", 3000},
    {"SELECT path, rows FROM flowlogs_files('%s/*.log')", FILES},
    {"SELECT bytes FROM flowlogs('%s/*.log', 'fail', NULL, 0)", FILES *LINES},
};

#define LONG_ONES (sizeof long_ones / sizeof *long_ones)

/* Numbers of rows after which something happens: within a batch, at its end, in another file. */
static const int stops[] = {1, 2, 1023, 1024, 1025, 5000};

#define STOPS (sizeof stops / sizeof *stops)

/* SQLite's allocator, which can be slow when a thread of the extension calls it. */
static sqlite3_mem_methods real;
static pthread_t host_thread;
static atomic_int is_slow, allocating;

static void *slow_malloc(int n) {
  if (is_slow && !pthread_equal(pthread_self(), host_thread)) {
    allocating++;
    usleep(10000); /* so that the host forks meanwhile; SQLite's mutex is held */
    allocating--;
  }
  return real.xMalloc(n);
}

static void wrap_allocator(void) {
  host_thread = pthread_self();
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
  sqlite3_mem_methods wrapped = real;
  wrapped.xMalloc = slow_malloc;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &wrapped);
}

/* --- scenarios: threads ----------------------------------------------------------------------- */

static void run_crowd(void *(*job)(void *), void *context) {
  pthread_t thread[CROWD];
  for (int i = 0; i < CROWD; i++) CHECK(!pthread_create(&thread[i], NULL, job, context), "thread");
  for (int i = 0; i < CROWD; i++) pthread_join(thread[i], NULL);
}

/* Opens a connection of its own, loads again while a statement runs, and asks everything. */
static void *ask_alone(void *context) {
  (void)context;
  for (int round = 0; round < rounds; round++) {
    sqlite3 *db = open_connection();
    sqlite3_stmt *stmt = prepare(db, long_ones[0].sql);
    read_rows(stmt, 10);
    load(db);
    for (size_t i = 0; i < QUESTIONS; i++) ask(db, &questions[i]);
    load(db);
    CHECK(read_rest(stmt) == FILES * LINES - 10, "loading again");
    sqlite3_finalize(stmt);
    CHECK(!sqlite3_close(db), "close");
  }
  return NULL;
}

static void many_connections(void) { run_crowd(ask_alone, NULL); }

/* SQLite lets one thread at a time use a connection; whose turn it is changes with each call. */
static void *ask_together(void *db) {
  for (int round = 0; round < rounds; round++)
    for (size_t i = 0; i < QUESTIONS; i++) ask(db, &questions[i]);
  return NULL;
}

static void one_connection(void) {
  sqlite3 *db = open_connection();
  run_crowd(ask_together, db);
  CHECK(!sqlite3_close(db), "close");
}

struct shared_statement {
  sqlite3_stmt *stmt;
  pthread_mutex_t mutex;
  int rows, done;
};

/* Each thread reads some rows of the same statement, which another thread has begun. */
static void *read_together(void *context) {
  struct shared_statement *s = context;
  for (int go_on = 1; go_on;) {
    pthread_mutex_lock(&s->mutex);
    for (int i = 0; i < 700 && !s->done; i++) {
      if (sqlite3_step(s->stmt) == SQLITE_ROW) s->rows++;
      else s->done = 1;
    }
    go_on = !s->done;
    pthread_mutex_unlock(&s->mutex);
  }
  return NULL;
}

static void one_statement(void) {
  sqlite3 *db = open_connection();
  for (size_t i = 0; i < LONG_ONES; i++) {
    struct shared_statement s = {.stmt = prepare(db, long_ones[i].sql), .mutex = PTHREAD_MUTEX_INITIALIZER};
    run_crowd(read_together, &s);
    CHECK(s.rows >= long_ones[i].rows, "%s: %d", long_ones[i].sql, s.rows);
    CHECK(!sqlite3_finalize(s.stmt), "%s", long_ones[i].sql);
  }
  CHECK(!sqlite3_close(db), "close");
}

/* --- scenarios: statements -------------------------------------------------------------------- */

static void two_cursors(void) {
  static const struct question both[] = {
      {"SELECT count(*), sum(b) FROM (SELECT bytes AS b FROM flowlogs('%s/*.log') UNION ALL SELECT bytes FROM "
       "flowlogs('%s/one.gz') ORDER BY 1)",
       FILES * LINES + GZIP, 0},
      {"SELECT count(*), sum(a.bytes = b.bytes) FROM flowlogs('%s/0.log', 'fail', NULL, 2) a JOIN "
       "flowlogs('%s/one.gz') "
       "b ON b.bytes = a.bytes AND b.bytes < 2500",
       1500, 1500},
      {"SELECT count(*), count(*) FROM (SELECT b.srcport, flows FROM flowlogs('%s/*.log', 'fail', NULL, 2) a, "
       "flowlogs_rollup('%s/*.log', NULL, NULL, 2) b LIMIT 7000)",
       7000, 7000},
  };
  sqlite3 *db = open_connection();
  for (size_t i = 0; i < sizeof both / sizeof *both; i++) {
    struct question q = both[i];
    if (!q.second) q.second = FILES * sum(LINES) + sum(GZIP);
    ask(db, &q);
  }
  CHECK(!sqlite3_close(db), "close");
}

/* Closed in the middle, while another statement of the same connection goes on. */
static void half_read(void) {
  sqlite3 *db = open_connection();
  for (size_t i = 0; i < LONG_ONES; i++)
    for (size_t k = 0; k < STOPS && stops[k] < long_ones[i].rows; k++) {
      sqlite3_stmt *whole = prepare(db, long_ones[i].sql), *half = prepare(db, long_ones[i].sql);
      read_rows(whole, 3);
      read_rows(half, stops[k]);
      sqlite3_finalize(half);
      CHECK(read_rest(whole) >= long_ones[i].rows - 3, "%s", long_ones[i].sql);
      sqlite3_finalize(whole);
    }
  CHECK(!sqlite3_close(db), "close");
}

/* Reset in the middle, it begins anew. */
static void reset(void) {
  sqlite3 *db = open_connection();
  for (size_t i = 0; i < LONG_ONES; i++) {
    sqlite3_stmt *stmt = prepare(db, long_ones[i].sql);
    for (size_t k = 0; k < STOPS && stops[k] < long_ones[i].rows; k++) {
      read_rows(stmt, stops[k]);
      CHECK(!sqlite3_reset(stmt), "%s", long_ones[i].sql);
    }
    CHECK(read_rest(stmt) >= long_ones[i].rows, "%s", long_ones[i].sql);
    sqlite3_finalize(stmt);
  }
  CHECK(!sqlite3_close(db), "close");
}

/*
** sqlite3_close_v2() with statements open leaves the connection, and with it the extension, until
** the last of them is finalized; sqlite3_close() refuses.
*/
static void close_with_statements(void) {
  for (size_t i = 0; i < LONG_ONES; i++) {
    sqlite3 *db = open_connection();
    sqlite3_stmt *read = prepare(db, long_ones[i].sql), *left = prepare(db, long_ones[i].sql);
    read_rows(read, 2);
    read_rows(left, 2);
    CHECK(sqlite3_close(db) == SQLITE_BUSY, "close");
    CHECK(!sqlite3_close_v2(db), "close_v2");
    CHECK(read_rest(read) >= long_ones[i].rows - 2, "%s", long_ones[i].sql);
    sqlite3_finalize(read);
    sqlite3_finalize(left);
  }
}

/* --- scenarios: fork() ------------------------------------------------------------------------ */

/* In the child: what is inherited can be closed, and cannot be read to its end. */
static void inherit(sqlite3 *db, sqlite3_stmt *stmt, int reads_on) {
  int rc = SQLITE_ROW;
  alarm(60);
  while (reads_on && rc == SQLITE_ROW) rc = sqlite3_step(stmt);
  const char *message = sqlite3_errmsg(db);
  CHECK(!reads_on || (rc == SQLITE_ERROR && strstr(message, "fork")), "in the child: %d, %s", rc, message);
  sqlite3_finalize(stmt);
  CHECK(!sqlite3_close_v2(db), "in the child");
}

static void fork_with(sqlite3 *db, sqlite3_stmt *stmt, int reads_on) {
  pid_t child = fork();
  int status = 0;
  CHECK(child >= 0, "fork");
  if (!child) {
    is_slow = 0;
    inherit(db, stmt, reads_on);
    db = open_connection();       /* the child can do without what it inherited */
#if !defined(__SANITIZE_THREAD__) /* which cannot start threads in a child */
    ask(db, &questions[0]);
#endif
    CHECK(!sqlite3_close(db), "in the child");
    _exit(0);
  }
  CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status), "the child: status %d in %s",
        status, sqlite3_sql(stmt));
}

/* The statements that read files while their rows are read; flowlogs_files is at a file for one row. */
static int is_scan(size_t i) { return strstr(long_ones[i].sql, "flowlogs_files") == NULL; }

static void fork_half_read(void) {
  for (int round = 0; round < rounds * FORKS; round++)
    for (size_t i = 0; i < LONG_ONES; i++) {
      sqlite3 *db = open_connection();
      sqlite3_stmt *stmt = prepare(db, long_ones[i].sql);
      read_rows(stmt, 1 + round % 4);
      fork_with(db, stmt, round % 2 && is_scan(i) && !strstr(long_ones[i].sql, "rollup"));
      CHECK(read_rest(stmt) >= long_ones[i].rows - 1 - round % 4, "the parent: %s", long_ones[i].sql);
      sqlite3_finalize(stmt);
      CHECK(!sqlite3_close(db), "close");
    }
}

/*
** Forks while a thread of the extension allocates, if one does: threads that fill batches do so
** again and again.
*/
static void fork_in_allocation(void) {
  sqlite3 *db = open_connection();
  sqlite3_stmt *other = prepare(db, "SELECT '%s'");
  for (int round = 0; round < rounds * 3; round++) {
    sqlite3_stmt *stmt = prepare(db, long_ones[round % 2].sql);
    is_slow = 1;
    for (int forks = 0; forks < 3; forks++) {
      read_rows(stmt, 300);
      for (int k = 0; k < 10 && !allocating; k++) usleep(1000);
      fork_with(db, other, 0);
    }
    is_slow = 0;
    CHECK(!sqlite3_finalize(stmt), "finalize");
  }
  sqlite3_finalize(other);
  CHECK(!sqlite3_close(db), "close");
}

/* --- a scenario: another copy of SQLite in the process ---------------------------------------- */

/* It is refused with a message of its own allocator, and what works goes on. */
static void other_sqlite(void) {
  static const struct sqlite3_api_routines other = {.mprintf = sqlite3_mprintf};
  static const char *const entries[] = {"sqlite3_flowlogs_init", "sqlite3_flowlogsnofs_init"};
  int (*entry)(sqlite3 *, char **, const struct sqlite3_api_routines *);
  char path[4096];
  sqlite3 *db = open_connection();
  snprintf(path, sizeof path, "%s" LIBRARY_SUFFIX, extension);
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  CHECK(library, "%s", dlerror());
  for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
    char *message = NULL;
    void *symbol = dlsym(library, entries[i]);
    CHECK(symbol, "%s", entries[i]);
    memcpy(&entry, &symbol, sizeof entry);
    CHECK(entry(db, &message, &other) == SQLITE_ERROR && message && strstr(message, "another copy of SQLite"), "%s",
          entries[i]);
    sqlite3_free(message);
  }
  ask(db, &questions[0]);
  CHECK(!sqlite3_close(db), "close");
}

static const struct {
  const char *name;
  void (*run)(void);
} scenarios[] = {
    {"many connections", many_connections},
    {"one connection in many threads", one_connection},
    {"one statement in many threads", one_statement},
    {"two cursors", two_cursors},
    {"half-read cursors", half_read},
    {"reset", reset},
    {"close with statements open", close_with_statements},
    {"fork", fork_half_read},
    {"fork in an allocation", fork_in_allocation},
    {"another copy of SQLite", other_sqlite},
};

int main(int argc, char **argv) {
  if (argc < 3) return fprintf(stderr, "usage: crowd_host EXTENSION FOLDER [ROUNDS]\n"), 2;
  extension = argv[1];
  folder = argv[2];
  if (argc > 3) rounds = atoi(argv[3]);
  wrap_allocator();
  write_files();
  compute_answers();
  for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
    printf("%s\n", scenarios[i].name);
    fflush(stdout);
    alarm(240);
    scenarios[i].run();
  }
  return 0;
}
