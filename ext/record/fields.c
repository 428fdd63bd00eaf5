/* SPDX-License-Identifier: MIT */
/*
** The macro FIELDS of fields.h is expanded twice, there into the enum and here into the array, so
** that the two cannot differ.  The lookup compares with all names in turn, and then with other
** names.  That is fast enough, because it runs for the first lines of a file and for options, but
** never for each record.
*/
#include "record/fields.h"

#include <string.h>

const struct field_info fields[FIELD_COUNT] = {
#define F(name, kind, since, doc) [FIELD_##name] = {#name, sizeof #name - 1, KIND_##kind, since, doc},
    FIELDS(F)
#undef F
};

const enum field fields_tgw[FIELD_TGW_COUNT] = {
    FIELD_version,
    FIELD_resource_type,
    FIELD_account_id,
    FIELD_tgw_id,
    FIELD_tgw_attachment_id,
    FIELD_tgw_src_vpc_account_id,
    FIELD_tgw_dst_vpc_account_id,
    FIELD_tgw_src_vpc_id,
    FIELD_tgw_dst_vpc_id,
    FIELD_tgw_src_subnet_id,
    FIELD_tgw_dst_subnet_id,
    FIELD_tgw_src_eni,
    FIELD_tgw_dst_eni,
    FIELD_tgw_src_az_id,
    FIELD_tgw_dst_az_id,
    FIELD_tgw_pair_attachment_id,
    FIELD_srcaddr,
    FIELD_dstaddr,
    FIELD_srcport,
    FIELD_dstport,
    FIELD_protocol,
    FIELD_packets,
    FIELD_bytes,
    FIELD_start,
    FIELD_end,
    FIELD_log_status,
    FIELD_type,
    FIELD_packets_lost_no_route,
    FIELD_packets_lost_blackhole,
    FIELD_packets_lost_mtu_exceeded,
    FIELD_packets_lost_ttl_expired,
    FIELD_tcp_flags,
    FIELD_region,
    FIELD_flow_direction,
    FIELD_pkt_src_aws_service,
    FIELD_pkt_dst_aws_service,
};

/*
** Other names of fields, in lower case, without '-' and '_'.  A name that could mean two fields
** does not belong here.
*/
static const struct {
  const char *name;
  enum field field;
} aliases[] = {
    /* The filter patterns in AWS's guides to CloudWatch Logs and VPC flow logs, and common ones. */
    {"account", FIELD_account_id},
    {"eni", FIELD_interface_id},
    {"interface", FIELD_interface_id},
    {"source", FIELD_srcaddr},
    {"src", FIELD_srcaddr},
    {"srcip", FIELD_srcaddr},
    {"sourceip", FIELD_srcaddr},
    {"sourceaddr", FIELD_srcaddr},
    {"destination", FIELD_dstaddr},
    {"dest", FIELD_dstaddr},
    {"dst", FIELD_dstaddr},
    {"dstip", FIELD_dstaddr},
    {"destip", FIELD_dstaddr},
    {"destinationip", FIELD_dstaddr},
    {"destaddr", FIELD_dstaddr},
    {"destaddress", FIELD_dstaddr},
    {"destport", FIELD_dstport},
    {"proto", FIELD_protocol},
    {"windowstart", FIELD_start},
    {"windowend", FIELD_end},
    {"status", FIELD_log_status},
    {"flowlogstatus", FIELD_log_status},
    /* The table that AWS's guide to Athena created for flow logs before their names had '_'. */
    {"sourceaddress", FIELD_srcaddr},
    {"destinationaddress", FIELD_dstaddr},
    {"sourceport", FIELD_srcport},
    {"destinationport", FIELD_dstport},
    {"numpackets", FIELD_packets},
    {"numbytes", FIELD_bytes},
    /* The same table, and the fields that Logs Insights discovers (startTime, endTime). */
    {"starttime", FIELD_start},
    {"endtime", FIELD_end},
};

#define NALIASES (sizeof aliases / sizeof *aliases)

static int is_dash(char c) { return c == '-' || c == '_'; }

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

int field_same_name(const char *p, size_t a, const char *q, size_t b) {
  size_t i = 0, k = 0;
  for (;; i++, k++) {
    while (i < a && is_dash(p[i])) i++;
    while (k < b && is_dash(q[k])) k++;
    if (i == a || k == b) return i == a && k == b;
    if (lower(p[i]) != lower(q[k])) return 0;
  }
}

/* Most names differ in the first letter, which is a quick look. */
int field_find(const char *name, size_t n) {
  char first = n ? lower(*name) : 0; /* a name begins with a letter */
  for (int f = 0; f < FIELD_COUNT; f++)
    if (fields[f].name[0] == first && field_same_name(name, n, fields[f].name, fields[f].n)) return f;
  for (size_t i = 0; i < NALIASES; i++)
    if (aliases[i].name[0] == first && field_same_name(name, n, aliases[i].name, strlen(aliases[i].name)))
      return (int)aliases[i].field;
  return FIELD_NONE;
}

#define LETTERS_MAX 48 /* of a name that is compared with others; AWS's longest has 23 */

/* Writes the letters that count in a name.  Returns their number, or 0 if there are too many. */
static size_t letters_of(const char *name, size_t n, char out[LETTERS_MAX]) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) {
    if (is_dash(name[i])) continue;
    if (count == LETTERS_MAX) return 0;
    out[count++] = lower(name[i]);
  }
  return count;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/*
** The number of letters to insert, remove or replace that make q of p, which is Levenshtein's
** distance.  It is computed row by row.
*/
static size_t distance(const char *p, size_t a, const char *q, size_t b) {
  size_t row[LETTERS_MAX + 1];
  for (size_t k = 0; k <= b; k++) row[k] = k;
  for (size_t i = 1; i <= a; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t k = 1; k <= b; k++) {
      size_t above = row[k];
      row[k] = least(diagonal + (p[i - 1] != q[k - 1]), 1 + least(above, row[k - 1]));
      diagonal = above;
    }
  }
  return row[b];
}

int field_nearest(const char *name, size_t n) {
  char wrong[LETTERS_MAX], right[LETTERS_MAX];
  size_t wrong_n = letters_of(name, n, wrong), best = wrong_n / 3 + 1;
  int nearest = FIELD_NONE;
  for (size_t i = 0; i < FIELD_COUNT + NALIASES; i++) {
    const char *candidate = i < FIELD_COUNT ? fields[i].name : aliases[i - FIELD_COUNT].name;
    size_t right_n = letters_of(candidate, strlen(candidate), right), d = distance(wrong, wrong_n, right, right_n);
    if (d >= best) continue;
    best = d;
    nearest = i < FIELD_COUNT ? (int)i : (int)aliases[i - FIELD_COUNT].field;
  }
  return nearest;
}

int field_is_spelled(const char *name, size_t n) {
  int f = field_find(name, n);
  if (f == FIELD_NONE || fields[f].n != n) return 0;
  for (size_t i = 0; i < n; i++)
    if ((name[i] == '-' ? '_' : name[i]) != fields[f].name[i]) return 0;
  return 1;
}

int field_is_traffic(int field) {
  switch (field) {
  case FIELD_srcport:
  case FIELD_dstport:
  case FIELD_packets:
  case FIELD_log_status:
  case FIELD_flow_direction:
  case FIELD_tcp_flags:
  case FIELD_traffic_path: return 1;
  default: return fields[field].kind == KIND_ADDR;
  }
}
