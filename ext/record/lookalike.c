/* SPDX-License-Identifier: MIT */
/*
** A line is taken apart in the ways of the programs that write something in front of lines or
** between values, and the first that explains it is the answer:
**
**     a/b.log:2 123456789010 eni-1 ...      grep -H: behind the colon is a record
**     1       2 123456789010 eni-1 ...      cat -n: behind the number of the line is a record
**     srcAddr,sum(bytes)                    CSV: of sums
**     id,name,owner                         CSV: of something else
**     2,123456789010,eni-1,10.0.0.1,...     CSV: of records, without a header
*/
#include "record/lookalike.h"

#include <string.h>

#include "base/chars.h"
#include "record/fields.h"
#include "record/marks.h"
#include "record/record.h"

/* Functions with which a query makes one row of many records. */
static const char *const sums[] = {"count", "count_distinct", "sum", "avg",      "min",   "max",
                                   "pct",   "stddev",         "bin", "earliest", "latest"};

int lookalike_is_sum(const char *name, size_t n) {
  for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
    size_t k = strlen(sums[i]);
    if (n > k && name[k] == '(' && field_same_name(name, k, sums[i], k)) return 1;
  }
  return n > 4 && !memcmp(name, "_col", 4) && char_is_digit(name[4]);
}

/* Words of names that queries give to sums. */
static const char *const words[] = {"total", "sum", "count", "cnt",     "avg",  "average",
                                    "max",   "min", "flows", "records", "hits", "connections"};

int lookalike_may_be_sum(const char *name, size_t n) {
  const char *end = name + n;
  for (const char *p = name; p < end; p++) {
    const char *word = p;
    while (p < end && char_is_alnum(*p)) p++;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
      if (field_same_name(word, (size_t)(p - word), words[i], strlen(words[i]))) return 1;
  }
  return 0;
}

/* Names that other logs have, of which some lie beside flow logs.  is_sure: with srcaddr and vpc_id, too. */
static const struct {
  const char *name, *log;
  int is_sure;
} logs[] = {
    {"query-name", "query log of Route 53 Resolver", 1},
    {"event-version", "log of CloudTrail", 0},
    {"webacl-id", "log of AWS WAF", 0},
    {"firewall-name", "log of AWS Network Firewall", 0},
    {"flow-id", "log of Suricata", 0},
    {"event-type", "log of Suricata, or of a program like it", 0},
    {"id.orig-h", "log of Zeek", 0},
    {"conn-state", "log of Zeek", 0},
    {"source.ip", "log with Elastic's names", 0},
    {"destination.ip", "log with Elastic's names", 0},
    {"time-received", "log of NetFlow", 0},
    {"time-received-ns", "log of NetFlow", 0},
    {"time-flow-start", "log of NetFlow", 0},
    {"time-flow-start-ns", "log of NetFlow", 0},
    {"sampler-address", "log of NetFlow", 0},
    {"first-switched", "log of NetFlow", 0},
    {"first-seen", "log of NetFlow", 0},
    {"ibyt", "log of NetFlow", 0},
    {"jsonPayload", "log of Google Cloud", 0},
    {"tcpsyn", "log of Windows Firewall", 0},
};

/* Names of AWS alone.  With '_' or '-' between other letters than AWS has them, such as src_addr, they are anybody's. */
static int is_own(int field, const char *name, size_t n) {
  switch (field) {
  case FIELD_srcaddr:
  case FIELD_dstaddr: return n == fields[field].n && field_same_name(name, n, fields[field].name, n);
  case FIELD_pkt_srcaddr:
  case FIELD_pkt_dstaddr:
  case FIELD_flow_direction:
  case FIELD_interface_id:
  case FIELD_log_status: return field_same_name(name, n, fields[field].name, fields[field].n);
  default: return 0;
  }
}

void lookalike_add_name(struct lookalike_names *s, int field, const char *name, size_t n) {
  s->is_own |= is_own(field, name, n);
  for (size_t i = 0; i < sizeof logs / sizeof *logs; i++)
    if (field_same_name(name, n, logs[i].name, strlen(logs[i].name)) && (!s->log || logs[i].is_sure)) {
      s->log = logs[i].log;
      s->is_sure |= logs[i].is_sure;
    }
}

const char *lookalike_log(const struct lookalike_names *s) { return s->is_sure || !s->is_own ? s->log : NULL; }

const char *lookalike_log_of_header(const struct line *line) {
  struct lookalike_names names = {NULL, 0, 0};
  for (uint32_t i = 0; i < line->count; i++) {
    size_t n;
    const char *p = token_text(line, i, &n);
    lookalike_add_name(&names, field_find(p, n), p, n);
  }
  return lookalike_log(&names);
}

int lookalike_says_what_it_is(const struct line *line, char why[ERR_TEXT]) {
  static const struct {
    const char *begin, *what;
  } kinds[] = {
      {"#separator", "is a log of Zeek"},
      {"#Software:", "is a log in the extended format of W3C"},
      {"#Version:", "is a log in the extended format of W3C"},
      {"#Fields:", "is a log in the extended format of W3C"},
  };
  size_t n;
  const char *p = line->count ? token_text(line, 0, &n) : NULL;
  for (size_t i = 0; p && i < sizeof kinds / sizeof *kinds; i++)
    if (n == strlen(kinds[i].begin) && !memcmp(p, kinds[i].begin, n))
      return err_print(why, "%s, and no flow log", kinds[i].what), 1;
  return 0;
}

/* Is a line without its first `tokens` tokens and `bytes` bytes a record or a header? */
static int is_flow_log_behind(const struct line *line, uint32_t tokens, uint32_t bytes, const struct formats *formats) {
  uint32_t at[LAYOUT_TOKENS + 1];
  struct layout layout;
  struct err unused = {0};
  struct line rest = *line;
  if (line->count <= tokens || line->count - tokens > LAYOUT_TOKENS) return 0;
  rest.count -= tokens;
  memcpy(at, line->at + tokens, (rest.count + 1) * sizeof *at);
  at[0] += bytes;
  rest.at = at;
  return formats_choose(formats, &rest) != FORMATS_NONE || layout_from_header(&layout, &rest, 0, &unused);
}

#define NAME_TOKENS 4 /* of the name of a file with blanks */

/* Does the name of a file, or the number of a line, stand in front, with a colon behind it? */
static int is_grepped(const struct line *line, const struct formats *formats) {
  for (uint32_t i = 0; i < line->count && i < NAME_TOKENS; i++) {
    size_t n;
    const char *p = token_text(line, i, &n);
    for (size_t k = 0; k + 1 < n; k++)
      if (p[k] == ':' && is_flow_log_behind(line, i, (uint32_t)k + 1, formats)) return 1;
  }
  return 0;
}

/* Does the number of the line stand in front? */
static int is_numbered(const struct line *line, const struct formats *formats) {
  size_t n;
  const char *p = line->count ? token_text(line, 0, &n) : NULL;
  return p && number_fits(p, n) && number_value(p, n) == line->number && is_flow_log_behind(line, 1, 0, formats);
}

/* A value of a line of CSV, without quotes and blanks around it. */
struct value {
  const char *p;
  size_t n;
};

/* Takes the next value.  Returns 0 behind the last one. */
static int next_value(const char **p, const char *end, struct value *value) {
  if (*p > end) return 0;
  const char *comma = memchr(*p, ',', (size_t)(end - *p)), *last = comma ? comma : end;
  value->p = *p;
  *p = last + 1;
  while (value->p < last && (char_is_space(*value->p) || *value->p == '"')) value->p++;
  while (last > value->p && (char_is_space(last[-1]) || last[-1] == '"')) last--;
  value->n = (size_t)(last - value->p);
  return 1;
}

static size_t count_commas(const struct line *line) {
  size_t count = 0;
  for (uint32_t i = line->start; i < line->end; i++) count += line->text[i] == ',';
  return count;
}

/* Could it be the name of a column? */
static int is_name(const struct value *value) {
  size_t blanks = 0;
  if (!value->n || value->n > 64 || !(char_is_alnum(*value->p) || strchr("@_", *value->p)) || char_is_digit(*value->p))
    return 0;
  for (size_t i = 0; i < value->n; i++) {
    if (!char_is_alnum(value->p[i]) && !strchr("@_-.:()*/ ", value->p[i])) return 0;
    blanks += value->p[i] == ' ';
  }
  return blanks < 3;
}

#define SHOWN 200 /* bytes of the names of columns that are shown */

/* What the names of a line are. */
struct names {
  int known, traffic;
  struct lookalike_names other;
  struct value sum; /* the first that is, or seems to be, computed from several records */
  int is_sure;
};

static void read_names(struct names *names, const char *p, const char *end) {
  struct value value, may_be = {NULL, 0};
  int has_time = 0;
  memset(names, 0, sizeof *names);
  while (next_value(&p, end, &value)) {
    int field = field_find(value.p, value.n);
    has_time |= *value.p == '@' || field == FIELD_start || field == FIELD_end;
    if (field != FIELD_NONE && !layout_is_heading(value.p, value.n)) {
      names->known++;
      names->traffic += field_is_traffic(field);
    }
    lookalike_add_name(&names->other, field, value.p, value.n);
    if (!names->sum.p && lookalike_is_sum(value.p, value.n)) names->sum = value;
    if (!may_be.p && field == FIELD_NONE && lookalike_may_be_sum(value.p, value.n)) may_be = value;
  }
  names->is_sure = names->sum.p != NULL;
  if (!names->sum.p && !has_time && names->known) names->sum = may_be;
}

/* A line that may be CSV and name columns.  is_table: the line behind it is like it. */
static enum lookalike say_columns(const struct line *line, int is_table, char why[ERR_TEXT]) {
  const char *p = line->text + line->start, *end = line->text + line->end;
  char shown[SHOWN + 4];
  struct names names;
  read_names(&names, p, end);
  if (names.sum.p) {
    err_print(why,
              "is CSV of sums, which are no records: its column '%.*s' %s; export the records, in Logs Insights with "
              "'fields @timestamp, @message'",
              (int)(names.sum.n < 60 ? names.sum.n : 60), names.sum.p,
              names.is_sure ? "is computed from several" : "seems to be computed from several, and none is a time");
    return LOOKALIKE_OTHER;
  }
  const char *log = lookalike_log(&names.other);
  if (names.known >= LAYOUT_SURE && names.traffic && !log) {
    err_print(why, "names columns of a flow log as CSV does, but no row behind the header has as many values");
    return LOOKALIKE_RECORDS;
  }
  if (!is_table) return LOOKALIKE_NONE;
  while (end > p && char_is_space(end[-1])) end--;
  record_show(p, (size_t)(end - p), SHOWN, shown);
  if (log) err_print(why, "is a %s, and no flow log; its columns are %s", log, shown);
  else err_print(why, "is CSV whose columns are %s: no flow log", shown);
  return LOOKALIKE_OTHER;
}

/* CSV has more values than words. */
static enum lookalike find_csv(const struct line *line, const struct line *next, char why[ERR_TEXT]) {
  const char *p = line->text + line->start, *end = line->text + line->end;
  size_t commas = count_commas(line), names = 0;
  struct marks marks;
  struct value value;
  memset(&marks, 0, sizeof marks);
  if (!commas) return LOOKALIKE_NONE;
  while (next_value(&p, end, &value)) {
    names += (size_t)is_name(&value);
    marks_add(&marks, value.p, value.n);
  }
  if (names == commas + 1) return say_columns(line, next->text && count_commas(next) >= commas, why);
  if (commas + 1 < line->count || commas < 3 ||
      !(marks_are_found(&marks) || marks_in_text(line->text + line->start, line->end - line->start)))
    return LOOKALIKE_NONE;
  err_print(why, "looks like flow log records as CSV without a header line; write the names of the columns in front, "
                 "as in 'version,account_id,srcaddr'");
  return LOOKALIKE_RECORDS;
}

enum lookalike lookalike_find(const struct line *line, const struct line *next, const struct formats *formats,
                              char why[ERR_TEXT]) {
  if (is_grepped(line, formats)) {
    err_print(why,
              "has the name of a file or a number in front of each line, as grep -H and grep -n write them; search "
              "with grep -h, or read the files themselves");
    return LOOKALIKE_RECORDS;
  }
  if (is_numbered(line, formats)) {
    err_print(why, "has its number in front of each line, as cat -n and nl write it; make the file without them");
    return LOOKALIKE_RECORDS;
  }
  return find_csv(line, next, why);
}
