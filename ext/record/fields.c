/* SPDX-License-Identifier: MIT */
/*
** The macro FIELDS of fields.h is expanded twice, there into the enum and here into the array, so
** that the two cannot differ.  The lookup compares with all names in turn.  That is fast enough,
** because it runs for the first lines of a file and for options, but never for each record.
*/
#include "record/fields.h"

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

static int same_name(const char *sql, const char *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (sql[i] != (p[i] == '-' ? '_' : p[i])) return 0;
  return 1;
}

int field_find(const char *name, size_t n) {
  for (int f = 0; f < FIELD_COUNT; f++)
    if (fields[f].n == n && same_name(fields[f].name, name, n)) return f;
  return FIELD_NONE;
}
