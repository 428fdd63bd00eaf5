/* SPDX-License-Identifier: MIT */
/*
** Makes the calls of each statement of a script fail, one after the other.
**
**   fault_host EXTENSION alloc|io ours|chains|every BELOW <SCRIPT
**
** must run in the top folder of the repository, because the statements name files of tests/data.
** The script holds SQL alone, with comments; an empty one stands for the loading of the extension.
** `alloc` makes allocations fail, `io` calls of the system on files below the folder BELOW and the
** start of threads (faulty_calls.h).  `chains` makes one allocation fail for each chain of calls
** that leads to one, and `ours` for each of these chains in which the extension takes part.
** `every` makes each allocation fail, or, of more than MAX_EVERY, those of `chains`.  Each failure
** is tried alone, and with all later allocations failing, too; under `every`, the latter only for
** the allocations of `chains`.  A number behind the word, as in `ours:8`, makes every 8th of these
** failures, another part of them for each statement.
**
** The parent process keeps the connection and runs the statements, one after the other.  Before it
** runs one, it forks a child for each failure.  The child has a copy of the connection, in which
** it runs the statement with the failure planned, and judges what it got.  A failure that crashes
** or hangs ends its child only.  The first child plans no failure: its answer is the right one.
**
**     parent   open  load ---------------- statement 1 ------------------- statement 2 ---->
**                       \_ child: right answer    \_ child: right answer
**                       \_ child: first failure   \_ child: first failure
**                       \_ ...                    \_ ...
**
** A run must end with SQLITE_NOMEM (for a call on a file: with an error that names the file and
** says strerror()), or give exactly the right answer.  After it, the same statement must give the
** right answer, no file may be open, and after closing no memory may be in use.
*/
#define _GNU_SOURCE /* dladdr(), MAP_ANONYMOUS */
#include <dlfcn.h>
#include <ctype.h>
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faulty_calls.h"

#define MAX_CHAINS 100000             /* chains of calls of one statement */
#define FRAMES     40                 /* of a chain, the innermost first */
#define PATIENCE   120                /* seconds after which a child counts as hanging */
#define MAX_WRONG  3                  /* failures of one statement that are reported */
#define NEW_INDEX  "build/faults.idx" /* is removed before a statement that names it, so that it is built anew */
#define MAX_EVERY  10000              /* allocations of a statement that may all fail, alone */

enum { CHILD_RIGHT, CHILD_WRONG, CHILD_NO_FAILURE }; /* exit status of a child */

struct outcome {
  int rc;
  uint64_t rows;       /* a hash of all values, in their order */
  char message[16384]; /* of an error; otherwise the beginning of the values */
};

/* What the first children of a statement tell the others. */
static struct shared {
  struct outcome right, again;
  sqlite3_int64 left;       /* memory in use after closing: SQLite keeps some */
  size_t nchains;           /* in the following, in the order of the allocations */
  long calls[FAULTY_CALLS]; /* of the statement, of each kind */
  long number[MAX_CHAINS];  /* of the first allocation of a chain; 0: it shall not fail */
  uint64_t chain[MAX_CHAINS];
} * shared;

static sqlite3_mem_methods real;
static const char *extension;
static int is_io, is_every, is_ours;
static long failures, statements, wrong;
static long every_nth = 1, turn; /* of the failures one is made */

/* --- allocations ------------------------------------------------------------------------------------------------- */

static int records; /* chains of calls are recorded */

/* The chain of the first allocation that failed. */
static void *failed_frame[FRAMES];
static int failed_frames;

/* Is one of these addresses in the extension? */
static int takes_part(void *const *frame, int n) {
  Dl_info info;
  for (int i = 0; i < n; i++)
    if (dladdr(frame[i], &info) && strstr(info.dli_fname, "flowlogs")) return 1;
  return 0;
}

/* Remembers the allocation if its chain of calls is new. */
static void record(void) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  void *frame[FRAMES];
  uint64_t chain = 14695981039346656037u;
  int n = backtrace(frame, FRAMES);
  for (int i = 0; i < n; i++) chain = (chain ^ (uint64_t)(uintptr_t)frame[i]) * 1099511628211u;
  pthread_mutex_lock(&mutex);
  size_t i = 0;
  while (i < shared->nchains && shared->chain[i] != chain) i++;
  if (i == shared->nchains && i < MAX_CHAINS) {
    shared->number[i] = !is_ours || takes_part(frame, n) ? faulty_count(FAULTY_ALLOC) : 0;
    shared->chain[i] = chain;
    shared->nchains++;
  }
  pthread_mutex_unlock(&mutex);
}

static int refuses(void) {
  int refused = faulty_alloc();
  if (refused && !failed_frames) failed_frames = backtrace(failed_frame, FRAMES);
  if (records) record();
  return refused;
}

static void *test_malloc(int n) { return refuses() ? NULL : real.xMalloc(n); }
static void *test_realloc(void *p, int n) { return refuses() ? NULL : real.xRealloc(p, n); }

/* --- running a statement ------------------------------------------------------------------------------------------ */

static void add_value(struct outcome *o, sqlite3_stmt *stmt, int column) {
  const unsigned char *p = sqlite3_column_text(stmt, column);
  if (!p && sqlite3_column_type(stmt, column) != SQLITE_NULL) o->rc = SQLITE_NOMEM;
  size_t used = strlen(o->message);
  snprintf(o->message + used, sizeof o->message - used, "%s|", p ? (const char *)p : "NULL");
  for (; p && *p; p++) o->rows = (o->rows ^ *p) * 1099511628211u;
  o->rows = (o->rows ^ (p ? 256 : 257)) * 1099511628211u;
}

/* Binds the values of temp.sqlite_parameters, as the shell does. */
static int bind_parameters(sqlite3 *db, sqlite3_stmt *stmt) {
  sqlite3_stmt *value = NULL;
  int n = sqlite3_bind_parameter_count(stmt), rc = SQLITE_OK;
  if (n) rc = sqlite3_prepare_v2(db, "SELECT value FROM temp.sqlite_parameters WHERE key = ?", -1, &value, NULL);
  for (int i = 1; i <= n && !rc; i++) {
    rc = sqlite3_bind_text(value, 1, sqlite3_bind_parameter_name(stmt, i), -1, SQLITE_STATIC);
    int step = rc ? rc : sqlite3_step(value);
    if (step == SQLITE_ROW) rc = sqlite3_bind_value(stmt, i, sqlite3_column_value(value, 0));
    else if (step != SQLITE_DONE) rc = step;
    sqlite3_reset(value);
  }
  sqlite3_finalize(value);
  return rc;
}

/* Runs the statements of a text to their ends, or to the first error. */
static void run(sqlite3 *db, const char *sql, struct outcome *o) {
  memset(o, 0, sizeof *o);
  while (!o->rc && *sql) {
    sqlite3_stmt *stmt = NULL;
    int step = SQLITE_DONE;
    o->rc = sqlite3_prepare_v2(db, sql, -1, &stmt, &sql);
    if (!o->rc && stmt) o->rc = bind_parameters(db, stmt);
    while (!o->rc && stmt && (step = sqlite3_step(stmt)) == SQLITE_ROW)
      for (int c = 0; c < sqlite3_column_count(stmt); c++) add_value(o, stmt, c);
    if (!o->rc && step != SQLITE_DONE) o->rc = step;
    if (o->rc) snprintf(o->message, sizeof o->message, "%s", sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
  }
}

/* readfile() of the shell, for scripts that use it. */
static void readfile(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  static char text[1 << 20];
  const char *path = (const char *)sqlite3_value_text(argv[0]);
  FILE *f = path && argc == 1 ? fopen(path, "rb") : NULL;
  if (!f) return;
  size_t n = fread(text, 1, sizeof text, f);
  fclose(f);
  sqlite3_result_blob(ctx, text, (int)n, SQLITE_TRANSIENT);
}

/* Opens the connection and loads the extension. */
static int open_connection(sqlite3 **db) {
  static const char setup[] = "PRAGMA temp_store = memory; PRAGMA writable_schema = on; "
                              "CREATE TEMP TABLE sqlite_parameters(key TEXT PRIMARY KEY, value) WITHOUT ROWID; "
                              "PRAGMA writable_schema = off";
  int rc = sqlite3_open(":memory:", db);
  if (!rc) rc = sqlite3_db_config(*db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
  if (!rc) rc = sqlite3_load_extension(*db, extension, NULL, NULL);
  /* Whatever fails in loading, the code is SQLITE_ERROR. */
  if (rc == SQLITE_ERROR && faulty_hit(NULL)) rc = SQLITE_NOMEM;
  if (!rc) rc = sqlite3_create_function(*db, "readfile", 1, SQLITE_UTF8, NULL, readfile, NULL, NULL);
  if (!rc) rc = sqlite3_exec(*db, setup, NULL, NULL, NULL);
  return rc;
}

/* The statement "" stands for opening the connection, which is NULL then. */
static void run_any(sqlite3 **db, const char *sql, struct outcome *o) {
  memset(o, 0, sizeof *o);
  if (strstr(sql, NEW_INDEX)) {
    unlink(NEW_INDEX);
    unlink(NEW_INDEX "-journal");
  }
  if (*sql) {
    run(*db, sql, o);
  } else {
    sqlite3_close(*db);
    *db = NULL;
    o->rc = open_connection(db);
  }
}

/* --- judging ------------------------------------------------------------------------------------------------------ */

static int is_same(const struct outcome *a, const struct outcome *b) {
  return a->rc == b->rc && (a->rc || a->rows == b->rows);
}

/* Does the answer vary without failures, too? */
static int varies(void) { return !is_same(&shared->right, &shared->again); }

/*
** Does an error, or a row of flowlogs_files or flowlogs_errors, tell of the failure?  Where it was
** only stat() that failed, the file is opened all the same; it may be a folder, or nothing.  Below
** FLOWLOGS_ROOT, stat() needs open(), and it is not said why a path cannot be resolved, lest the
** answer tell of what lies outside.
*/
static int is_told(const char *text, const struct faulty_plan *plan, const char *path) {
  int is_confined = getenv("FLOWLOGS_ROOT") != NULL,
      resolves = plan->call == FAULTY_REALPATH || plan->call == FAULTY_LSTAT;
  if (resolves && strstr(text, "lies outside FLOWLOGS_ROOT")) return 1;
  if (!strstr(text, path)) return 0;
  if (resolves) return 1;
  if (strstr(text, strerror(plan->error))) return 1;
  if (plan->call != FAULTY_STAT && !(is_confined && plan->call == FAULTY_OPEN)) return 0;
  return strstr(text, "is a folder whose files can't be listed") ||
         strstr(text, "can't be opened: No such file or directory");
}

/* May a run end in this way? */
static int is_allowed(const char *sql, const struct outcome *got, const struct faulty_plan *plan, const char *path) {
  const struct outcome *right = &shared->right;
  int error = plan->error;
  if (is_same(got, right) || (varies() && got->rc == right->rc)) return 1;
  /* SQLite's json_valid() takes JSON for invalid for which it has no memory, and a script then says so. */
  if (plan->call == FAULTY_ALLOC && strstr(sql, "json_valid") && strstr(got->message, "must be a JSON array")) return 1;
  if (plan->call == FAULTY_ALLOC || plan->call == FAULTY_CONDITION)
    return got->rc == SQLITE_NOMEM || got->rc == SQLITE_IOERR_NOMEM;
  if (plan->call == FAULTY_THREAD || error == EINTR || error == FAULTY_SHORT) return 0;
  if (got->rc) return got->rc == SQLITE_ERROR && is_told(got->message, plan, path);
  /* A lack of memory or descriptors is no fault of the file, which on_error=skip could skip. */
  if (error == ENOMEM || error == EMFILE || error == ENFILE) return 0;
  return strstr(sql, "skip") || is_told(got->message, plan, path);
}

static int complain(const char *sql, const struct faulty_plan *plan, const char *what, const struct outcome *got) {
  dprintf(1, "%s %ld%s, %s: %s\n  got code %d, %.500s\n  the right code is %d, %.500s\n  in %.300s\n",
          faulty_names[plan->call], plan->at, plan->forever ? " and all later ones" : "",
          plan->error > 0 ? strerror(plan->error) : "short", what, got->rc, got->message, shared->right.rc,
          shared->right.message, *sql ? sql : "the loading of the extension");
  backtrace_symbols_fd(failed_frame, failed_frames, 1);
  return CHILD_WRONG;
}

/*
** Does the statement change the schema or a table?  SQLite may have made the change when it finds that
** there is no memory, so that the same statement again has another answer.
*/
static int makes_change(const char *sql) {
  static const char *const words[] = {"CREATE", "DROP", "ALTER", "INSERT", "REPLACE", "UPDATE", "DELETE"};
  while (isspace((unsigned char)*sql) || !strncmp(sql, "--", 2)) {
    if (*sql == '-') sql += strcspn(sql, "\n");
    else sql++;
  }
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (!strncmp(sql, words[i], strlen(words[i]))) return 1;
  return !strncmp(sql, "WITH", 4) && strstr(sql, "INSERT") != NULL;
}

/* Runs a statement with a failure, in a child. Returns its exit status. */
static int try_failure(sqlite3 *db, const char *sql, const struct faulty_plan *plan) {
  static const char canary[] = "SELECT count(*), sum(bytes) FROM flowlogs('tests/data/edge/crlf.log')";
  static struct outcome got;
  const char *path;
  int autocommit = db ? sqlite3_get_autocommit(db) : 1, files = faulty_open_files();
  int undo = makes_change(sql) && !sqlite3_exec(db, "SAVEPOINT before_failure", NULL, NULL, NULL);
  faulty_arm(plan);
  run_any(&db, sql, &got);
  int hit = faulty_hit(&path);
  faulty_arm(NULL);
  if (!hit) return CHILD_NO_FAILURE;
  if (!is_allowed(sql, &got, plan, path)) return complain(sql, plan, "a wrong answer", &got);
  if (faulty_open_files() != files) return complain(sql, plan, "a file is left open", &got);
  if (undo && !is_same(&got, &shared->right))
    sqlite3_exec(db, "ROLLBACK TO before_failure; RELEASE before_failure", NULL, NULL, NULL);
  /* SQLite may have rolled back the transaction that the statement was part of. */
  if (!is_same(&got, &shared->right) && db && sqlite3_get_autocommit(db) == autocommit) {
    run_any(&db, sql, &got);
    if (!is_same(&got, &shared->right) && !varies()) return complain(sql, plan, "a wrong answer afterwards", &got);
  }
  if (*sql) run(db, canary, &got);
  if (*sql && (got.rc || strcmp(got.message, "3|3030|"))) return complain(sql, plan, "another query is wrong", &got);
  if (sqlite3_close(db)) return complain(sql, plan, "the connection can't be closed", &got);
  if (sqlite3_memory_used() != shared->left) return complain(sql, plan, "memory is left or missing", &got);
  return CHILD_RIGHT;
}

/* Runs the statement without a failure and writes its answer to *o. */
static int answer(sqlite3 *db, const char *sql, struct outcome *o, int chains) {
  faulty_arm(NULL);
  records = chains;
  run_any(&db, sql, o);
  records = 0;
  for (int i = 0; i < FAULTY_CALLS; i++) shared->calls[i] = faulty_count((enum faulty_call)i);
  if (sqlite3_close(db)) return CHILD_WRONG;
  shared->left = sqlite3_memory_used();
  return CHILD_RIGHT;
}

/* --- the children ------------------------------------------------------------------------------------------------- */

/* Forks.  Returns 1 in the child, and 0 in the parent when the child has ended: *status is set. */
static int in_child(int *status) {
  fflush(stdout);
  pid_t pid = fork();
  if (pid < 0) abort();
  if (pid == 0) return alarm(PATIENCE), 1;
  if (waitpid(pid, status, 0) != pid) abort();
  return 0;
}

/* Makes one failure, if it is its turn.  With threads there may be fewer calls than expected. */
static void fail_once(sqlite3 *db, const char *sql, const struct faulty_plan *plan, int *nwrong) {
  int status;
  if (turn++ % every_nth) return;
  if (in_child(&status)) _exit(try_failure(db, sql, plan));
  if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_NO_FAILURE) return;
  failures++;
  if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_RIGHT) return;
  ++*nwrong;
  if (WIFSIGNALED(status))
    complain(sql, plan, WTERMSIG(status) == SIGALRM ? "hangs" : strsignal(WTERMSIG(status)), &shared->right);
  else if (WEXITSTATUS(status) != CHILD_WRONG) complain(sql, plan, "a sanitizer ended it", &shared->right);
}

static void fail_allocations(sqlite3 *db, const char *sql) {
  struct faulty_plan plan = {.call = FAULTY_ALLOC, .error = ENOMEM};
  int nwrong = 0, every = is_every && shared->calls[FAULTY_ALLOC] <= MAX_EVERY;
  for (plan.forever = every; plan.forever < 2; plan.forever++)
    for (size_t i = 0; i < shared->nchains && nwrong < MAX_WRONG; i++)
      if ((plan.at = shared->number[i]) != 0) fail_once(db, sql, &plan, &nwrong);
  plan.at = 1;
  plan.forever = 0;
  for (; every && plan.at <= shared->calls[FAULTY_ALLOC] && nwrong < MAX_WRONG; plan.at++)
    fail_once(db, sql, &plan, &nwrong);
  wrong += nwrong;
}

static const struct {
  enum faulty_call call;
  int error[8];
} io_failures[] = {
    {FAULTY_OPEN, {EACCES, EIO, EMFILE, ENFILE, ENOMEM, EINTR, ENOENT}},
    {FAULTY_READ, {EIO, ENOMEM, EINTR, FAULTY_SHORT}},
    {FAULTY_FSTAT, {EIO, ENOMEM}},
    {FAULTY_STAT, {EACCES, EIO, ENOMEM, EINTR}},
    {FAULTY_LSTAT, {EACCES, EIO, ENOMEM}},
    {FAULTY_FDOPENDIR, {ENOMEM}},
    {FAULTY_READDIR, {EIO, ENOMEM}},
    {FAULTY_REALPATH, {EACCES, EIO, ENOMEM}},
    {FAULTY_THREAD, {EAGAIN, EPERM}},
    {FAULTY_CONDITION, {ENOMEM}},
};

static void fail_calls(sqlite3 *db, const char *sql) {
  int nwrong = 0;
  for (size_t k = 0; k < sizeof io_failures / sizeof *io_failures; k++)
    for (int i = 0; io_failures[k].error[i]; i++)
      for (int forever = 0; forever < 2; forever++) {
        struct faulty_plan plan = {io_failures[k].call, io_failures[k].error[i], 1, forever};
        if (forever && plan.error == EINTR) continue; /* calls that are interrupted are repeated */
        for (; plan.at <= shared->calls[plan.call] && nwrong < MAX_WRONG; plan.at++) fail_once(db, sql, &plan, &nwrong);
      }
  wrong += nwrong;
}

/* Finds out the right answer, and makes everything fail. */
static void try_statement(sqlite3 *db, const char *sql) {
  int status;
  memset(&shared->right, 0, sizeof shared->right);
  shared->nchains = 0;
  turn = statements++;
  if (in_child(&status)) _exit(answer(db, sql, &shared->again, 0));
  if (in_child(&status)) _exit(answer(db, sql, &shared->right, !is_io));
  if (status) {
    printf("without a failure, a child ended with status %d in %.300s\n", status, sql);
    wrong++;
  } else if (is_io) {
    fail_calls(db, sql);
  } else {
    fail_allocations(db, sql);
  }
}

/* Reads the next statement of the script.  Returns 0 at its end. */
static int next_statement(char *sql, size_t n) {
  size_t used = 0;
  sql[0] = 0;
  while (used + 1 < n && fgets(sql + used, (int)(n - used), stdin)) {
    used += strlen(sql + used);
    if (sqlite3_complete(sql)) return 1;
  }
  sql[0] = 0; /* what follows the last semicolon is a comment */
  return 0;
}

int main(int argc, char **argv) {
  static char sql[1 << 20];
  static struct outcome unused;
  sqlite3 *db = NULL;
  if (argc != 5) return fprintf(stderr, "usage: fault_host EXTENSION alloc|io ours|chains|every BELOW <SCRIPT\n"), 2;
  extension = argv[1];
  is_io = !strcmp(argv[2], "io");
  is_every = !strncmp(argv[3], "every", 5);
  is_ours = !strncmp(argv[3], "ours", 4);
  if (strchr(argv[3], ':')) every_nth = atol(strchr(argv[3], ':') + 1);
  faulty_below(argv[4]);
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) abort();
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
  sqlite3_mem_methods wrapped = real;
  wrapped.xMalloc = test_malloc;
  wrapped.xRealloc = test_realloc;
  sqlite3_config(SQLITE_CONFIG_MALLOC, &wrapped);
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
  run_any(&db, "", &unused); /* SQLite keeps some memory after the first connection */
  sqlite3_close(db);
  db = NULL;
  if (!next_statement(sql, sizeof sql)) try_statement(db, "");
  if (open_connection(&db)) abort();
  for (; *sql; next_statement(sql, sizeof sql)) {
    try_statement(db, sql);
    run(db, sql, &unused);
  }
  sqlite3_close(db);
  printf("%ld statements, %ld failures, %ld wrong\n", statements, failures, wrong);
  return wrong != 0;
}
