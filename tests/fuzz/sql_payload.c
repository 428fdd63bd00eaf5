/* SPDX-License-Identifier: MIT */
/*
** Payloads of any bytes.  A payload that can be read without an error has the same rows with
** on_error = skip, with threads, as a text and as a blob, in gzip, and as a JSON text; and
** flowlogs_payload_rollup counts them.
**
** Input: a payload.
*/
#include "fuzz_sql.h"

#define COLUMNS "file, line, srcaddr, dstport, action, start, bytes, raw"

static void check_same(const struct answer *a, struct answer b, const char *what) {
  PROPERTY(!b.error && text_is(&a->rows, &b.rows), "%s:\n%.*s%s\ninstead of\n%.*s", what, (int)b.rows.n, b.rows.p,
           b.error ? b.error : "", (int)a->rows.n, a->rows.p);
  answer_free(&b);
}

/* In one more layer.  That can be one too many. */
static void check_layer(const struct answer *a, struct answer b, const char *what) {
  if (b.error && (strstr(b.error, "layers") || strstr(b.error, "within records"))) answer_free(&b);
  else check_same(a, b, what);
}

static void check_gzip(const struct answer *a, const char *sql, const char *p, size_t n) {
  char out[8192];
  z_stream z = {0};
  if (n > 4000 || deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return;
  z.next_in = (Bytef *)(uintptr_t)p;
  z.avail_in = (uInt)n;
  z.next_out = (Bytef *)out;
  z.avail_out = sizeof out;
  if (deflate(&z, Z_FINISH) != Z_STREAM_END) abort();
  deflateEnd(&z);
  check_layer(a, ask_with(sql, out, sizeof out - z.avail_out, 1), "in gzip");
}

/* As a JSON text: SQLite's own quoting, of what SQLite itself reads back. */
static void check_json(const struct answer *a, const char *p, size_t n) {
  struct answer quoted = ask_with("SELECT json_quote(?1) = json_quote(json_extract(json_quote(?1), '$'))", p, n, 0);
  int same = quoted.rows.n >= 2 && quoted.rows.p[1] == '1';
  answer_free(&quoted);
  if (same && !memchr(p, 0, n))
    check_layer(a, ask_with("SELECT " COLUMNS " FROM flowlogs_payload(json_quote(?1))", p, n, 0), "as a JSON text");
}

static void prepare(void) {}

static void try_input(const uint8_t *data, size_t size) {
  static const char sql[] = "SELECT " COLUMNS " FROM flowlogs_payload(?1)";
  char *p = text_of((const char *)data, size);
  struct answer blob = ask_with(sql, p, size, 1);
  if (blob.error) {
    PROPERTY(!strncmp(blob.error, "flowlogs: ", 10), "%s", blob.error);
    struct answer skip = ask_with("SELECT " COLUMNS " FROM flowlogs_payload(?1, 'skip')", p, size, 1);
    PROPERTY(blob.rows.n <= skip.rows.n && (!blob.rows.n || !memcmp(blob.rows.p, skip.rows.p, blob.rows.n)),
             "on_error=skip lacks rows:\n%.*s%s\ninstead of\n%.*s", (int)skip.rows.n, skip.rows.p,
             skip.error ? skip.error : "", (int)blob.rows.n, blob.rows.p);
    answer_free(&skip);
  } else {
    check_same(&blob, ask_with("SELECT " COLUMNS " FROM flowlogs_payload(?1, 'skip')", p, size, 1), "skip");
    check_same(&blob, ask_with("SELECT " COLUMNS " FROM flowlogs_payload(?1, 'fail', NULL, 2)", p, size, 1), "threads");
    if (!memchr(p, 0, size)) check_same(&blob, ask_with(sql, p, size, 0), "a text");
    check_gzip(&blob, sql, p, size);
    if (size) check_json(&blob, p, size);
    struct answer rows = ask_with("SELECT count(*) FROM flowlogs_payload(?1)", p, size, 1);
    check_same(&rows, ask_with("SELECT ifnull(sum(flows), 0) FROM flowlogs_payload_rollup(?1)", p, size, 1), "rollup");
    answer_free(&rows);
  }
  answer_free(&blob);
  free(p);
}
