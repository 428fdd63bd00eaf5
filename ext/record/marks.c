/* SPDX-License-Identifier: MIT */
/*
** Each value is of one of four classes, and what counts is which of them stand side by side:
**
**     vpcflow[12]: 2 123456789010 eni-1 10.0.0.1 10.0.0.2 443 50000 ACCEPT OK    a run of ten values
**     10.0.0.1 10.0.0.2 443                                                      nothing but values
**     sshd[12]: Connection from 10.0.0.1 port 50000 on 10.0.0.2 port 22          runs of one value
**
** A line of an unknown format may also have words among its values, which two thirds of them are
** then, and names, as those of clusters, which count for nothing.
*/
#include "record/marks.h"

#include <string.h>

#include "base/chars.h"
#include "record/fields.h"
#include "record/layout.h"
#include "record/record.h"

#define RUN_LEAST    5 /* values side by side, of which some are marks, that are a part of a record */
#define RUN_VERDICTS 3 /* the same if one of them is a word such as ACCEPT */

enum value_class {
  VALUE,   /* a flow log has such values, and few others have */
  NAME,    /* in capital letters, as that of an AWS service, or with '-' or '_' within, as that of a cluster */
  WORD,    /* of prose, perhaps */
  STRANGE, /* no field of a flow log has it */
};

static int is_word(const char *p, size_t n, const char *word) { return strlen(word) == n && !memcmp(p, word, n); }

static int is_among(const char *p, size_t n, const char *const words[], size_t nwords) {
  for (size_t i = 0; i < nwords; i++)
    if (is_word(p, n, words[i])) return 1;
  return 0;
}

static const char *const verdicts[] = {"ACCEPT", "REJECT", "NODATA", "SKIPDATA"};
static const char *const others[] = {"OK", "-", "ingress", "egress", "IPv4", "IPv6", "EFA", "TransitGateway"};

#define IS_AMONG(words, p, n) is_among(p, n, words, sizeof(words) / sizeof *(words))

/* What a value is made of. */
struct signs {
  size_t digits, small, capital, dots, colons, dashes;
  size_t unders; /* '_' */
  size_t rest;   /* other signs that fields have: '/', '+', '%' */
  size_t odd;    /* signs that they do not have */
  int doubled;   /* there is a "::" */
};

static void count_signs(const char *p, size_t n, struct signs *s) {
  memset(s, 0, sizeof *s);
  for (size_t i = 0; i < n; i++) {
    if (char_is_digit(p[i])) s->digits++;
    else if (p[i] >= 'a' && p[i] <= 'z') s->small++;
    else if (p[i] >= 'A' && p[i] <= 'Z') s->capital++;
    else if (p[i] == '.') s->dots++;
    else if (p[i] == ':') s->colons++;
    else if (p[i] == '-') s->dashes++;
    else if (p[i] == '_') s->unders++;
    else if (p[i] == '/' || p[i] == '+' || p[i] == '%') s->rest++;
    else s->odd++;
    s->doubled |= i > 0 && p[i] == ':' && p[i - 1] == ':';
  }
}

/*
** Returns 1 for an address alone: four numbers with dots, or IPv6 with all its groups or a "::".
** A time such as 12:30:00, and an address with a port, are not addresses here.
*/
static int is_plain_address(const char *p, size_t n, const struct signs *s) {
  if (!record_is_address(p, n)) return 0;
  return s->colons ? s->colons == 7 || s->doubled : s->dots == 3 && n >= 7 && n <= 15;
}

/* An id of AWS, a region or a zone: eni-1, us-east-1, use1-az1. */
static int is_id(const char *p, const struct signs *s) {
  return *p >= 'a' && *p <= 'z' && s->dashes && s->digits && !s->capital && !s->dots && !s->colons && !s->unders &&
         !s->rest;
}

/* The name of a service, or of what somebody has named. */
static int is_name(size_t n, const struct signs *s) {
  if (s->dots || s->colons || s->rest) return 0;
  return (s->capital && s->capital + s->digits + s->unders == n) || s->dashes || s->unders;
}

/* The class of a value that is no mark. */
static enum value_class class_of(const char *p, size_t n, const struct signs *s) {
  int is_time = s->dashes >= 2 && n > 10 && p[10] == 'T';
  if (n > 4 && !memcmp(p, "arn:", 4)) return VALUE;
  if (s->odd) return STRANGE;
  if (s->digits == n || IS_AMONG(others, p, n) || is_id(p, s)) return VALUE;
  if ((s->colons && !is_time) || (s->digits && s->dots == 1 && s->digits + 1 == n)) return STRANGE;
  return is_name(n, s) ? NAME : WORD;
}

/* Are there two ends of a connection, or one end and what became of it? */
static int has_ends(const struct marks_run *r) {
  return r->addresses >= 2 || (r->addresses + r->interfaces && r->verdicts) || (r->addresses && r->interfaces);
}

void marks_add(struct marks *m, const char *p, size_t n) {
  struct signs s;
  count_signs(p, n, &s);
  int address = is_plain_address(p, n, &s), interface = n > 4 && !memcmp(p, "eni-", 4),
      verdict = IS_AMONG(verdicts, p, n);
  enum value_class class = address || interface || verdict ? VALUE : class_of(p, n, &s);
  m->words += class == WORD || class == STRANGE;
  m->has_strange |= class == STRANGE;
  if (class == WORD || class == STRANGE) memset(&m->run, 0, sizeof m->run);
  if (class != VALUE) return;
  struct marks_run *const both[] = {&m->run, &m->all};
  for (int i = 0; i < 2; i++) {
    both[i]->values++;
    both[i]->addresses += (uint32_t)address;
    both[i]->interfaces += (uint32_t)interface;
    both[i]->verdicts += (uint32_t)verdict;
  }
  m->is_found |= has_ends(&m->run) && m->run.values >= (m->run.verdicts ? RUN_VERDICTS : RUN_LEAST);
}

int marks_are_found(const struct marks *m) {
  if (m->is_found) return 1;
  if (!m->words && m->all.verdicts && m->all.values > 1) return 1;
  return has_ends(&m->all) && !m->has_strange && m->all.values >= 2 * m->words;
}

/* --- texts ------------------------------------------------------------------------------------------------------- */

static const char *find(const char *p, size_t n, const char *what) {
  size_t what_n = strlen(what);
  for (size_t i = 0; i + what_n <= n; i++)
    if (!memcmp(p + i, what, what_n)) return p + i;
  return NULL;
}

static int is_sign(char c) { return c && strchr("\"':=|;,\\", c); }

/* Is there the name of a field with a sign beside it, as in JSON, CSV and pairs?  In prose there are blanks. */
static int has_name(const char *p, size_t n, const char *name) {
  const char *begin = p, *end = p + n;
  size_t name_n = strlen(name);
  for (; (p = find(p, (size_t)(end - p), name)) != NULL; p += name_n) {
    const char *next = p + name_n;
    if (p > begin && is_sign(p[-1])) return 1;
    if (next + 1 < end && is_sign(*next) && !(*next == ',' && char_is_space(next[1]))) return 1;
  }
  return 0;
}

int marks_in_text(const char *p, size_t n) {
  static const char *const outcomes[] = {"ACCEPT OK", "REJECT OK", "NODATA", ",ACCEPT,", ",REJECT,"};
  for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
    if (find(p, n, outcomes[i]) && find(p, n, "eni-")) return 1;
  if (find(p, n, "aws.vpcflow.") || find(p, n, "\"vpcflow\"")) return 1; /* Elastic's names */
  if (find(p, n, "${")) return 0;                                        /* it is a LogFormat */
  return (has_name(p, n, "srcaddr") && has_name(p, n, "dstaddr")) ||
         (has_name(p, n, "srcAddr") && has_name(p, n, "dstAddr")); /* as Logs Insights has them */
}

/* A header with a number in front, or with signs that do not belong there, has the names of both ends. */
static int is_broken_header(const struct line *line) {
  char unused[ERR_TEXT];
  const char *p = line->text + line->start;
  size_t n = line->end - line->start, known = 0;
  if (!find(p, n, "srcaddr") || !find(p, n, "dstaddr") || find(p, n, "${")) return 0;
  for (uint32_t i = 0; i < line->count; i++) {
    size_t name_n;
    const char *name = token_text(line, i, &name_n);
    known += field_find(name, name_n) != FIELD_NONE;
  }
  return known >= LAYOUT_SURE || layout_is_near_header(line, unused);
}

int marks_in_line(const struct line *line) {
  struct marks m;
  memset(&m, 0, sizeof m);
  for (uint32_t i = 0; i < line->count; i++) {
    size_t n;
    const char *p = token_text(line, i, &n);
    marks_add(&m, p, n);
  }
  return marks_are_found(&m) || marks_in_text(line->text + line->start, line->end - line->start) ||
         is_broken_header(line);
}

int marks_in_utf16(const char *p, size_t n) {
  static const char mark[] = "srcaddr", mark2[] = "ACCEPT";
  for (size_t i = 0; i + 2 * sizeof mark < n; i++) {
    size_t a = 0, b = 0;
    while (mark[a] && p[i + 2 * a] == mark[a]) a++;
    while (mark2[b] && p[i + 2 * b] == mark2[b]) b++;
    if (!mark[a] || !mark2[b]) return 1;
  }
  return 0;
}
