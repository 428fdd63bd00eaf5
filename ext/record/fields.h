/* SPDX-License-Identifier: MIT */
/*
** The table of flow log fields: every name that AWS documents, once.
**
** FIELDS lists them in AWS's order, the VPC fields first and then what transit gateway logs add.  The enum, the
** SQL schema, the header lookup, the checks on a line, the output and the README's column table are all made from
** it.  A new field is one more line here.
**
** Source: "Flow log records" in the Amazon VPC user guide (fields 1 to 54) and "Transit gateway flow log records"
** in the transit gateway guide.  Names are AWS's with '-' turned into '_', as in Athena's published DDL.
*/
#ifndef RECORD_FIELDS_H
#define RECORD_FIELDS_H

#include <stddef.h>

/*
** What a field's text may be.  "-" always stands for a missing value.  The kind decides the SQL type (INTEGER for
** KIND_INT, TEXT for all others) and what record_check() accepts.
*/
enum kind {
  KIND_TEXT,   /* anything */
  KIND_INT,    /* decimal digits, 0 to 2^63-1 */
  KIND_ADDR,   /* what can be an IPv4 or IPv6 address */
  KIND_ACTION, /* ACCEPT or REJECT */
  KIND_STATUS, /* OK, NODATA or SKIPDATA */
  KIND_PREFIX, /* no field's: the time that CloudWatch's export puts before a line, ISO 8601 or epoch milliseconds */
};

/* F(name, kind, version that brought it, meaning for the README) */
/* The default format in three parts, because a rollup has the second one as its sums. */
#define ENDPOINT_FIELDS(F)                                                                                             \
  F(version, INT, 2, "version of the record's format")                                                                 \
  F(account_id, TEXT, 2, "account that owns the interface; keeps its leading zeros; `unknown` is possible")            \
  F(interface_id, TEXT, 2, "`eni-…`; NULL for a regional NAT gateway")                                                 \
  F(srcaddr, ADDR, 2, "source address; the interface's own side shows its primary private address")                    \
  F(dstaddr, ADDR, 2, "destination address; likewise")                                                                 \
  F(srcport, INT, 2, "source port; 0 for ICMP")                                                                        \
  F(dstport, INT, 2, "destination port; 0 for ICMP")                                                                   \
  F(protocol, INT, 2, "IANA protocol number: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6")

#define SUM_FIELDS(F)                                                                                                  \
  F(packets, INT, 2, "packets in the aggregation interval")                                                            \
  F(bytes, INT, 2, "bytes in the aggregation interval")

#define OUTCOME_FIELDS(F)                                                                                              \
  F(start, INT, 2, "first packet, Unix seconds")                                                                       \
  F(end, INT, 2, "last packet, Unix seconds")                                                                          \
  F(action, ACTION, 2, "`ACCEPT` or `REJECT`")                                                                         \
  F(log_status, STATUS, 2, "`OK`, `NODATA` (no traffic) or `SKIPDATA` (records were lost)")

#define DEFAULT_FIELDS(F) ENDPOINT_FIELDS(F) SUM_FIELDS(F) OUTCOME_FIELDS(F)

#define LATER_FIELDS(F)                                                                                                \
  F(vpc_id, TEXT, 3, "VPC of the interface")                                                                           \
  F(subnet_id, TEXT, 3, "subnet of the interface")                                                                     \
  F(instance_id, TEXT, 3, "instance; NULL for interfaces that a service manages")                                      \
  F(tcp_flags, INT, 3, "FIN 1, SYN 2, RST 4, SYN-ACK 18, ORed over the interval")                                      \
  F(type, TEXT, 3, "`IPv4`, `IPv6` or `EFA`")                                                                          \
  F(pkt_srcaddr, ADDR, 3, "original source address of the packet")                                                     \
  F(pkt_dstaddr, ADDR, 3, "original destination address of the packet")                                                \
  F(region, TEXT, 4, "region of the interface")                                                                        \
  F(az_id, TEXT, 4, "availability zone id, such as `use1-az2`")                                                        \
  F(sublocation_type, TEXT, 4, "`wavelength`, `outpost` or `localzone`")                                               \
  F(sublocation_id, TEXT, 4, "id of the sublocation")                                                                  \
  F(pkt_src_aws_service, TEXT, 5, "AWS service that `pkt_srcaddr` belongs to, such as `S3`")                           \
  F(pkt_dst_aws_service, TEXT, 5, "AWS service that `pkt_dstaddr` belongs to")                                         \
  F(flow_direction, TEXT, 5, "`ingress` or `egress`, seen from the interface")                                         \
  F(traffic_path, INT, 5, "way out of egress traffic, 1 to 8")                                                         \
  F(ecs_cluster_arn, TEXT, 7, "ECS cluster")                                                                           \
  F(ecs_cluster_name, TEXT, 7, "ECS cluster's name")                                                                   \
  F(ecs_container_instance_arn, TEXT, 7, "ECS container instance; NULL on Fargate")                                    \
  F(ecs_container_instance_id, TEXT, 7, "its id; NULL on Fargate")                                                     \
  F(ecs_container_id, TEXT, 7, "Docker runtime id of the first container")                                             \
  F(ecs_second_container_id, TEXT, 7, "Docker runtime id of the second container")                                     \
  F(ecs_service_name, TEXT, 7, "ECS service; NULL for a task that no service started")                                 \
  F(ecs_task_definition_arn, TEXT, 7, "ECS task definition")                                                           \
  F(ecs_task_arn, TEXT, 7, "ECS task")                                                                                 \
  F(ecs_task_id, TEXT, 7, "ECS task's id")                                                                             \
  F(reject_reason, TEXT, 8, "`BPA` (VPC Block Public Access) or `EC` (encryption controls)")                           \
  F(resource_id, TEXT, 9, "`nat-…` for a regional NAT gateway")                                                        \
  F(encryption_status, INT, 10, "0 not encrypted, 1 Nitro, 2 application layer, 3 both")                               \
  F(instance_tag, TEXT, 11, "value of the instance's chosen tag, percent-encoded")                                     \
  F(instance_tag_2, TEXT, 11, "second chosen tag")                                                                     \
  F(interface_tag, TEXT, 11, "value of the interface's chosen tag")                                                    \
  F(interface_tag_2, TEXT, 11, "second chosen tag")                                                                    \
  F(asg_tag, TEXT, 11, "value of the Auto Scaling group's chosen tag")                                                 \
  F(asg_tag_2, TEXT, 11, "second chosen tag")                                                                          \
  F(interface_type, TEXT, 11, "kind of the interface, such as `nat_gateway`")                                          \
  F(next_hop_interface_id, TEXT, 11, "interface at the next hop")                                                      \
  F(next_hop_subnet_id, TEXT, 11, "its subnet")                                                                        \
  F(next_hop_az_id, TEXT, 11, "its availability zone id")                                                              \
  F(next_hop_vpc_id, TEXT, 11, "its VPC")                                                                              \
  F(next_hop_interface_type, TEXT, 11, "its kind")

#define TGW_FIELDS(F)                                                                                                  \
  F(resource_type, TEXT, 6, "`TransitGateway` or `TransitGatewayAttachment`")                                          \
  F(tgw_id, TEXT, 6, "transit gateway")                                                                                \
  F(tgw_attachment_id, TEXT, 6, "attachment that logged the flow")                                                     \
  F(tgw_src_vpc_account_id, TEXT, 6, "account of the source VPC")                                                      \
  F(tgw_dst_vpc_account_id, TEXT, 6, "account of the destination VPC")                                                 \
  F(tgw_src_vpc_id, TEXT, 6, "source VPC")                                                                             \
  F(tgw_dst_vpc_id, TEXT, 6, "destination VPC")                                                                        \
  F(tgw_src_subnet_id, TEXT, 6, "source subnet")                                                                       \
  F(tgw_dst_subnet_id, TEXT, 6, "destination subnet")                                                                  \
  F(tgw_src_eni, TEXT, 6, "source attachment's interface")                                                             \
  F(tgw_dst_eni, TEXT, 6, "destination attachment's interface")                                                        \
  F(tgw_src_az_id, TEXT, 6, "source availability zone id")                                                             \
  F(tgw_dst_az_id, TEXT, 6, "destination availability zone id")                                                        \
  F(tgw_pair_attachment_id, TEXT, 6, "attachment at the flow's other end")                                             \
  F(packets_lost_no_route, INT, 6, "packets lost for want of a route")                                                 \
  F(packets_lost_blackhole, INT, 6, "packets lost in a black hole route")                                              \
  F(packets_lost_mtu_exceeded, INT, 6, "packets lost for their size")                                                  \
  F(packets_lost_ttl_expired, INT, 6, "packets lost because their time to live ran out")

#define FIELDS(F) DEFAULT_FIELDS(F) LATER_FIELDS(F) TGW_FIELDS(F)

enum field {
#define F(name, kind, since, doc) FIELD_##name,
  FIELDS(F) FIELD_COUNT
#undef F
};

#define FIELD_DEFAULT_COUNT 14 /* the default format: fields FIELD_version to FIELD_log_status, in this order */
#define FIELD_NONE          (-1)

/* One row of the table, indexed by enum field. */
struct field_info {
  const char *name; /* SQL spelling, with '_' */
  size_t n;         /* its length */
  enum kind kind;
  int since;       /* version of flow logs that brought the field */
  const char *doc; /* one line of Markdown */
};

extern const struct field_info fields[FIELD_COUNT];

/* The 36 fields of a transit gateway's default format, in its order. */
#define FIELD_TGW_COUNT 36
extern const enum field fields_tgw[FIELD_TGW_COUNT];

/* The field of that name, '-' and '_' being the same, or FIELD_NONE.  Names are case-sensitive, as AWS writes them. */
int field_find(const char *name, size_t n);

#endif
