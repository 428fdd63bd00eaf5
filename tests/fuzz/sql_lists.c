/* SPDX-License-Identifier: MIT */
/*
** A list of one's own networks is the prefixes in it, and a list of ports the numbers in it, as a
** search through json_each() finds them; a table with the same values is the same list; and what is
** no list is an error that says so.
**
** Input: a text, which is read as a list of networks and as one of ports.
*/
#include "fuzz_sql.h"

#include "base/mem.h"
#include "functions/inside.h"
#include "functions/port_list.h"
#include "functions/value_list.h"

static const char *const asked[] = {"10.0.0.5",    "10.0.0.200", "192.168.1.1", "172.16.0.1", "0.0.0.0",
                                    "2001:db8::1", "fd00::1",    "::1",         "::",         "255.255.255.255"};

/* Fills the table list with the elements of the text.  Returns 0 unless it is an array of texts or of integers. */
static int fill(const char *text, const char *type) {
  char *sql = sqlite3_mprintf("SELECT json_valid(%Q) AND json_type(%Q) = 'array' AND NOT EXISTS (SELECT 1 FROM "
                              "json_each(%Q) WHERE type <> %Q)",
                              text, text, text, type);
  struct answer a = ask(sql);
  int fits = !a.error && a.rows.n > 1 && a.rows.p[1] == '1' && !strchr(text, '\\');
  sqlite3_free(sql);
  answer_free(&a);
  if (!fits) return 0;
  sql = sqlite3_mprintf("DELETE FROM list; INSERT INTO list SELECT value, value FROM json_each(%Q)", text);
  run(sql);
  sqlite3_free(sql);
  return 1;
}

static void check_message(const char *text, int rc, char *message) {
  PROPERTY(!rc || (rc == SQLITE_ERROR && message && !strncmp(message, "flowlogs: option: ", 18)), "%s: %d %s", text, rc,
           message ? message : "");
  sqlite3_free(message);
}

/* Is the address in a prefix of the table list?  -1 if not all of them are prefixes. */
static int search(const char *ip) {
  char *sql = sqlite3_mprintf("SELECT total(cidr_match(%Q, cidr)) > 0 FROM list", ip);
  struct answer a = ask(sql);
  int found = a.error ? -1 : a.rows.p[1] == '1';
  sqlite3_free(sql);
  answer_free(&a);
  return found;
}

static void try_networks(const char *text) {
  struct prefix_table *table, *same = NULL;
  char *message = NULL;
  struct ip ip;
  int64_t row;
  int rc = inside_read(db, "option", text, &table, &message);
  int is_list = value_list_is_json(text) && fill(text, "text");
  int fits = is_list && search("10.0.0.5") >= 0;
  if (value_list_is_json(text) && !strchr(text, '\\'))
    PROPERTY((rc == SQLITE_OK) == fits, "%s: %d %s", text, rc, message);
  check_message(text, rc, message);
  message = NULL;
  if (fits && inside_read(db, "option", "temp.list", &same, &message)) PROPERTY(0, "%s: %s", text, message);
  for (size_t i = 0; fits && i < sizeof asked / sizeof *asked; i++) {
    if (!ip_parse(asked[i], strlen(asked[i]), &ip)) abort();
    int found = prefix_table_find(table, &ip, &row), wanted = search(asked[i]);
    PROPERTY(found == wanted && prefix_table_find(same, &ip, &row) == wanted, "%s in %s: %d", asked[i], text, found);
  }
  prefix_table_free(table);
  prefix_table_free(same);
}

/* Are all numbers of the table list ports?  Sets the bits of those that are. */
static int search_ports(struct port_set *wanted) {
  struct answer a = ask("SELECT count(*) = 0 FROM list WHERE port NOT BETWEEN 0 AND 65535");
  int fits = a.rows.p[1] == '1';
  sqlite3_stmt *stmt = NULL;
  answer_free(&a);
  if (sqlite3_prepare_v2(db, "SELECT port FROM list WHERE port BETWEEN 0 AND 65535", -1, &stmt, NULL)) abort();
  while (sqlite3_step(stmt) == SQLITE_ROW) {
    int port = sqlite3_column_int(stmt, 0);
    wanted->bits[port / 64] |= UINT64_C(1) << port % 64;
  }
  sqlite3_finalize(stmt);
  return fits;
}

static void try_ports(const char *text) {
  struct port_set *list, *same = NULL, wanted = {{0}};
  char *message = NULL;
  int rc = port_list_read(db, "option", text, &list, &message);
  int fits = value_list_is_json(text) && fill(text, "integer") && !strchr(text, '-') && search_ports(&wanted);
  if (fits) {
    PROPERTY(!rc && !memcmp(list, &wanted, sizeof wanted), "%s: %d %s", text, rc, message);
    char *error = NULL;
    if (port_list_read(db, "option", "list", &same, &error)) PROPERTY(0, "%s: %s", text, error);
    PROPERTY(!memcmp(same, &wanted, sizeof wanted), "%s as a table", text);
  }
  check_message(text, rc, message);
  for (uint32_t port = 0; rc == SQLITE_OK && port <= PORT_SET_PORTS; port += 443)
    PROPERTY(!fits || port_set_has(list, port) == port_set_has(&wanted, port), "%s: %u", text, port);
  mem_free(list);
  mem_free(same);
}

/* Lists of ports whose answer is known; error NULL: the list has 443, 8443 and 65535, and no other. */
static void check_ports(const char *text, const char *error) {
  struct port_set *list;
  char *message = NULL;
  int rc = port_list_read(db, "servers", text, &list, &message);
  if (error) PROPERTY(rc == SQLITE_ERROR && !list && message && strstr(message, error), "%s: %s", text, message);
  else PROPERTY(rc == SQLITE_OK && list, "%s: %s", text, message);
  for (uint32_t port = 0; list && port <= PORT_SET_PORTS; port++)
    PROPERTY(port_set_has(list, port) == (port == 443 || port == 8443 || port == 65535), "%s: %u", text, port);
  sqlite3_free(message);
  mem_free(list);
}

static void check_known(void) {
  struct port_set *none;
  char *message = NULL;
  PROPERTY(!port_list_read(db, "servers", NULL, &none, &message) && !none && !port_set_has(none, 443), "NULL");
  check_ports("[443,8443, 65535]", NULL);
  check_ports(" [\"443\",8443,65535,443]", NULL);
  run("CREATE TABLE named(port); INSERT INTO named VALUES (443), ('8443'), (65535.0), (NULL), (''), (443)");
  check_ports("named", NULL);
  run("CREATE TABLE keyed(port INTEGER PRIMARY KEY); INSERT INTO keyed VALUES (443), (8443), (65535)");
  check_ports("main.keyed", NULL);
  check_ports("[443, 65536]", "flowlogs: servers: element 2 of the list is 65536, which is no port number, 0 to 65535");
  check_ports("[-1]", "element 1 of the list is -1, which");
  check_ports("[0443]", "element 1 of the list is 0443, which");
  check_ports("[443.5]", "element 1 of the list is 443.5, which");
  check_ports("[\"https\"]", "element 1 of the list is \"https\", which");
  check_ports("443",
              "flowlogs: servers: no such table: 443; name a table with a column port, or write a JSON array such "
              "as '[8443, 50051]'");
  run("INSERT INTO named VALUES ('https')");
  check_ports("named", "named.port of the row with rowid 7 is 'https', which is no port number");
  run("UPDATE named SET port = 443.5 WHERE rowid = 7");
  check_ports("named", "named.port of the row with rowid 7 is 443.5, which");
  run("DROP TABLE named; DROP TABLE keyed");
}

static void prepare(void) {
  check_known();
  run("CREATE TEMP TABLE list(cidr, port); CREATE TABLE own(cidr, port); INSERT INTO own VALUES ('10.0.0.0/8', 443)");
}

static void try_input(const uint8_t *data, size_t size) {
  char *text = text_of((const char *)data, size);
  try_networks(text);
  try_ports(text);
  free(text);
}
