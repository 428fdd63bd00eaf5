/* SPDX-License-Identifier: MIT */
/*
** The pure functions are registered from the table, as SQLITE_DETERMINISTIC and SQLITE_INNOCUOUS.
** Those without a `call` stand in the table for the documentation only: cidr_lookup() and those
** about scans have a state that belongs to the connection, and is_inside(ip, inside) reads tables.
*/
#include "functions/functions.h"

#include "file/inflate.h"
#include "flowlogs.h"
#include "functions/address_functions.h"
#include "functions/code_functions.h"
#include "functions/community_id.h"
#include "functions/cwl_match.h"
#include "functions/inside.h"
#include "functions/require.h"
#include "functions/text_functions.h"

static void version(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc, (void)argv;
  sqlite3_result_text(ctx, FLOWLOGS_VERSION, -1, SQLITE_STATIC);
}

static void inflate(sqlite3_context *ctx, int argc, sqlite3_value **argv) {
  (void)argc, (void)argv;
  sqlite3_result_text(ctx, inflate_built_in()->name, -1, SQLITE_STATIC);
}

const struct function_description function_descriptions[] = {
    /* The first row, which is registered last. */
    {"flowlogs_version", 0, version, "", "TEXT", "The version of the extension.", "flowlogs_version()"},
    {"flowlogs_inflate", 0, inflate, "", "TEXT", "The library that inflates gzip files, as the extension was built.",
     "flowlogs_inflate()"},
    {"cidr_match", 2, address_cidr_match, "ip, cidr", "INTEGER",
     "1 when the address lies in the prefix, 0 when it does not.  A prefix without a length is one address.  In a "
     "condition on a column of addresses it is evaluated while the files are read.  To look addresses up in a table of "
     "prefixes, use cidr_lookup.",
     "cidr_match('10.1.2.3', '10.0.0.0/8')"},
    {"isIpInSubnet", 2, address_cidr_match, "ip, cidr", "INTEGER", "The same as cidr_match, under CloudWatch's name.",
     "isIpInSubnet('10.1.2.3', '10.0.0.0/8')"},
    {"isIpv4InSubnet", 2, address_cidr_match, "ip, cidr", "INTEGER", "The same as cidr_match, under CloudWatch's name.",
     "isIpv4InSubnet('10.1.2.3', '10.0.0.0/8')"},
    {"isIpv6InSubnet", 2, address_cidr_match, "ip, cidr", "INTEGER", "The same as cidr_match, under CloudWatch's name.",
     "isIpv6InSubnet('fd00::1', 'fd00::/8')"},
    {"ip_family", 1, address_family, "ip", "INTEGER", "4 or 6.", "ip_family('10.1.2.3')"},
    {"ip_prefix", 2, address_prefix, "ip, bits", "TEXT", "The network of the first bits of the address.",
     "ip_prefix('10.1.2.3', 16)"},
    {"ip_scope", 1, address_scope, "ip", "TEXT",
     "What kind of address it is, by IANA's registries: private, shared, loopback, link-local, multicast, "
     "documentation, global and others.",
     "ip_scope('192.168.1.1')"},
    {"ip_is_private", 1, address_is_private, "ip", "INTEGER", "1 when ip_scope is private, otherwise 0.",
     "ip_is_private('10.1.2.3')"},
    {"is_inside", 1, inside_default_function, "ip", "INTEGER",
     "1 when the address is in your own networks, otherwise 0: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, "
     "100.64.0.0/10 or fc00::/7.",
     "is_inside('10.1.2.3')"},
    {"is_inside", 2, NULL, "ip, inside", "INTEGER",
     "The same for the networks that you name: a JSON array of prefixes and addresses, or the name of a table with a "
     "column cidr; NULL for those of is_inside(ip).",
     "is_inside('172.16.1.2', '[\"172.16.0.0/16\", \"fd00::/8\"]')"},
    {"ip_blob", 1, address_blob, "ip", "BLOB", "The address as 16 bytes, which sort as the addresses do.",
     "hex(ip_blob('10.1.2.3'))"},
    {"ip_text", 1, address_text, "ip", "TEXT",
     "The address in the one spelling of RFC 5952, from any spelling or from ip_blob.", "ip_text('2001:DB8:0:0::1')"},
    {"protocol_name", 1, code_protocol_name, "number", "TEXT", "The name of an IP protocol, from IANA's registry.",
     "protocol_name(6)"},
    {"port_name", 1, code_port_name, "port", "TEXT", "The name of the service that usually has the port.",
     "port_name(443)"},
    {"port_name", 2, code_port_name, "port, protocol", "TEXT",
     "The same for one protocol, because some ports have different services on TCP and UDP.", "port_name(514, 17)"},
    {"tcp_flags", 1, code_tcp_flags, "mask", "TEXT", "The names of the flags in tcp_flags.", "tcp_flags(18)"},
    {"traffic_path", 1, code_traffic_path, "number", "TEXT", "The way out that the field traffic_path names.",
     "traffic_path(8)"},
    {"community_id", 5, community_id, "srcaddr, srcport, dstaddr, dstport, protocol", "TEXT",
     "The Community ID (version 1) that Zeek, Suricata and Elastic write for a flow, the same in both directions.  "
     "NULL "
     "for ICMP, whose ID needs the type, which flow logs do not have.",
     "community_id('128.232.110.120', 34855, '66.35.250.204', 80, 6)"},
    {"community_id", 6, community_id, "srcaddr, srcport, dstaddr, dstport, protocol, seed", "TEXT",
     "The same with a seed from 0 to 65535, which is 0 otherwise.",
     "community_id('128.232.110.120', 34855, '66.35.250.204', 80, 6, 1)"},
    {"cwl_match", 2, cwl_match, "text, pattern", "INTEGER",
     "1 when the text matches the CloudWatch Logs filter pattern, otherwise 0.", "cwl_match('2 REJECT OK', 'REJECT')"},
    {"flowlogs_require", 2, require, "condition, message", "INTEGER",
     "1 when the condition is true; otherwise an error with exactly that message, for scripts that must stop.",
     "flowlogs_require(1 < 2, 'never shown')"},
    {"printable", 1, text_printable, "text", "TEXT",
     "The text so that it can be shown on a terminal: a control character is written as \\x1b, one that changes the "
     "direction of the text as \\u202e, and ? stands for a byte "
     "that is not UTF-8.",
     "printable('a' || char(27) || '[2J')"},
    {"csv_text", 1, text_csv, "value", "any",
     "A text that a spreadsheet would compute, such as `=1+1`, with a ' in front, which makes it a text there; any "
     "other value as it is.",
     "csv_text('=1+1')"},
    {"cidr_lookup", 3, NULL, "table, column, ip", "INTEGER",
     "The rowid of the row whose prefix in the column is the longest that contains the address; NULL when there is "
     "none.",
     "cidr_lookup('subnets', 'cidr', '10.1.2.3')"},
    {"flowlogs_scan_stats", 0, NULL, "", "TEXT",
     "What the last scan of the connection did, as JSON: files found, pruned (and why) and read, row groups of "
     "Parquet files, bytes, records, rows, seconds, threads.",
     "flowlogs_scan_stats() ->> 'files_pruned'"},
    {"flowlogs_scan_summary", 0, NULL, "", "TEXT",
     "What the last scan of the connection looked at, in words: files, records, period, and what the files lack.",
     "flowlogs_scan_summary()"},
};

const size_t function_descriptions_count = sizeof function_descriptions / sizeof *function_descriptions;

int functions_find(sqlite3_vtab *table, int argc, const char *name,
                   void (**function)(sqlite3_context *, int, sqlite3_value **), void **data) {
  (void)table;
  *data = NULL;
  for (size_t i = 0; argc == 2 && i < function_descriptions_count; i++) {
    const struct function_description *f = &function_descriptions[i];
    if (f->call != address_cidr_match || sqlite3_stricmp(f->name, name) != 0) continue;
    *function = f->call;
    return SQLITE_INDEX_CONSTRAINT_FUNCTION;
  }
  return 0;
}

int functions_register(sqlite3 *db) {
  const int pure = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  int rc = SQLITE_OK;
  for (size_t i = function_descriptions_count; !rc && i > 0; i--) {
    const struct function_description *f = &function_descriptions[i - 1];
    if (f->call) rc = sqlite3_create_function_v2(db, f->name, f->nargs, pure, NULL, f->call, NULL, NULL, NULL);
  }
  return rc;
}
