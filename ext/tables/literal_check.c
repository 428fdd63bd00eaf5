/* SPDX-License-Identifier: MIT */
/*
** What a column can hold follows from its field's kind (fields.h): numbers, addresses, the words
** of an enumeration, or any text.  The checks are those that the lines of a file must pass, so a
** literal that is refused here cannot be the value of any record.
**
**     kind       literal              error shows
**     number     'TCP'                protocol = 6
**     seconds    '2026-03-09'         start >= unixepoch('2026-03-09'): see time_check.h
**     address    '10.0.0.0/8'         cidr_match(srcaddr, '10.0.0.0/8')
**     address    '2001:DB8:0::1'      '2001:db8::1', the spelling that the column has
**     words      'reject'             the words
**     text       1122334455           the quotes that keep leading zeros
**     any        '-'                  IS NULL
*/
#include "tables/literal_check.h"

#include <string.h>

#include "net/code_names.h"
#include "net/ip.h"
#include "sqlite/report.h"
#include "tables/time_check.h"

#define ACCOUNT_DIGITS 12 /* of an AWS account id */

/* The words that a field can have. */
static const struct {
  int field;
  const char *words[4]; /* the list ends with NULL */
} enumerations[] = {
    {FIELD_action, {"ACCEPT", "REJECT", NULL}},
    {FIELD_log_status, {"OK", "NODATA", "SKIPDATA", NULL}},
};

/* The names of services in "Available fields", Amazon VPC user guide.  The list is open. */
#define SERVICES                                                                                                       \
  "AMAZON", "AMAZON_APPFLOW", "AMAZON_CONNECT", "API_GATEWAY", "AURORA_DSQL", "CHIME_MEETINGS",                        \
      "CHIME_VOICECONNECTOR", "CLOUD9", "CLOUDFRONT", "CLOUDFRONT_ORIGIN_FACING", "CODEBUILD", "DYNAMODB", "EBS",      \
      "EC2", "EC2_INSTANCE_CONNECT", "GLOBALACCELERATOR", "IVS_LOW_LATENCY", "IVS_REALTIME", "KINESIS_VIDEO_STREAMS",  \
      "MEDIA_PACKAGE_V2", "ROUTE53", "ROUTE53_HEALTHCHECKS", "ROUTE53_HEALTHCHECKS_PUBLISHING", "ROUTE53_RESOLVER",    \
      "S3", "WORKSPACES_GATEWAYS", NULL

/*
** Fields of text whose values AWS documents.  Others may come, so only what is one of these in another
** case is refused.
*/
static const struct {
  int field;
  const char *words[40];
} documented[] = {
    {FIELD_flow_direction, {"ingress", "egress", NULL}},
    {FIELD_type, {"IPv4", "IPv6", "EFA", NULL}},
    {FIELD_sublocation_type, {"wavelength", "outpost", "localzone", NULL}},
    {FIELD_reject_reason, {"BPA", "EC", NULL}},
    {FIELD_resource_type, {"TransitGateway", "TransitGatewayAttachment", NULL}},
    {FIELD_pkt_src_aws_service, {SERVICES}},
    {FIELD_pkt_dst_aws_service, {SERVICES}},
};

static int is_comparison(enum term_op op) { return term_is_equality(op) || term_is_ordered(op); }

static enum kind kind_of(const struct push *push) { return predicate_subject_kind(push->subject); }

static int is_negative(enum term_op op) { return op == TERM_NE || op == TERM_ISNOT; }

/* How a message writes the operator: each value of IN stands for itself. */
static const char *written(enum term_op op) { return op == TERM_IN ? "=" : term_written(op); }

/* --- numbers ----------------------------------------------------------------------------------------------------- */

/* The number of a port or a protocol whose name is the text, in any case, or -1. */
static int number_of_name(int subject, const char *text) {
  int is_protocol = subject == FIELD_protocol;
  for (int n = 0; n < (is_protocol ? 256 : 65536); n++) {
    const char *name = is_protocol ? code_names_protocol(n) : code_names_port(n, 0);
    if (name && !sqlite3_stricmp(name, text)) return n;
  }
  return -1;
}

/* A number is compared with a text that is none. */
static int say_number(const struct column *column, enum term_op op, const char *text, char **pzErr) {
  int subject = column->push.name ? column->push.subject : FIELD_NONE;
  int is_port = subject == FIELD_srcport || subject == FIELD_dstport || subject == SUBJECT_PORT ||
                subject == SUBJECT_CLIENT_PORT || subject == SUBJECT_SERVER_PORT;
  if (!is_port && subject != FIELD_protocol)
    return report_text(pzErr, "%s is a number, never '%s'", column->name, text);
  int number = number_of_name(subject, text);
  if (number < 0) return report_text(pzErr, "%s is a number, never '%s'; write the number", column->name, text);
  return report_text(pzErr, "%s is a number, never '%s'; write %s %s %d", column->name, text, column->name, written(op),
                     number);
}

static int check_number(const struct column *column, enum term_op op, sqlite3_value *v, char **pzErr) {
  const char *text = (const char *)sqlite3_value_text(v);
  if (!text) return SQLITE_NOMEM;
  if (time_check_is_seconds(&column->push)) return time_check_seconds(&column->push, op, v, pzErr);
  return sqlite3_value_numeric_type(v) == SQLITE_TEXT ? say_number(column, op, text, pzErr) : SQLITE_OK;
}

/* A sum of the rollup.  Its times are numbers of seconds, too. */
static int check_measure(const struct column *column, enum term_op op, sqlite3_value *v, char **pzErr) {
  int type = sqlite3_value_type(v);
  if (type == SQLITE_NULL || type == SQLITE_BLOB || !is_comparison(op)) return SQLITE_OK;
  const char *text = (const char *)sqlite3_value_text(v), *end = strrchr(column->name, '_');
  if (!text) return SQLITE_NOMEM;
  if (sqlite3_value_numeric_type(v) == SQLITE_TEXT) return say_number(column, op, text, pzErr);
  return end && !strcmp(end, "_seen") ? time_check_number(column->name, v, pzErr) : SQLITE_OK;
}

/* --- addresses --------------------------------------------------------------------------------------------------- */

static int check_spelling(const struct push *push, const char *text, size_t n, char **pzErr) {
  struct ip ip;
  char spelled[IP_TEXT];
  if (kind_of(push) != KIND_ADDR || !ip_parse(text, n, &ip)) return SQLITE_OK;
  if (ip_format(&ip, spelled) == n && !memcmp(text, spelled, n)) return SQLITE_OK;
  return report_text(pzErr,
                     "%s is never '%s', because an address has one spelling here, that of RFC 5952; write '%s', or "
                     "ip_text(…) around the value",
                     push->name, text, spelled);
}

static int is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/*
** Does no IPv6 address begin with these n bytes, because of a zero in front of a group or, unless
** the case does not matter (fold), because of a large letter?
*/
static int begins_none(const char *p, size_t n, int fold) {
  int odd = 0;
  for (size_t i = 0; i < n; i++) {
    odd |= !fold && p[i] >= 'A' && p[i] <= 'F';
    odd |= p[i] == '0' && (i == 0 || p[i - 1] == ':') && i + 1 < n && is_hex(p[i + 1]);
  }
  return odd && memchr(p, ':', n);
}

static int check_address_pattern(const struct push *push, enum term_op op, const char *pattern, char **pzErr) {
  int fold = op == TERM_LIKE;
  if (kind_of(push) != KIND_ADDR || (op != TERM_LIKE && op != TERM_GLOB)) return SQLITE_OK;
  if (!begins_none(pattern, strcspn(pattern, fold ? "%_" : "*?["), fold)) return SQLITE_OK;
  return report_text(pzErr,
                     "%s is never like '%s', because an address has one spelling here, that of RFC 5952, in small "
                     "letters and without zeros in front; write its beginning so, or cidr_match(%s, '2001:db8::/32')",
                     push->name, pattern, push->name);
}

static int check_address(const struct column *column, enum term_op op, const char *text, size_t n, char **pzErr) {
  struct ip_prefix prefix;
  struct ip ip;
  if (ip_parse(text, n, &ip)) return check_spelling(&column->push, text, n, pzErr);
  if (memchr(text, '/', n) && ip_parse_prefix(text, n, &prefix))
    return report_text(pzErr, "%s is one address, never '%s'; write %scidr_match(%s, '%s')", column->name, text,
                       is_negative(op) ? "NOT " : "", column->name, text);
  return report_text(pzErr, "%s is an IP address, never '%s'", column->name, text);
}

/* --- words ------------------------------------------------------------------------------------------------------- */

/* more: what the column is where it is none of the words. */
static int check_list(const struct column *column, const char *const *words, const char *more, const char *text,
                      char **pzErr) {
  sqlite3_str *list = sqlite3_str_new(NULL);
  int found = 0;
  for (int w = 0; words[w]; w++) {
    found |= !strcmp(words[w], text);
    sqlite3_str_appendf(list, "%s'%s'", w ? ", " : "", words[w]);
  }
  char *all = sqlite3_str_finish(list);
  int rc = all ? SQLITE_OK : SQLITE_NOMEM;
  if (!rc && !found) rc = report_text(pzErr, "%s is one of %s%s, never '%s'", column->name, all, more, text);
  sqlite3_free(all);
  return rc;
}

static int check_word(const struct column *column, const char *text, char **pzErr) {
  for (size_t i = 0; i < sizeof enumerations / sizeof *enumerations; i++)
    if (enumerations[i].field == column->push.subject)
      return check_list(column, enumerations[i].words, " or NULL", text, pzErr);
  return SQLITE_OK;
}

/* A column of words that is no field of the records. */
static int check_own_word(const struct column *column, enum term_op op, sqlite3_value *v, char **pzErr) {
  int type = sqlite3_value_type(v);
  if (!term_is_equality(op) || type == SQLITE_NULL || type == SQLITE_BLOB) return SQLITE_OK;
  const char *text = (const char *)sqlite3_value_text(v);
  return text ? check_list(column, column->words, "", text, pzErr) : SQLITE_NOMEM;
}

/* A documented value in another case. */
static int check_case(const struct column *column, const char *text, char **pzErr) {
  for (size_t i = 0; i < sizeof documented / sizeof *documented; i++) {
    if (documented[i].field != column->push.subject) continue;
    for (const char *const *word = documented[i].words; *word; word++)
      if (!sqlite3_stricmp(*word, text))
        return strcmp(*word, text) != 0 ? report_text(pzErr, "%s is '%s', never '%s'", column->name, *word, text)
                                        : SQLITE_OK;
  }
  return SQLITE_OK;
}

/* A region, such as us-east-1, has small letters.  A text of another form may be anything. */
static int check_region(const struct column *column, const char *text, char **pzErr) {
  int large = 0, dashes = 0;
  for (const char *p = text; *p; p++) {
    int is_large = *p >= 'A' && *p <= 'Z', is_last_digit = p[1] == 0 && *p >= '1' && *p <= '9';
    if (!is_large && !(*p >= 'a' && *p <= 'z') && *p != '-' && !is_last_digit) return SQLITE_OK;
    large |= is_large;
    dashes += *p == '-';
  }
  if (!large || dashes < 2) return SQLITE_OK;
  return report_text(pzErr, "%s is written in small letters, such as 'us-east-1', never '%s'", column->name, text);
}

/* An account id has 12 digits.  A number has lost the zeros in front. */
static int check_account(const struct column *column, sqlite3_value *v, const char *text, size_t n, char **pzErr) {
  if (sqlite3_value_type(v) == SQLITE_TEXT || n == ACCOUNT_DIGITS) return SQLITE_OK;
  return report_text(pzErr, "%s is a text of 12 digits, never the number %s; write it in quotes, with its zeros",
                     column->name, text);
}

static int is_account(const struct column *column) {
  size_t n = strlen(column->name), end = strlen("account_id");
  return n >= end && !strcmp(column->name + n - end, "account_id");
}

static int check_text(const struct column *column, enum term_op op, sqlite3_value *v, char **pzErr) {
  enum kind kind = kind_of(&column->push);
  const char *text = (const char *)sqlite3_value_text(v);
  size_t n = (size_t)sqlite3_value_bytes(v);
  if (!text) return SQLITE_NOMEM;
  if (!term_is_equality(op)) return SQLITE_OK;
  if (n == 1 && *text == '-' && column->push.subject < FIELD_COUNT)
    return report_text(pzErr, "%s is never '-', because it is NULL where the file has -; write %s IS%s NULL",
                       column->name, column->name, is_negative(op) ? " NOT" : "");
  if (kind == KIND_ADDR) return check_address(column, op, text, n, pzErr);
  if (kind == KIND_ACTION || kind == KIND_STATUS) return check_word(column, text, pzErr);
  if (is_account(column)) return check_account(column, v, text, n, pzErr);
  return column->push.subject == FIELD_region ? check_region(column, text, pzErr) : check_case(column, text, pzErr);
}

/* A pattern of LIKE or GLOB. */
static int check_pattern(const struct push *push, enum term_op op, const char *pattern, char **pzErr) {
  if (op != TERM_LIKE && op != TERM_GLOB) return SQLITE_OK;
  if (push->shape == SHAPE_TIME)
    return time_check_pattern(push, pattern, strcspn(pattern, op == TERM_LIKE ? "%_" : "*?["), pzErr);
  return check_address_pattern(push, op, pattern, pzErr);
}

int literal_check(const struct column *column, enum term_op op, sqlite3_value *literal, char **pzErr) {
  int type = sqlite3_value_type(literal);
  if (column->role == COLUMN_MEASURE) return check_measure(column, op, literal, pzErr);
  if (column->words) return check_own_word(column, op, literal, pzErr);
  if (!column->push.name || type == SQLITE_NULL || type == SQLITE_BLOB) return SQLITE_OK;
  if (type == SQLITE_TEXT) {
    const char *text = (const char *)sqlite3_value_text(literal);
    if (!text) return SQLITE_NOMEM;
    if (!is_comparison(op)) return check_pattern(&column->push, op, text, pzErr);
    if (sql_predicate_may_be_hexadecimal(text)) return SQLITE_OK; /* nobody knows whether it is a number or a text */
  }
  if (!is_comparison(op)) return SQLITE_OK;
  if (column->push.shape == SHAPE_TIME) return time_check_text(&column->push, op, literal, pzErr);
  if (column->push.shape == SHAPE_NUMBER) return check_number(column, op, literal, pzErr);
  return check_text(column, op, literal, pzErr);
}

/* --- when the query runs ----------------------------------------------------------------------------------------- */

/* Is there a value of the column that is an error also when the query runs? */
static int has_errors_later(const struct column *column, enum term_op op) {
  const struct push *push = &column->push;
  return push->shape == SHAPE_TIME || time_check_is_seconds(push) || kind_of(push) == KIND_ADDR || !is_comparison(op);
}

/* Is a value that literal_check() has refused such an error?  An address in another spelling is one. */
static int is_error_later(const struct column *column, enum term_op op, sqlite3_value *value) {
  struct ip ip;
  if (!has_errors_later(column, op)) return 0;
  if (kind_of(&column->push) != KIND_ADDR || !is_comparison(op)) return 1;
  const char *text = (const char *)sqlite3_value_text(value);
  return text && ip_parse(text, (size_t)sqlite3_value_bytes(value), &ip);
}

/* The values of IN, so far. */
struct members {
  int n, refused; /* how many there are that are not NULL, and of these, that no record can have */
  char *message;  /* about the first of these; owned */
};

/* Checks one value.  What is no error is counted. */
static int check_member(const struct column *column, enum term_op op, sqlite3_value *value, struct members *m,
                        char **pzErr) {
  char *message = NULL;
  if (sqlite3_value_type(value) == SQLITE_NULL) return SQLITE_OK;
  if (m->message && m->n > m->refused && !has_errors_later(column, op)) return SQLITE_OK; /* all is known */
  m->n++;
  int rc = literal_check(column, op, value, &message);
  if (rc == SQLITE_ERROR && message && is_error_later(column, op, value)) {
    sqlite3_free(*pzErr);
    *pzErr = message;
    return rc;
  }
  m->refused += rc == SQLITE_ERROR;
  if (!m->message) m->message = message;
  else sqlite3_free(message);
  return rc == SQLITE_NOMEM ? rc : SQLITE_OK;
}

static int check_members(const struct column *column, enum term_op op, sqlite3_value *value, struct members *m,
                         char **pzErr) {
  if (op != TERM_IN) return check_member(column, op, value, m, pzErr);
#if SQLITE_VERSION_NUMBER >= 3038000
  sqlite3_value *member;
  int rc = sqlite3_vtab_in_first(value, &member);
  for (; rc == SQLITE_OK && member; rc = sqlite3_vtab_in_next(value, &member))
    if ((rc = check_member(column, op, member, m, pzErr)) != SQLITE_OK) return rc;
  return rc == SQLITE_NOMEM ? rc : SQLITE_OK;
#else
  return SQLITE_OK;
#endif
}

int literal_check_later(const struct table *table, const struct column *column, enum term_op op, sqlite3_value *value,
                        char **pzErr) {
  struct scan_stats *stats = table->stats;
  struct members m = {0};
  int is_noted = !scan_stats_takes_value(stats, column);
  if (is_noted && op != TERM_IN && !has_errors_later(column, op)) return SQLITE_OK;
  int rc = check_members(column, op, value, &m, pzErr);
  if (!rc && op == TERM_IN && m.refused == m.n && m.message && !table_is_joined(table, column)) {
    sqlite3_free(*pzErr);
    *pzErr = m.message;
    return SQLITE_ERROR;
  }
  if (!rc && m.message && !is_noted) scan_stats_add_value(stats, table->db, column, m.message + strlen(REPORT_BEGINS));
  sqlite3_free(m.message);
  return rc;
}
