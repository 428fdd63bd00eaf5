/* SPDX-License-Identifier: MIT */
/*
** The table of flow log fields.  It has every name that AWS documents, once.
**
** FIELDS lists the fields in AWS's order: first the VPC fields, and then those that transit
** gateway logs add.  The enum, the SQL schema, the header lookup, the checks on a line, the output
** and the documentation are all made from it.  To add a field, add one line here.  All of this is
** constant and may be used by any thread.
**
** Source: "Flow log records" in the Amazon VPC user guide (fields 1 to 54) and "Transit gateway
** flow log records" in the transit gateway guide.  Names are AWS's with '-' turned into '_', as in
** Athena's published DDL.
*/
#ifndef RECORD_FIELDS_H
#define RECORD_FIELDS_H

#include <stddef.h>
#include <stdint.h>

/*
** What the text of a field may be.  "-" always stands for a missing value.  The kind decides the
** SQL type (INTEGER where kind_is_int(), TEXT for all others) and what record_check() accepts.
**
** A number has no sign and is at most kind_max().  The maxima of times and counts are far beyond
** what AWS can write: the year 5138, and a petabyte in one record.  A larger number shows that the
** field is not what its name says, as when a tool writes milliseconds or has exchanged columns.
*/
enum kind {
  KIND_TEXT,   /* anything */
  KIND_INT,    /* decimal digits */
  KIND_TIME,   /* the same, Unix seconds */
  KIND_COUNT,  /* the same, a number of packets or bytes */
  KIND_ADDR,   /* what can be an IPv4 or IPv6 address */
  KIND_ACTION, /* ACCEPT or REJECT */
  KIND_STATUS, /* OK, NODATA or SKIPDATA */
  KIND_PREFIX, /* of no field: the time that CloudWatch's export puts before a line, ISO 8601 or epoch milliseconds */
};

#define KIND_INT_MAX   INT64_MAX
#define KIND_TIME_MAX  INT64_C(99999999999)
#define KIND_COUNT_MAX INT64_C(999999999999999)

/* Numbers with as many digits as these are never above the maximum of their kind. */
#define KIND_INT_DIGITS   18
#define KIND_TIME_DIGITS  11
#define KIND_COUNT_DIGITS 15

static inline int kind_is_int(enum kind kind) { return kind >= KIND_INT && kind <= KIND_COUNT; }

/* The largest number of a kind for which kind_is_int(). */
static inline uint64_t kind_max(enum kind kind) {
  return (uint64_t)(kind == KIND_TIME ? KIND_TIME_MAX : kind == KIND_COUNT ? KIND_COUNT_MAX : KIND_INT_MAX);
}

/*
** F(name, kind, version of flow logs that introduced it, description).  The description is a noun
** phrase in Markdown, which flowlogs_help and the documentation show to users.
**
** The default format is divided into three parts, because a rollup sums the fields of the second
** one.
*/
#define ENDPOINT_FIELDS(F)                                                                                             \
  F(version, INT, 2, "version of the record format")                                                                   \
  F(account_id, TEXT, 2,                                                                                               \
    "account that owns the interface, with its leading zeros; `unknown` is possible; without the field, the account "  \
    "in the path")                                                                                                     \
  F(interface_id, TEXT, 2, "interface, as `eni-…`; NULL for a regional NAT gateway")                                   \
  F(srcaddr, ADDR, 2, "source address; for traffic that leaves the interface, its primary private address")            \
  F(dstaddr, ADDR, 2, "destination address; for traffic that reaches the interface, its primary private address")      \
  F(srcport, INT, 2, "source port; 0 for ICMP")                                                                        \
  F(dstport, INT, 2, "destination port; 0 for ICMP")                                                                   \
  F(protocol, INT, 2, "IANA protocol number: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6")

#define SUM_FIELDS(F)                                                                                                  \
  F(packets, COUNT, 2, "number of packets in the aggregation interval")                                                \
  F(bytes, COUNT, 2, "number of bytes in the aggregation interval")

#define OUTCOME_FIELDS(F)                                                                                              \
  F(start, TIME, 2, "time of the first packet, in Unix seconds")                                                       \
  F(end, TIME, 2, "time of the last packet, in Unix seconds")                                                          \
  F(action, ACTION, 2, "what was done with the traffic: `ACCEPT` or `REJECT`")                                         \
  F(log_status, STATUS, 2, "`OK`, `NODATA` when there was no traffic, or `SKIPDATA` when records were lost")

#define DEFAULT_FIELDS(F) ENDPOINT_FIELDS(F) SUM_FIELDS(F) OUTCOME_FIELDS(F)

#define LATER_FIELDS(F)                                                                                                \
  F(vpc_id, TEXT, 3, "VPC of the interface, as `vpc-…`")                                                               \
  F(subnet_id, TEXT, 3, "subnet of the interface, as `subnet-…`")                                                      \
  F(instance_id, TEXT, 3, "instance of the interface, as `i-…`; NULL when a service manages the interface")            \
  F(tcp_flags, INT, 3, "TCP flags of all packets in the interval, combined with OR: FIN 1, SYN 2, RST 4, SYN-ACK 18")  \
  F(type, TEXT, 3, "type of traffic: `IPv4`, `IPv6` or `EFA`")                                                         \
  F(pkt_srcaddr, ADDR, 3, "original source address of the packets")                                                    \
  F(pkt_dstaddr, ADDR, 3, "original destination address of the packets")                                               \
  F(region, TEXT, 4, "region of the interface; without the field, the region in the path")                             \
  F(az_id, TEXT, 4, "availability zone of the interface, such as `use1-az2`")                                          \
  F(sublocation_type, TEXT, 4, "type of the sublocation: `wavelength`, `outpost` or `localzone`")                      \
  F(sublocation_id, TEXT, 4, "id of the sublocation")                                                                  \
  F(pkt_src_aws_service, TEXT, 5, "AWS service that `pkt_srcaddr` belongs to, such as `S3`")                           \
  F(pkt_dst_aws_service, TEXT, 5, "AWS service that `pkt_dstaddr` belongs to")                                         \
  F(flow_direction, TEXT, 5, "direction seen from the interface: `ingress` or `egress`")                               \
  F(traffic_path, INT, 5, "path that egress traffic takes out, a number from 1 to 8; `traffic_path()` names it")       \
  F(ecs_cluster_arn, TEXT, 7, "ARN of the ECS cluster")                                                                \
  F(ecs_cluster_name, TEXT, 7, "name of the ECS cluster")                                                              \
  F(ecs_container_instance_arn, TEXT, 7, "ARN of the ECS container instance; NULL on Fargate")                         \
  F(ecs_container_instance_id, TEXT, 7, "id of the ECS container instance; NULL on Fargate")                           \
  F(ecs_container_id, TEXT, 7, "Docker runtime id of the first container")                                             \
  F(ecs_second_container_id, TEXT, 7, "Docker runtime id of the second container")                                     \
  F(ecs_service_name, TEXT, 7, "name of the ECS service; NULL for a task that no service started")                     \
  F(ecs_task_definition_arn, TEXT, 7, "ARN of the ECS task definition")                                                \
  F(ecs_task_arn, TEXT, 7, "ARN of the ECS task")                                                                      \
  F(ecs_task_id, TEXT, 7, "id of the ECS task")                                                                        \
  F(reject_reason, TEXT, 8, "reason of a rejection: `BPA` (VPC Block Public Access) or `EC` (encryption controls)")    \
  F(resource_id, TEXT, 9, "regional NAT gateway that the record is about, as `nat-…`")                                 \
  F(encryption_status, INT, 10, "0 not encrypted, 1 encrypted by Nitro, 2 encrypted by the application, 3 both")       \
  F(instance_tag, TEXT, 11, "value of the tag chosen for instances, percent-encoded")                                  \
  F(instance_tag_2, TEXT, 11, "value of the second tag chosen for instances")                                          \
  F(interface_tag, TEXT, 11, "value of the tag chosen for interfaces")                                                 \
  F(interface_tag_2, TEXT, 11, "value of the second tag chosen for interfaces")                                        \
  F(asg_tag, TEXT, 11, "value of the tag chosen for Auto Scaling groups")                                              \
  F(asg_tag_2, TEXT, 11, "value of the second tag chosen for Auto Scaling groups")                                     \
  F(interface_type, TEXT, 11, "kind of the interface, such as `nat_gateway`")                                          \
  F(next_hop_interface_id, TEXT, 11, "interface at the next hop")                                                      \
  F(next_hop_subnet_id, TEXT, 11, "subnet of the interface at the next hop")                                           \
  F(next_hop_az_id, TEXT, 11, "availability zone id of the interface at the next hop")                                 \
  F(next_hop_vpc_id, TEXT, 11, "VPC of the interface at the next hop")                                                 \
  F(next_hop_interface_type, TEXT, 11, "kind of the interface at the next hop")

#define TGW_FIELDS(F)                                                                                                  \
  F(resource_type, TEXT, 6, "`TransitGateway` or `TransitGatewayAttachment`")                                          \
  F(tgw_id, TEXT, 6, "transit gateway, as `tgw-…`")                                                                    \
  F(tgw_attachment_id, TEXT, 6, "attachment that logged the flow")                                                     \
  F(tgw_src_vpc_account_id, TEXT, 6, "account of the source VPC")                                                      \
  F(tgw_dst_vpc_account_id, TEXT, 6, "account of the destination VPC")                                                 \
  F(tgw_src_vpc_id, TEXT, 6, "source VPC")                                                                             \
  F(tgw_dst_vpc_id, TEXT, 6, "destination VPC")                                                                        \
  F(tgw_src_subnet_id, TEXT, 6, "source subnet")                                                                       \
  F(tgw_dst_subnet_id, TEXT, 6, "destination subnet")                                                                  \
  F(tgw_src_eni, TEXT, 6, "interface of the source attachment")                                                        \
  F(tgw_dst_eni, TEXT, 6, "interface of the destination attachment")                                                   \
  F(tgw_src_az_id, TEXT, 6, "availability zone id of the source")                                                      \
  F(tgw_dst_az_id, TEXT, 6, "availability zone id of the destination")                                                 \
  F(tgw_pair_attachment_id, TEXT, 6, "attachment at the other end of the flow")                                        \
  F(packets_lost_no_route, COUNT, 6, "number of packets lost because there was no route")                              \
  F(packets_lost_blackhole, COUNT, 6, "number of packets lost in a black hole route")                                  \
  F(packets_lost_mtu_exceeded, COUNT, 6, "number of packets lost because they were larger than the MTU")               \
  F(packets_lost_ttl_expired, COUNT, 6, "number of packets lost because their time to live ran out")

#define FIELDS(F) DEFAULT_FIELDS(F) LATER_FIELDS(F) TGW_FIELDS(F)

enum field {
#define F(name, kind, since, doc) FIELD_##name,
  FIELDS(F) FIELD_COUNT
#undef F
};

#define FIELD_DEFAULT_COUNT 14 /* the default format: fields FIELD_version to FIELD_log_status, in this order */
#define FIELD_NONE          (-1)

/* One row of the table `fields`, which is indexed by enum field. */
struct field_info {
  const char *name; /* SQL spelling, with '_' */
  size_t n;         /* its length */
  enum kind kind;
  int since;       /* version of flow logs that introduced the field */
  const char *doc; /* description, one line of Markdown */
};

extern const struct field_info fields[FIELD_COUNT];

/* The 36 fields of the default format of transit gateway flow logs, in its order. */
#define FIELD_TGW_COUNT 36
extern const enum field fields_tgw[FIELD_TGW_COUNT];

/*
** Returns the field (an enum field) that the name of n bytes means, or FIELD_NONE.  Upper and
** lower case, '-' and '_' do not count, so that account-id, account_id, accountId and accountid
** are one name.  Besides the names in the table there are other names from AWS's examples, which
** fields.c lists with their sources.
*/
int field_find(const char *name, size_t n);

/*
** Returns the field whose name, or one of whose other names, a wrong name resembles most, or
** FIELD_NONE if all differ from it in more than a third of its letters.
*/
int field_nearest(const char *name, size_t n);

/* Do two names of a bytes and b bytes differ in nothing that field_find() counts?  1 or 0. */
int field_same_name(const char *p, size_t a, const char *q, size_t b);

/*
** Is it a field that only records of traffic have?  Inventories, bills and logs of other services
** have accounts, VPCs and times as well.  1 or 0.
*/
int field_is_traffic(int field);

/*
** Is this how AWS writes the name of a field, in lower case, with '-' or with '_'?  1 or 0.
*/
int field_is_spelled(const char *name, size_t n);

#endif
