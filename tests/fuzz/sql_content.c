/* SPDX-License-Identifier: MIT */
/*
** The same lines in every form have the same records: as a plain file, as gzip of two members, as
** a payload of lines and as one of events, with threads and without. flowlogs_rollup gives the
** sums that GROUP BY gives, for some dimensions and with memory for few groups. flowlogs_errors
** lists what flowlogs_files counts, and on_error = fail fails if there is any of it.
**
** Input: choices of the format and the dimensions; then the lines.
*/
#include "fuzz_sql.h"

#define COLUMNS                                                                                                        \
  "line, version, account_id, interface_id, srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, start, "     \
  "\"end\", action, log_status, vpc_id, region, tcp_flags, pkt_srcaddr, resource_type, tgw_id, start_time, raw, extra"

static const char *const formats[] = {
    "NULL", "NULL", "'srcaddr dstaddr dstport action bytes start'",
    "'[\"version account-id srcaddr\", \"x-a region start end\", \"start end packets bytes\"]'"};
static const char *const dims[] = {"srcaddr",    "dstport", "action",    "region",      "protocol",   "interface_id",
                                   "account_id", "start",   "tcp_flags", "pkt_srcaddr", "log_status", "resource_type"};
#define DIMS (sizeof dims / sizeof *dims)

__attribute__((format(printf, 1, 2))) static struct answer ask_printf(const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  char *sql = sqlite3_vmprintf(format, ap);
  va_end(ap);
  struct answer a = ask(sql);
  sqlite3_free(sql);
  return a;
}

/* The rows, and whether there is an error.  Its text names the file, which differs. */
static void check_same(const struct answer *a, struct answer b, const char *what) {
  PROPERTY(!a->error == !b.error, "%s: %s instead of %s", what, b.error ? b.error : "", a->error ? a->error : "");
  PROPERTY(a->error || text_is(&a->rows, &b.rows), "%s:\n%.*s\ninstead of\n%.*s", what, (int)b.rows.n, b.rows.p,
           (int)a->rows.n, a->rows.p);
  answer_free(&b);
}

static void check_rollup(struct choices *c, const char *format, uint32_t threads) {
  const char *a = dims[choose(c, DIMS)], *b = dims[choose(c, DIMS)], *memory = choose(c, 2) ? "'1M'" : "NULL";
  const char *group = a == b ? "1" : "1, 2";
  struct answer plain = ask_printf(
      "SELECT hex(%s), hex(%s), count(*), sum(packets), sum(bytes), min(start), max(\"end\") FROM flowlogs('c.log', "
      "'skip', %s) GROUP BY %s ORDER BY %s",
      a, b, format, group, group);
  struct answer sums =
      ask_printf("SELECT hex(%s), hex(%s), sum(flows), sum(packets), sum(bytes), min(first_seen), max(last_seen) FROM "
                 "flowlogs_rollup('c.log', 'skip', %s, %u, %s) GROUP BY %s ORDER BY %s",
                 a, b, format, threads, memory, group, group);
  check_same(&plain, sums, "rollup");
  answer_free(&plain);
}

/*
** What is wrong with the file: in both forms the same, as many as flowlogs_files counts, and an
** error.
*/
static void check_errors(const char *format, uint32_t threads) {
  static const char sql[] =
      "SELECT line, cause, replace(reason, 'z.log', 'c.log'), raw FROM flowlogs_errors('%c.log', %s)";
  struct answer plain = ask_printf(sql, 'c', format);
  check_same(&plain, ask_printf(sql, 'z', format), "errors in gzip");
  answer_free(&plain);
  struct answer count =
      ask_printf("SELECT count(*) FROM flowlogs_errors('c.log', %s) WHERE cause <> 'suspicious'", format);
  check_same(&count, ask_printf("SELECT errors FROM flowlogs_files('c.log', %s)", format), "number of errors");
  struct answer fail = ask_printf("SELECT count(*) FROM flowlogs('c.log', 'fail', %s, %u)", format, threads);
  PROPERTY((fail.error != NULL) == (count.rows.n != 4 || count.rows.p[1] != '0'), "%s with errors: %.*s",
           fail.error ? fail.error : "no error", (int)count.rows.n, count.rows.p);
  answer_free(&fail);
  answer_free(&count);
  struct answer rows =
      ask_printf("SELECT count(*), min(start), max(\"end\") FROM flowlogs('c.log', 'skip', %s)", format);
  check_same(&rows, ask_printf("SELECT \"rows\", min_start, max_end FROM flowlogs_files('c.log', %s)", format),
             "files");
  answer_free(&rows);
}

/* Is each line text, so that it can be an event? */
static int is_text(const char *p, size_t n) {
  struct answer a = ask_with("SELECT 1 WHERE json_valid(json_quote(CAST(?1 AS TEXT)))", p, n, 1);
  int valid = a.rows.n > 0 && !memchr(p, 0, n) && (n < 3 || memcmp(p, "\xef\xbb\xbf", 3));
  answer_free(&a);
  for (size_t i = 0; i < n && valid; i++) valid = (unsigned char)p[i] >= ' ' || p[i] == '\n' || p[i] == '\t';
  for (size_t i = 0; i < n && valid; i++) valid = (unsigned char)p[i] < 0x80;
  return valid;
}

/* The lines as events, one message each. */
static char *make_events(const char *p, size_t n) {
  sqlite3_str *s = sqlite3_str_new(NULL);
  sqlite3_str_appendall(s, "{\"messageType\":\"DATA_MESSAGE\",\"logGroup\":\"g\",\"logStream\":\"s\",\"logEvents\":[");
  for (const char *end = p + n, *begin = p; p < end; p++) {
    sqlite3_str_appendall(s, p == begin ? "{\"message\":\"" : ",{\"message\":\"");
    for (; p < end && *p != '\n'; p++) {
      if (*p == '"' || *p == '\\') sqlite3_str_appendchar(s, 1, '\\');
      if (*p == '\t') sqlite3_str_appendall(s, "\\t");
      else sqlite3_str_appendchar(s, 1, *p);
    }
    sqlite3_str_appendall(s, "\"}");
  }
  sqlite3_str_appendall(s, "]}");
  return sqlite3_str_finish(s);
}

/* Only where the file has rows: what is no flow log is another error of a payload. */
static void check_payload(const struct answer *file, const struct text *text, const char *format) {
  if (!text->n || !is_text(text->p, text->n) || file->error || !file->rows.n) return;
  char *sql = sqlite3_mprintf("SELECT " COLUMNS " FROM flowlogs_payload(?1, 'skip', %s)", format);
  char *events = make_events(text->p, text->n);
  check_same(file, ask_with(sql, events, strlen(events), 0), "events");
  sqlite3_free(events);
  if (!memchr("{[\"", text->p[strspn(text->p, " \t\r\n")], 3)) {
    check_same(file, ask_with(sql, text->p, text->n, 1), "a blob of lines");
    check_same(file, ask_with(sql, text->p, text->n, 0), "a text of lines");
  }
  sqlite3_free(sql);
}

static void prepare(void) {}

static void try_input(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  struct text text = {0};
  const char *format = formats[choose(&c, 4)];
  struct choices rollup = c; /* its first three bytes */
  for (int i = 0; i < 3; i++) choose_byte(&c);
  uint32_t threads = choose(&c, 4);
  text_add(&text, c.p, c.n);
  text_add(&text, "\n", 2); /* and a NUL */
  text.n--;
  write_bytes("c.log", text.p, text.n);
  write_gzip("z.log", text.p, text.n);
  struct answer file = ask_printf("SELECT " COLUMNS " FROM flowlogs('c.log', 'skip', %s, 0)", format);
  if (threads)
    check_same(&file, ask_printf("SELECT " COLUMNS " FROM flowlogs('c.log', 'skip', %s, 1)", format), "a thread");
  check_same(&file, ask_printf("SELECT " COLUMNS " FROM flowlogs('z.log', 'skip', %s, %u)", format, threads), "gzip");
  check_payload(&file, &text, format);
  check_rollup(&rollup, format, threads);
  check_errors(format, threads);
  answer_free(&file);
  free(text.p);
}
