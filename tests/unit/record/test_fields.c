/* SPDX-License-Identifier: MIT */
/*
** Compares the table of fields with AWS's lists, which are written here a second time, and tests
** the lookup.
*/
#include "helpers.h"

#include "record/fields.h"

/* The VPC fields in AWS's order; '#' stands before those that are integers. */
static const char *const vpc[] = {"#version",
                                  "account-id",
                                  "interface-id",
                                  "srcaddr",
                                  "dstaddr",
                                  "#srcport",
                                  "#dstport",
                                  "#protocol",
                                  "#packets",
                                  "#bytes",
                                  "#start",
                                  "#end",
                                  "action",
                                  "log-status",
                                  "vpc-id",
                                  "subnet-id",
                                  "instance-id",
                                  "#tcp-flags",
                                  "type",
                                  "pkt-srcaddr",
                                  "pkt-dstaddr",
                                  "region",
                                  "az-id",
                                  "sublocation-type",
                                  "sublocation-id",
                                  "pkt-src-aws-service",
                                  "pkt-dst-aws-service",
                                  "flow-direction",
                                  "#traffic-path",
                                  "ecs-cluster-arn",
                                  "ecs-cluster-name",
                                  "ecs-container-instance-arn",
                                  "ecs-container-instance-id",
                                  "ecs-container-id",
                                  "ecs-second-container-id",
                                  "ecs-service-name",
                                  "ecs-task-definition-arn",
                                  "ecs-task-arn",
                                  "ecs-task-id",
                                  "reject-reason",
                                  "resource-id",
                                  "#encryption-status",
                                  "instance-tag",
                                  "instance-tag-2",
                                  "interface-tag",
                                  "interface-tag-2",
                                  "asg-tag",
                                  "asg-tag-2",
                                  "interface-type",
                                  "next-hop-interface-id",
                                  "next-hop-subnet-id",
                                  "next-hop-az-id",
                                  "next-hop-vpc-id",
                                  "next-hop-interface-type"};

/* The default format of transit gateway flow logs. */
static const char *const tgw[] = {"#version",
                                  "resource-type",
                                  "account-id",
                                  "tgw-id",
                                  "tgw-attachment-id",
                                  "tgw-src-vpc-account-id",
                                  "tgw-dst-vpc-account-id",
                                  "tgw-src-vpc-id",
                                  "tgw-dst-vpc-id",
                                  "tgw-src-subnet-id",
                                  "tgw-dst-subnet-id",
                                  "tgw-src-eni",
                                  "tgw-dst-eni",
                                  "tgw-src-az-id",
                                  "tgw-dst-az-id",
                                  "tgw-pair-attachment-id",
                                  "srcaddr",
                                  "dstaddr",
                                  "#srcport",
                                  "#dstport",
                                  "#protocol",
                                  "#packets",
                                  "#bytes",
                                  "#start",
                                  "#end",
                                  "log-status",
                                  "type",
                                  "#packets-lost-no-route",
                                  "#packets-lost-blackhole",
                                  "#packets-lost-mtu-exceeded",
                                  "#packets-lost-ttl-expired",
                                  "#tcp-flags",
                                  "region",
                                  "flow-direction",
                                  "pkt-src-aws-service",
                                  "pkt-dst-aws-service"};

static void check_field(int field, const char *listed) {
  int is_int = *listed == '#';
  const char *name = listed + is_int;
  CHECK(field_find(name, strlen(name)) == field, "%s is field %d", name, field);
  CHECK((kind_is_int(fields[field].kind)) == is_int, "kind of %s", name);
}

static void test_aws_lists(void **state) {
  (void)state;
  assert_int_equal(COUNT(vpc), 54);
  assert_int_equal(COUNT(tgw), FIELD_TGW_COUNT);
  assert_int_equal(FIELD_COUNT, 54 + 18);
  for (int i = 0; i < 54; i++) check_field(i, vpc[i]);
  for (int i = 0; i < FIELD_TGW_COUNT; i++) check_field((int)fields_tgw[i], tgw[i]);
  assert_int_equal(FIELD_DEFAULT_COUNT, FIELD_log_status + 1);
  assert_int_equal(FIELD_vpc_id, FIELD_DEFAULT_COUNT);
}

/* Every field is a VPC field or belongs to the default format of transit gateways. */
static void test_tgw_covers_the_rest(void **state) {
  int listed[FIELD_COUNT] = {0};
  (void)state;
  for (int i = 0; i < FIELD_TGW_COUNT; i++) assert_int_equal(listed[fields_tgw[i]]++, 0);
  for (int f = 54; f < FIELD_COUNT; f++) CHECK(listed[f], "%s", fields[f].name);
}

static void test_rows(void **state) {
  (void)state;
  for (int f = 0; f < FIELD_COUNT; f++) {
    const struct field_info *i = &fields[f];
    assert_int_equal(i->n, strlen(i->name));
    assert_int_equal(strspn(i->name, "abcdefghijklmnopqrstuvwxyz0123456789_"), i->n);
    CHECK(i->kind != KIND_PREFIX, "%s", i->name);
    CHECK(*i->doc && !strpbrk(i->doc, "\n\r|"), "%s: one line that a Markdown table can hold", i->name);
    CHECK(f < FIELD_DEFAULT_COUNT ? i->since == 2 : i->since >= 3 && i->since <= 11, "%s", i->name);
    CHECK(f < 54 ? i->since != 6 : i->since == 6, "%s: 6 is the transit gateways' version", i->name);
    for (int g = 0; g < f; g++) assert_string_not_equal(i->name, fields[g].name);
  }
  for (int f = 0; f < FIELD_COUNT; f++) {
    int is_time = f == FIELD_start || f == FIELD_end;
    int is_count = f == FIELD_packets || f == FIELD_bytes || !strncmp(fields[f].name, "packets_lost_", 13);
    CHECK((fields[f].kind == KIND_TIME) == is_time, "%s", fields[f].name);
    CHECK((fields[f].kind == KIND_COUNT) == is_count, "%s", fields[f].name);
  }
  assert_int_equal(fields[FIELD_srcaddr].kind, KIND_ADDR);
  assert_int_equal(fields[FIELD_dstaddr].kind, KIND_ADDR);
  assert_int_equal(fields[FIELD_pkt_srcaddr].kind, KIND_ADDR);
  assert_int_equal(fields[FIELD_pkt_dstaddr].kind, KIND_ADDR);
  assert_int_equal(fields[FIELD_action].kind, KIND_ACTION);
  assert_int_equal(fields[FIELD_log_status].kind, KIND_STATUS);
  assert_int_equal(fields[FIELD_account_id].kind, KIND_TEXT);
}

/* Fields are found in every spelling, and in the middle of a text. */
static void test_spellings(void **state) {
  (void)state;
  for (int f = 0; f < FIELD_COUNT; f++) {
    char name[64], camel[64], *out = camel;
    for (int way = 0; way < 3; way++) {
      int underscores = 0;
      snprintf(name, sizeof name, "%s:rest", fields[f].name);
      for (char *p = name; *p; p++)
        if (*p == '_' && (way == 1 || (way == 2 && underscores++ % 2))) *p = '-';
      CHECK(field_find(name, fields[f].n) == f, "%s", name);
      assert_true(field_is_spelled(name, fields[f].n));
      assert_int_equal(field_find(name, fields[f].n + 1), FIELD_NONE);
      assert_false(field_is_spelled(name, fields[f].n + 1));
      name[0] = (char)(name[0] - 'a' + 'A');
      CHECK(field_find(name, fields[f].n) == f, "%s", name);
      assert_false(field_is_spelled(name, fields[f].n));
    }
    for (const char *p = fields[f].name; *p; p++) {
      int is_capital = *p == '_' && p[1] >= 'a' && p[1] <= 'z';
      if (*p == '_') p++;
      *out++ = is_capital ? (char)(*p - 'a' + 'A') : *p;
    }
    CHECK(field_find(camel, (size_t)(out - camel)) == f, "%.*s", (int)(out - camel), camel);
  }
}

/* The names in AWS's examples of patterns, in its old table for Athena, and in Logs Insights. */
static void test_other_names(void **state) {
  static const char *const lists[][14] = {
      {"version", "account", "eni", "source", "destination", "srcport", "destport", "protocol", "packets", "bytes",
       "windowstart", "windowend", "action", "flowlogstatus"},
      {"version", "accountid", "interfaceid", "srcaddr", "dstaddr", "srcport", "dstport", "proto", "packets", "bytes",
       "start", "end", "action", "status"},
      {"version", "account", "interfaceid", "sourceaddress", "destinationaddress", "sourceport", "destinationport",
       "protocol", "numpackets", "numbytes", "starttime", "endtime", "action", "logstatus"},
      {"version", "accountId", "interfaceId", "srcAddr", "dstAddr", "srcPort", "dstPort", "protocol", "packets",
       "bytes", "startTime", "endTime", "action", "logStatus"},
      {"VERSION", "Account_ID", "Interface", "Source-IP", "Destination-IP", "Source-Port", "Dest-Port", "Proto",
       "Packets", "Bytes", "Start_Time", "End_Time", "Action", "Log_Status"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(lists); i++)
    for (int f = 0; f < FIELD_DEFAULT_COUNT; f++)
      CHECK(field_find(lists[i][f], strlen(lists[i][f])) == f, "%s", lists[i][f]);
}

static void test_not_found(void **state) {
  static const char *const names[] = {"",           "versio", "versions", " version",   "version ", "account id",
                                      "addr",       "port",   "time",     "_raw",       "-",        "_",
                                      "src.addr",   "vpc",    "sadr",     "log+status", "id",       "srcaddress",
                                      "interfaces", "tgw_",   "lost"};
  (void)state;
  for (size_t i = 0; i < COUNT(names); i++)
    CHECK(field_find(names[i], strlen(names[i])) == FIELD_NONE, "'%s'", names[i]);
  assert_int_equal(field_find("end\0", 4), FIELD_NONE);
}

static void test_nearest(void **state) {
  static const struct {
    const char *name;
    int field;
  } table[] = {
      {"srcadr", FIELD_srcaddr},
      {"src-ports", FIELD_srcport},
      {"Dst_Adress", FIELD_dstaddr},
      {"accountd", FIELD_account_id},
      {"eni-id", FIELD_NONE},
      {"azids", FIELD_az_id},
      {"tcp-flag", FIELD_tcp_flags},
      {"subnet", FIELD_subnet_id},
      {"instance", FIELD_instance_id},
      {"byte", FIELD_bytes},
      {"packet", FIELD_packets},
      {"log-statsu", FIELD_log_status},
      {"verison", FIELD_version},
      {"srcprot", FIELD_srcport},
      {"destination-addres", FIELD_dstaddr},
      {"pkt-src-service", FIELD_pkt_src_aws_service},
      {"port", FIELD_NONE},
      {"duration", FIELD_NONE},
      {"vpc", FIELD_NONE},
      {"", FIELD_NONE},
      {"-_-", FIELD_NONE},
      {"future-field", FIELD_NONE},
      {"b", FIELD_NONE},
      {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", FIELD_NONE},
  };
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    int got = field_nearest(table[i].name, strlen(table[i].name));
    CHECK(got == table[i].field, "%s: %s", table[i].name, got == FIELD_NONE ? "none" : fields[got].name);
  }
  for (int f = 0; f < FIELD_COUNT; f++) assert_int_equal(field_nearest(fields[f].name, fields[f].n), f);
}

static void test_same_name(void **state) {
  (void)state;
  assert_true(field_same_name("x-Id", 4, "XID", 3));
  assert_true(field_same_name("x_id_", 5, "x-id", 4));
  assert_false(field_same_name("x-id", 4, "x-id2", 5));
  assert_false(field_same_name("x-id2", 5, "x-id", 4));
  assert_false(field_same_name("x", 1, "", 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_aws_lists),   cmocka_unit_test(test_tgw_covers_the_rest),
      cmocka_unit_test(test_rows),        cmocka_unit_test(test_spellings),
      cmocka_unit_test(test_other_names), cmocka_unit_test(test_not_found),
      cmocka_unit_test(test_same_name),   cmocka_unit_test(test_nearest),
  };
  return finish(cmocka_run_group_tests(tests, NULL, NULL));
}
