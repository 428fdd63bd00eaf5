/* SPDX-License-Identifier: MIT */
/*
** Tests filter patterns: AWS's examples and others, texts that match or do not, errors and their
** positions.
*/
#include "helpers.h"

#include <float.h>

#include "predicate/pattern.h"
#include "predicate/pattern_number.h"

#define RECORD(source, port, bytes, action)                                                                            \
  "2 123456789010 eni-1235b8ca123456789 " source " 172.31.16.21 20641 " port " 6 20 " bytes                            \
  " 1418530010 1418530070 " action " OK"
#define NODATA "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA"
#define WEB    "127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" 404 1534"

static int matches(const char *pattern, const char *text) {
  struct pattern p;
  struct err e = {0};
  CHECK(pattern_parse(&p, pattern, strlen(pattern), &e) == ERR_NONE, "%s: %d: %s", pattern, (int)e.line, e.text);
  int found = pattern_matches(&p, text, strlen(text));
  pattern_clear(&p);
  return found;
}

struct row {
  const char *pattern, *text;
  int match;
};

static void check_rows(const struct row *row, size_t n) {
  for (size_t i = 0; i < n; i++)
    CHECK(matches(row[i].pattern, row[i].text) == row[i].match, "'%s' on '%s'", row[i].pattern, row[i].text);
  assert_int_equal(mem_test_live(), 0);
}

#define FIRST "version, accountid, interfaceid, "
#define PORTS "packets, bytes, start, end, action, logstatus]"
#define ARTICLE                                                                                                        \
  "[version, account, eni, source, destination, srcport, destport=\"22\", protocol=\"6\", packets, bytes, "            \
  "windowstart, "                                                                                                      \
  "windowend, action=\"REJECT\", flowlogstatus]"

static const struct row aws[] = {
    {"[" FIRST "srcaddr, dstaddr, srcport, dstport, protocol, " PORTS, RECORD("10.0.0.1", "22", "4249", "ACCEPT"), 1},
    {"[" FIRST "srcaddr, dstaddr, srcport, dstport, protocol, " PORTS, NODATA, 1},
    {"[" FIRST "srcaddr, dstaddr, srcport, dstport, protocol, " PORTS, "2 123456789010", 0},
    {"[" FIRST "srcaddr = 10.0.0.1, dstaddr, srcport, dstport, protocol, " PORTS,
     RECORD("10.0.0.1", "22", "4249", "ACCEPT"), 1},
    {"[" FIRST "srcaddr = 10.0.0.1, dstaddr, srcport, dstport, protocol, " PORTS,
     RECORD("10.0.0.11", "22", "4249", "ACCEPT"), 0},
    {"[" FIRST "srcaddr = 10.0.0.1, dstaddr, srcport, dstport, protocol, " PORTS, NODATA, 0},
    {"[" FIRST "srcaddr = 10.0.2.*, dstaddr, srcport, dstport, protocol, " PORTS,
     RECORD("10.0.2.99", "22", "4249", "ACCEPT"), 1},
    {"[" FIRST "srcaddr = 10.0.2.*, dstaddr, srcport, dstport, protocol, " PORTS,
     RECORD("10.0.22.9", "22", "4249", "ACCEPT"), 0},
    {"[" FIRST
     "srcaddr, dstaddr, srcport, dstport = 80 || dstport = 8080, protocol, packets, bytes >= 400, start, end, "
     "action = REJECT, logstatus]",
     RECORD("10.0.0.1", "80", "400", "REJECT"), 1},
    {"[" FIRST
     "srcaddr, dstaddr, srcport, dstport = 80 || dstport = 8080, protocol, packets, bytes >= 400, start, end, "
     "action = REJECT, logstatus]",
     RECORD("10.0.0.1", "8080", "1000000", "REJECT"), 1},
    {"[" FIRST
     "srcaddr, dstaddr, srcport, dstport = 80 || dstport = 8080, protocol, packets, bytes >= 400, start, end, "
     "action = REJECT, logstatus]",
     RECORD("10.0.0.1", "8080", "399", "REJECT"), 0},
    {"[" FIRST
     "srcaddr, dstaddr, srcport, dstport = 80 || dstport = 8080, protocol, packets, bytes >= 400, start, end, "
     "action = REJECT, logstatus]",
     RECORD("10.0.0.1", "8080", "400", "ACCEPT"), 0},
    {"[" FIRST
     "srcaddr, dstaddr, srcport, dstport = 80 || dstport = 8080, protocol, packets, bytes >= 400, start, end, "
     "action = REJECT, logstatus]",
     NODATA, 0},
    {ARTICLE, RECORD("10.0.0.1", "22", "1", "REJECT"), 1},
    {ARTICLE, RECORD("10.0.0.1", "220", "1", "REJECT"), 0},
    {ARTICLE, RECORD("10.0.0.1", "22", "1", "ACCEPT"), 0},
    {ARTICLE, NODATA, 0},
    {"[]", "", 1},
    {"[]", WEB, 1},
    {"[..., status_code, bytes]", WEB, 1},
    {"[..., status_code, bytes]", "404 1534", 1},
    {"[..., status_code, bytes]", "404", 0},
    {"[ip, user, ..., status_code, bytes]", WEB, 1},
    {"[ip, user, ..., status_code, bytes]", "a b c d", 1},
    {"[ip, user, ..., status_code, bytes]", "a b c", 0},
    {"[ip, user, ...]", WEB, 1},
    {"[ip, user, ...]", "a", 0},
    {"[ip=%127\\.0\\.0\\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", WEB, 1},
    {"[ip=%127\\.0\\.0\\.[2-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", WEB, 0},
    {"[ip=%127\\.0\\.0\\.[1-9]%, user, username, timestamp, request =*.htm, status_code = 4*, bytes]", WEB, 0},
    {"[ip=%127\\.0\\.0\\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 5*, bytes]", WEB, 0},
    {"[..., request=*.html*, status_code=4*,]", WEB, 1},
    {"[..., size]", WEB, 1},
    {"[w1!=ERROR && w1!=WARNING, w2]", "INFO x", 1},
    {"[w1!=ERROR && w1!=WARNING, w2]", "ERROR x", 0},
    {"[w1!=ERROR && w1!=WARNING, w2]", "WARNING x", 0},
    {"[w1=ERROR || w1=%WARN%, w2]", "ERROR x", 1},
    {"[w1=ERROR || w1=%WARN%, w2]", "PREWARNING x", 1},
    {"[w1=ERROR || w1=%WARN%, w2]", "ERRORS x", 0},
    {"[w1=ERROR, w2]", "ERROR the rest of it is long", 1},
    {"status", "a status", 1},
    {"ERROR", "ERRORCODE", 1},
    {"ERROR", "error", 0},
    {"\"exact phrase\"", "an exact phrase!", 1},
    {"\"exact phrase\"", "an exact  phrase!", 0},
    {"ERROR -ARGUMENTS", "ERROR 401", 1},
    {"ERROR -ARGUMENTS", "ERROR ARGUMENTS", 0},
    {"?ERROR ?ARGUMENTS", "ARGUMENTS", 1},
    {"?ERROR ?ARGUMENTS", "ERROR", 1},
    {"?ERROR ?ARGUMENTS", "400 BAD", 0},
    {"?ERROR ?REQUEST BAD", "400 BAD", 1}, /* ?terms are ignored beside plain ones */
    {"\"\"", "anything", 1},
    {"\" \"", "anything", 1},
    {" ", "anything", 1},
    {"", "", 1},
};

static const struct row slots[] = {
    /* how many tokens */
    {"[a]", "x", 1},
    {"[a]", "x y z", 1}, /* a last slot without a condition stands for the rest */
    {"[a]", "", 0},
    {"[a]", "   ", 0},
    {"[a=x]", "x", 1},
    {"[a=x]", "x y", 0},
    {"[a=x,]", "x", 0},
    {"[a=x,]", "x y z", 1},
    {"[,]", "x", 0},
    {"[,]", "x y", 1},
    {"[ ]", "", 1},
    {"[...]", "", 1},
    {"[..., a=x]", "x", 1},
    {"[..., a=x]", "y z x", 1},
    {"[..., a=x]", "y x z", 0},
    {"[a=x, ...]", "x", 1},
    {"[a=x, ..., b=y]", "x y", 1},
    {"[a=x, ..., b=y]", "x q q y", 1},
    {"[a=x, ..., b=y]", "x", 0},
    {"[a=x, ..., b=y]", "xy", 0},
    {"  [ a = x , ... , b = y ]  ", "x y", 1},
    {"[\n a = x,\n b = y\n]", "x y", 1},
    /* tokens */
    {"[a=x,b=y]", "  x   y  ", 1},
    {"[a=x,b=y]", "x\ty\r\n", 1},
    {"[a=\"x y\",b=z]", "\"x y\" z", 1},
    {"[a=\"x y\",b=z]", "[x y] z", 1},
    {"[a=\"x \\\"q\\\"y\",b=z]", "\"x \"q\"y\" z", 1}, /* a mark ends a token where a space follows */
    {"[a=\"x \\\"q\",b=\"y\\\"\",c=z]", "\"x \"q\" y\" z", 1},
    {"[a=\"\\\"x\",b=z]", "\"x z", 1}, /* a quote that is not closed is an ordinary character */
    {"[a=\"[x\",b=z]", "[x z", 1},
    {"[a=\"\",b=z]", "\"\" z", 1},
    {"[a=\"\",b=z]", "[] z", 1},
    {"[a=\"x]y\",b=z]", "[x]y] z", 1},
    /* values */
    {"[a=x]", "X", 0},
    {"[a==x]", "x", 1},
    {"[a != x]", "y", 1},
    {"[a != x]", "-", 1},
    {"[a = -]", "-", 1},
    {"[a != -]", "-", 0},
    {"[a != -]", "0", 1},
    {"[a=gr\xc3\xbc\xc3\x9f"
     "e]",
     "gr\xc3\xbc\xc3\x9f"
     "e",
     1},
    {"[a=\"x,y\"]", "x,y", 1},
    {"[a=\"x]y\"]", "x]y", 1},
    {"[a=\"a\\\\b\"]", "a\\b", 1},
    {"[a=\"a\\b\"]", "a\\b", 1},
    {"[a=a\\b]", "a\\b", 1},
    {"[a=*]", "-", 1},
    {"[a=*]", "", 0},
    {"[a=1*4]", "1234", 1},
    {"[a=1*4]", "14", 1},
    {"[a=1*4]", "1245", 0},
    {"[a=*2*3*]", "1234", 1},
    {"[a=*2*3*]", "1324", 0},
    {"[a=*aab]", "aaaaab", 1},
    {"[a!=4*]", "404", 0},
    {"[a!=4*]", "504", 1},
    {"[a!=4*]", "-", 1},
    {"[a=\"4*\"]", "404", 1}, /* a star in quotes stays a wildcard */
    {"[a=\"4*\"]", "504", 0},
    {"[a=%,%]", "x,y", 1},
    {"[a=%[,\\]]%]", "x]y", 1},
    {"[a=%^4%&&a!=%4$%]", "405", 1},
    {"[a=%^4%&&a!=%4$%]", "404", 0},
    {"[a!=%x%]", "-", 1},
    {"[a=%1%,b=%2%,c=%3%,d=%4%]", "1 2 3 4", 1}, /* more than CloudWatch allows */
    /* numbers */
    {"[a=22]", "22", 1},
    {"[a=22]", "022", 1},
    {"[a=22]", "22.0", 1},
    {"[a=22]", "2.2e1", 1},
    {"[a=22]", "22a", 0},
    {"[a=\"22\"]", "022", 0},
    {"[a=\"22\"]", "22", 1},
    {"[a=080]", "80", 1},
    {"[a!=22]", "022", 0},
    {"[a!=22]", "23", 1},
    {"[a!=22]", "-", 1},
    {"[a!=22]", "x", 1},
    {"[a<22]", "21", 1},
    {"[a<22]", "22", 0},
    {"[a<=22]", "22", 1},
    {"[a<=22]", "22.0000000000000000000000001", 0},
    {"[a>22]", "22.0000000000000000000000001", 1},
    {"[a>22]", "22", 0},
    {"[a>=22]", "22", 1},
    {"[a>=22]", "-", 0},
    {"[a<22]", "-", 0},
    {"[a<22]", "x", 0},
    {"[a<22]", "", 0},
    {"[a<\"22\"]", "3", 1}, /* quotes make no difference to an order */
    {"[a>-5]", "-4", 1},
    {"[a>-5]", "-6", 0},
    {"[a>-5]", "0", 1},
    {"[a>+4e2]", "401", 1},
    {"[a>+4e2]", "400", 0},
    {"[a=4e2]", "400", 1},
    {"[a=.5]", "0.50", 1},
    {"[a=5.]", "5", 1},
    {"[a=-0]", "0", 1},
    {"[a=1e]", "1e", 1}, /* not a number, and therefore a text */
    {"[a=9007199254740993]", "9007199254740992", 0},
    {"[a>9223372036854775807]", "9223372036854775808", 1},
    {"[a>9223372036854775807]", "9223372036854775807", 0},
    {"[a<1e400]", "1e399", 1},
    {"[a>1e-400]", "1e-399", 1},
    {"[a>1e-400]", "0", 0},
    /* && and || */
    {"[a>1&&a<3]", "2", 1},
    {"[a>1&&a<3]", "3", 0},
    {"[a=1||a=2&&a=3]", "1", 1},
    {"[a=1||a=2&&a=3]", "2", 0},
    {"[a=2&&a=3||a=1]", "1", 1},
    {"[a=2&&a=3||a=1]", "3", 0},
    {"[a=x||a=y||a=z, b]", "z 1", 1},
    {"[a=x || a=\"y\" , b = 1]", "y 1", 1},
};

static const struct row terms[] = {
    {"a b", "b a", 1},
    {"a b", "a", 0},
    {"  a  ", "xax", 1},
    {"10.0.0.1", "2 10.0.0.12", 1},
    {"eni-12 -REJECT", "eni-12 ACCEPT", 1},
    {"eni-12 -REJECT", "eni-12 REJECT", 0},
    {"-\"a b\"", "a c b", 1},
    {"-\"a b\"", "xa b", 0},
    {"-%^a%", "ba", 1},
    {"-%^a%", "ab", 0},
    {"?%^a% ?\"b c\"", "xb cx", 1},
    {"?%^a% ?\"b c\"", "bc", 0},
    {"?a b -c", "b", 1},
    {"?a b -c", "a b c", 0},
    {"%a b%", "xa bx", 1},
    {"%OK$%", "2 OK\r\n", 1}, /* the line end does not belong to the text */
    {"\"a\\\"b\"", "a\"b", 1},
    {"\"a*b\"", "a*b", 1},
    {"\"a*b\"", "axb", 0},
    {"\" \" a", "a", 0},
    {"\"\" a", "a", 1},
    {"a-b", "a-b", 1},
    {"\"[a]\"", "[a]", 1},
    {"gr\xc3\xbc\xc3\x9f"
     "e",
     "viele gr\xc3\xbc\xc3\x9f"
     "e",
     1},
    {"aab", "aaab", 1},
};

static void test_aws(void **state) {
  (void)state;
  check_rows(aws, COUNT(aws));
}

static void test_slots(void **state) {
  (void)state;
  check_rows(slots, COUNT(slots));
}

static void test_terms(void **state) {
  (void)state;
  check_rows(terms, COUNT(terms));
}

static const struct {
  const char *pattern;
  unsigned at;
  const char *text;
} errors[] = {
    {"{ $.x = 1 }", 1, "JSON"},
    {"  {", 3, "JSON"},
    {"[", 2, "without its ]"},
    {"[a", 3, "without its ]"},
    {"[a,", 4, "without its ]"},
    {"[a, b=1", 8, "without its ]"},
    {"[a] b", 5, "behind the ]"},
    {"[a]]", 4, "behind the ]"},
    {"[a b]", 4, "belongs here, or a comma"},
    {"[a=1 b]", 6, "a comma, && or ||"},
    {"[a, ..., b, ...]", 13, "one ... only"},
    {"[...x]", 5, "a comma"},
    {"[..]", 2, "begins with a name"},
    {"[a, =1]", 5, "begins with a name"},
    {"[\"a\"]", 2, "begins with a name"},
    {"[a.b]", 3, "a name has"},
    {"[10.0.0.1, b]", 4, "a name has"},
    {"[gr\xc3\xbc\xc3\x9f"
     "e=1]",
     4, "a name has"},
    {"[a=\"gr\xc3\xbc\xc3\x9f"
     "e\", b=]",
     14, "'=' needs a value"},
    {"[a=]", 3, "'=' needs a value"},
    {"[a= ,b]", 3, "'=' needs a value"},
    {"[a >= ]", 4, "'>=' needs a value"},
    {"[a=", 3, "'=' needs a value"},
    {"[a!=&&a=1]", 3, "'!=' needs a value"},
    {"[a<>1]", 3, "unequal is written !="},
    {"[a~1]", 3, "a name has"},
    {"[a ~ 1]", 4, "belongs here, or a comma"},
    {"[a && b]", 4, "belongs here, or a comma"},
    {"[a=1 &&]", 8, "name is repeated"},
    {"[a=1 && ", 9, "name is repeated"},
    {"[a=1 && a]", 10, "belongs here"},
    {"[a=1 && a", 10, "a condition is missing"},
    {"[a=1 && b=2]", 9, "'a', not 'b'"},
    {"[status_code = 4* && bytes > 1000]", 22, "'status_code', not 'bytes'"},
    {"[a=1 && =2]", 9, "name is repeated"},
    {"[a=1 & a=2]", 6, "a comma, && or ||"},
    {"[a=1&a=2]", 5, "a text with a & is written in quotes"},
    {"[a=x=y]", 5, "a text with a = is written in quotes"},
    {"[a=50%]", 6, "a text with a % is written in quotes"},
    {"[a=x\"y\"]", 5, "a text with a \" is written in quotes"},
    {"[a==!=x]", 5, "a text with a ! is written in quotes"},
    {"[a=[x]]", 4, "a text with a [ is written in quotes"},
    {"[(a=1 || a=2) && a=3]", 2, "parentheses are not supported"},
    {"[a (b)]", 4, "parentheses are not supported"},
    {"[a=f(x)]", 5, "parentheses are not supported"},
    {"[a=1 && (a=2)]", 9, "parentheses are not supported"},
    {"[a=\"x]", 4, "quote is not closed"},
    {"[a=\"x\\\"]", 4, "quote is not closed"},
    {"[a=%x]", 4, "no second one"},
    {"[a=%%]", 5, "an empty regex"},
    {"[a=%x(y)%]", 6, "no groups"},
    {"[a=\"gr\xc3\xbc\xc3\x9f"
     "e\" || a=%x[%]",
     19, "this [ has no ]"},
    {"[a=%50\\%%]", 7, "nothing follows the \\ (a % is"},
    {"[a<%1%]", 4, "= and != alone"},
    {"[a<x]", 4, "'<' compares with a number"},
    {"[a > 4*]", 6, "'>' compares with a number"},
    {"[a > -]", 6, "'>' compares with a number"},
    {"[a >= \"x\"]", 7, "'>=' compares with a number"},
    {"a \"b", 3, "quote is not closed"},
    {"a %b", 3, "no second one"},
    {"a %b(%", 5, "no groups"},
    {"-", 1, "a term follows the -"},
    {"a ? b", 3, "a term follows the ?"},
    {"--a", 2, "one of - and ?"},
    {"?-a", 2, "one of - and ?"},
    {"-\"\"", 1, "every text has"},
    {"?a ?\"\"", 4, "every text has"},
    {"\"a\"b", 4, "a space belongs here"},
    {"%a%b", 4, "a space belongs here"},
    {"a\"b\"", 2, "a term with a \" is written in quotes"},
    {"a 50%", 5, "a term with a % is written in quotes"},
    {"10.0.*", 6, "no wildcard"},
    {"a && b", 3, "a b means both"},
    {"a || b", 3, "?a ?b means one"},
    {"(a b)", 1, "a b means both"},
    {"action=REJECT", 7, "compared in [...]"},
    {"?a -b", 4, "not known"},
    {"-b ?a", 4, "not known"},
};

static void test_errors(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(errors); i++) {
    struct pattern p;
    struct err e = {0};
    enum err_code rc = pattern_parse(&p, errors[i].pattern, strlen(errors[i].pattern), &e);
    CHECK(rc == ERR_ARGUMENT, "'%s' is read", errors[i].pattern);
    CHECK(e.line == errors[i].at && strstr(e.text, errors[i].text), "'%s': %d: %s", errors[i].pattern, (int)e.line,
          e.text);
    CHECK(!p.slot && !p.term && !p.copy, "%s", errors[i].pattern);
  }
  assert_int_equal(mem_test_live(), 0);
}

/* A pattern may have 1024 characters, whatever the number of their bytes, and not more. */
static void test_length(void **state) {
  static const char *const characters[] = {"x", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
  (void)state;
  for (size_t i = 0; i < COUNT(characters); i++)
    for (size_t n = PATTERN_MAX - 1; n <= PATTERN_MAX + 1; n++) {
      struct bytes text = {0};
      struct pattern p;
      struct err e = {0};
      for (size_t k = 0; k < n; k++) bytes_add(&text, characters[i], strlen(characters[i]));
      enum err_code rc = pattern_parse(&p, text.p, text.n, &e);
      assert_int_equal(rc, n > PATTERN_MAX ? ERR_ARGUMENT : ERR_NONE);
      if (rc) assert_int_equal(e.line, PATTERN_MAX + 1);
      pattern_clear(&p);
      bytes_free(&text);
    }
  struct bytes text = {0};
  struct pattern p;
  struct err e = {0};
  bytes_repeat(&text, '\x80', 100000); /* no characters at all */
  assert_int_equal(pattern_parse(&p, text.p, text.n, &e), ERR_ARGUMENT);
  bytes_free(&text);
  memset(&e, 0, sizeof e);
  assert_int_equal(pattern_parse(&p, "a\0b", 3, &e), ERR_ARGUMENT);
  assert_int_equal(e.line, 2);
}

static void test_struct(void **state) {
  static const char text[] = "[a, \xc3\xbc, bytes >= 4e2 && bytes != \"x\" || bytes = %q%, ..., z = *y*]";
  struct pattern p;
  struct err e = {0};
  (void)state;
  assert_int_equal(pattern_parse(&p, text, sizeof text - 1, &e), ERR_ARGUMENT);
  assert_int_equal(e.line, 5);
  memset(&e, 0, sizeof e);
  static const char good[] = "[a,  b=\"\xc3\xbc\", bytes >= 4e2 && bytes != \"x\" || bytes = %q%, ..., z = *y*]";
  assert_int_equal(pattern_parse(&p, good, sizeof good - 1, &e), ERR_NONE);
  assert_int_equal(p.kind, PATTERN_SLOTS);
  assert_int_equal(p.nslots, 4);
  assert_int_equal(p.ellipsis, 3);
  assert_int_equal(p.slot[0].nconditions, 0);
  assert_int_equal(p.slot[1].position, 6);
  const struct pattern_slot *s = &p.slot[2];
  assert_int_equal(s->position, 13);
  assert_int_equal(s->nconditions, 3);
  assert_memory_equal(s->name, "bytes", 5);
  assert_int_equal(s->name_n, 5);
  const struct pattern_condition *c = s->condition;
  assert_true(c[0].op == PATTERN_GE && c[0].value == PATTERN_NUMBER && !c[0].is_or);
  assert_true(c[0].number.is_integer && c[0].number.integer == 400);
  assert_true(c[1].op == PATTERN_NE && c[1].value == PATTERN_TEXT && !c[1].is_or && c[1].n == 1 && *c[1].text == 'x');
  assert_true(c[2].op == PATTERN_EQ && c[2].value == PATTERN_REGEX && c[2].is_or && c[2].regex);
  assert_true(pattern_slot_passes(s, "400", 3) && pattern_slot_passes(s, "-q", 2) && !pattern_slot_passes(s, "-", 1));
  c = p.slot[3].condition;
  assert_true(c->value == PATTERN_WILDCARD && c->n == 3);
  pattern_clear(&p);
  assert_int_equal(mem_test_live(), 0);
  pattern_clear(&p);
}

static void test_numbers(void **state) {
  static const struct {
    const char *text;
    int is_integer;
    int64_t integer;
    double real;
  } table[] = {
      {"0", 1, 0, 0},
      {"-0.0e5", 1, 0, 0},
      {"0e999999999999999999999", 1, 0, 0},
      {"42", 1, 42, 42},
      {"-42", 1, -42, -42},
      {"+42", 1, 42, 42},
      {"0042", 1, 42, 42},
      {"42.", 1, 42, 42},
      {"42.000", 1, 42, 42},
      {"4.2e1", 1, 42, 42},
      {"4200E-2", 1, 42, 42},
      {"9223372036854775807", 1, INT64_MAX, 9223372036854775808.0},
      {"9223372036854775808", 0, 0, 9223372036854775808.0},
      {"-9223372036854775808", 1, INT64_MIN, -9223372036854775808.0},
      {"-9223372036854775809", 0, 0, -9223372036854775808.0},
      {"92233720368547758070e-1", 1, INT64_MAX, 9223372036854775808.0},
      {"1e18", 1, 1000000000000000000, 1e18},
      {"92e17", 1, 9200000000000000000, 9.2e18},
      {"93e17", 0, 0, 9.3e18},
      {"-93e17", 0, 0, -9.3e18},
      {"1e19", 0, 0, 1e19},
      {"0.5", 0, 0, 0.5},
      {"-.25", 0, 0, -0.25},
      {"1e-5", 0, 0, 1e-5},
      {"1e309", 0, 0, DBL_MAX},
      {"-1e999999999999999999", 0, 0, -DBL_MAX},
      {"1e-400", 0, 0, 0},
  };
  static const char *const none[] = {"",   "-",   "+",    ".",   "e5", "1e",  "1e+", "1.2.3", "1 ",
                                     " 1", "0x1", "1e5.", "--1", "1-", "nan", "inf", "1_0",   "-.e1"};
  static const char *const ascending[] = {"-1e9999999999",
                                          "-1e300",
                                          "-9223372036854775809",
                                          "-9223372036854775808",
                                          "-1.5",
                                          "-1",
                                          "-0.001",
                                          "0",
                                          "1e-999",
                                          "0.001",
                                          "0.0010000000000000000000000001",
                                          "1",
                                          "1.5",
                                          "2",
                                          "10",
                                          "9007199254740992",
                                          "9007199254740993",
                                          "9223372036854775807",
                                          "9223372036854775807.5",
                                          "9223372036854775808",
                                          "1e19",
                                          "1e300",
                                          "1e999"};
  struct pattern_number a, b;
  (void)state;
  for (size_t i = 0; i < COUNT(table); i++) {
    CHECK(pattern_number_parse(&a, table[i].text, strlen(table[i].text)), "%s", table[i].text);
    double off = a.real - table[i].real, size = table[i].real < 0 ? -table[i].real : table[i].real;
    CHECK(a.is_integer == table[i].is_integer && a.integer == table[i].integer &&
              (off < 0 ? -off : off) <= size * 1e-14,
          "%s: %d %lld %.17g", table[i].text, a.is_integer, (long long)a.integer, a.real);
  }
  for (size_t i = 0; i < COUNT(none); i++) assert_false(pattern_number_parse(&a, none[i], strlen(none[i])));
  for (size_t i = 0; i < COUNT(ascending); i++)
    for (size_t k = 0; k < COUNT(ascending); k++) {
      size_t n = strlen(ascending[i]), m = strlen(ascending[k]);
      assert_true(pattern_number_parse(&a, ascending[i], n) && pattern_number_parse(&b, ascending[k], m));
      CHECK(pattern_number_compare(&a, ascending[i], n, &b, ascending[k], m) == (i > k) - (i < k), "%s, %s",
            ascending[i], ascending[k]);
    }
}

/*
** Parses a pattern that ends at an unmapped page.  It is valid, or the error has a position within
** it.
*/
static void try_pattern(struct guarded *g, const char *pattern, size_t n, const char *text) {
  struct pattern p;
  struct err e = {0};
  uint64_t most = 2;
  if (n) memcpy(g->end - n, pattern, n);
  for (size_t i = 0; i < n; i++) most += ((unsigned char)pattern[i] & 0xc0) != 0x80;
  if (pattern_parse(&p, g->end - n, n, &e))
    assert_true(e.code == ERR_ARGUMENT && e.line >= 1 && e.line < most && *e.text);
  else pattern_matches(&p, text, strlen(text));
  pattern_clear(&p);
  assert_int_equal(mem_test_live(), 0);
}

static void try_cuts(struct guarded *g, const char *pattern, const char *text) {
  for (size_t n = 0; n <= strlen(pattern); n++) try_pattern(g, pattern, n, text);
}

/* Every pattern above, truncated at every byte. */
static void test_cut(void **state) {
  struct guarded g;
  (void)state;
  guarded_init(&g, 4096);
  for (size_t i = 0; i < COUNT(aws); i++) try_cuts(&g, aws[i].pattern, aws[i].text);
  for (size_t i = 0; i < COUNT(slots); i++) try_cuts(&g, slots[i].pattern, slots[i].text);
  for (size_t i = 0; i < COUNT(terms); i++) try_cuts(&g, terms[i].pattern, terms[i].text);
  for (size_t i = 0; i < COUNT(errors); i++) try_cuts(&g, errors[i].pattern, WEB);
  guarded_clear(&g);
}

static void test_random_bytes(void **state) {
  static const char letters[] = "[[]],,,  ===!<>&&||\"\"%%...*-?+()\\ab1e\xc3\xa9{}";
  struct guarded g;
  (void)state;
  guarded_init(&g, 4096);
  for (int round = 0; round < 100000; round++) {
    char pattern[40];
    size_t n = random_below(sizeof pattern);
    for (size_t i = 0; i < n; i++)
      pattern[i] = random_below(30) ? letters[random_below(sizeof letters - 1)] : (char)random_below(256);
    if (n && random_below(2)) pattern[0] = '[';
    if (n && random_below(2)) pattern[n - 1] = ']';
    try_pattern(&g, pattern, n, WEB);
  }
  guarded_clear(&g);
}

/*
** Texts that end at an unmapped page, truncated at every byte, and long texts, which must not take
** long.
*/
static void test_texts(void **state) {
  static const char *const patterns[] = {"[a, ..., b=\"x y\", c>=1]", "[a=%x%, b=*y*,]", "x -\"y z\" %a$%", "[..., a]"};
  static const char text[] = "x \"y z\" [q r] \"unclosed [too 12 \r\n";
  struct guarded g;
  size_t big = 1 << 22;
  (void)state;
  guarded_init(&g, big);
  for (size_t i = 0; i < COUNT(patterns); i++) {
    struct pattern p;
    struct err e = {0};
    assert_int_equal(pattern_parse(&p, patterns[i], strlen(patterns[i]), &e), ERR_NONE);
    for (size_t n = 0; n < sizeof text; n++) {
      memcpy(g.end - n, text, n);
      pattern_matches(&p, g.end - n, n);
    }
    for (const char *fill = "\"[ x]y"; *fill; fill++) {
      memset(g.end - big, *fill, big);
      for (size_t k = 1; k < big; k += 2) g.end[k - big] = ' '; /* marks that are never closed, tokens of one byte */
      pattern_matches(&p, g.end - big, big);
      memset(g.end - big, *fill, big);
      pattern_matches(&p, g.end - big, big);
    }
    pattern_clear(&p);
  }
  guarded_clear(&g);
}

static void test_no_memory(void **state) {
  static const char *const patterns[] = {
      "[a=%x%, b=1 && b=2 || b=%y%, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s]",
      "a b c %d% e f g h i j k l m n o p q r s t ?%u%"};
  (void)state;
  for (size_t i = 0; i < COUNT(patterns); i++)
    for (size_t k = 1;; k++) {
      struct pattern p;
      struct err e = {0};
      mem_test_fail(k, 0);
      enum err_code rc = pattern_parse(&p, patterns[i], strlen(patterns[i]), &e);
      size_t calls = mem_test_calls();
      mem_test_fail(0, 0);
      pattern_clear(&p);
      assert_int_equal(mem_test_live(), 0);
      if (calls < k) break;
      assert_int_equal(rc, ERR_NOMEM);
      assert_int_equal(e.code, ERR_NOMEM);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_aws),     cmocka_unit_test(test_slots),     cmocka_unit_test(test_terms),
      cmocka_unit_test(test_errors),  cmocka_unit_test(test_length),    cmocka_unit_test(test_struct),
      cmocka_unit_test(test_numbers), cmocka_unit_test(test_cut),       cmocka_unit_test(test_random_bytes),
      cmocka_unit_test(test_texts),   cmocka_unit_test(test_no_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
