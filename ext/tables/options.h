/* SPDX-License-Identifier: MIT */
/*
** What a user can say to a table besides SQL: the path and the options, as `key=value` arguments
** of CREATE VIRTUAL TABLE or as hidden columns of a table-valued function.
**
** OPTIONS is the one table of them.  The enum, the members of struct options, the list in error
** messages, the values of the hidden columns, the keys that tell scans apart, and the
** documentation follow from it.  A new option is a row here and a function set_NAME() in
** options.c; each SQL table that takes it lists it among its columns.
**
** The struct owns its strings.  Call options_init(), then options_set() and options_parse() as
** often as needed, and options_clear() at the end.  Errors are SQLite codes with a message in
** *pzErr, allocated by SQLite, as xConnect needs them.  All functions belong to the thread that
** owns the connection.
*/
#ifndef TABLES_OPTIONS_H
#define TABLES_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "predicate/filter.h"
#include "record/formats.h"
#include "scan/reader.h"
#include "sqlite/progress_line.h"
#include "sqlite/sqlite.h"

#define OPTIONS_MAX_THREADS 1024
#define OPTIONS_MEMORY      (INT64_C(512) << 20) /* bytes */
#define OPTIONS_MIN_MEMORY  (INT64_C(1) << 20)
#define OPTIONS_LATE        3600      /* seconds */
#define OPTIONS_IDLE        900       /* seconds */
#define OPTIONS_LEAST_IDLE  60        /* seconds */
#define OPTION_UNSET        INT64_MIN /* a number that has not been given */

/* How the value of an option is kept. */
enum option_kind {
  OPTION_TEXT,   /* an owned text; NULL when it was not given */
  OPTION_WORD,   /* one of a few constant words */
  OPTION_NUMBER, /* an int64_t; OPTION_UNSET when it was not given */
};

/* What is special about an option. */
enum option_flag {
  OPTION_CREATE_ONLY = 1, /* an option of CREATE VIRTUAL TABLE; a function refuses it */
  OPTION_REQUIRED = 2,    /* NULL is an error; for other options, NULL is as if the option was not there */
  /*
  ** The option selects records.  It does not change what the records are, so it is no part of the
  ** identity that rowids are made of.
  */
  OPTION_SELECTS = 4,
  OPTION_IS_TERM = 8,       /* it becomes a term of the predicate, which tells scans apart by itself */
  OPTION_NOT_IN_ROWID = 16, /* rowids do not depend on it: with other values, a row is the same row */
  OPTION_NO_CREATE = 32,    /* an option of functions alone; CREATE VIRTUAL TABLE refuses it */
  /*
  ** Each of several values, as in IN, stands for rows of its own, so one scan after the other is the
  ** answer.  Options without it take one value in a query, because the scans would show the same
  ** traffic once for each value.
  */
  OPTION_HAS_ROWS = 64,
};

/* O(name, kind, other members of struct option_info) */
#define OPTIONS(O)                                                                                                     \
  O(path, TEXT, .type = "TEXT", .flags = OPTION_REQUIRED | OPTION_HAS_ROWS,                                            \
    .values = "a file, a folder, a pattern with * ? [] and **, - for standard input, or a JSON array of these",        \
    .doc = "The files to read.  A folder stands for everything below it, and ~/ for the home folder.  Standard input " \
           "and pipes can be read once: CREATE TABLE t AS SELECT * FROM flowlogs('-') keeps their records.",           \
    .example = "path = 'tests/data/AWSLogs/012345678901'",                                                             \
    .twice = "; several paths are given as '[\"a\",\"b\"]' (the path of a record's file is the column file)",          \
    .misused = " (the path of a record's file is the column file)")                                                    \
  O(on_error, WORD, .type = "TEXT", .values = "fail or skip",                                                          \
    .doc = "What happens at a line or file that cannot be used: fail ends the query with an error, skip leaves it "    \
           "out.",                                                                                                     \
    .example = "on_error = 'skip'")                                                                                    \
  O(format, TEXT, .type = "TEXT",                                                                                      \
    .values = "field names, the LogFormat string of the flow log, or a JSON array of several of these",                \
    .doc = "The fields of files that have no header line.",                                                            \
    .example = "format = '${srcaddr} ${dstaddr} ${dstport} ${action}'")                                                \
  O(filter, TEXT, .type = "TEXT", .flags = OPTION_SELECTS, .values = "a CloudWatch Logs filter pattern",               \
    .doc = "Only records that match the pattern are read.",                                                            \
    .example = "filter = '[version, account, eni, source, destination, srcport, destport=22, ...]'",                   \
    .twice = "; two patterns that must both match are written as one, with && or one term after the other",            \
    .misused = "; patterns of which one must match are written as one, with || or ?")                                  \
  O(since, NUMBER, .type = "", .flags = OPTION_SELECTS | OPTION_IS_TERM,                                               \
    .values = "Unix seconds, or YYYY-MM-DD, YYYY-MM-DD HH:MM or YYYY-MM-DD HH:MM:SS, in UTC or with an offset",        \
    .doc = "Only records whose start is at that time or later are read.", .example = "since = '2026-03-09 12:00'")     \
  O(until, NUMBER, .type = "", .flags = OPTION_SELECTS | OPTION_IS_TERM,                                               \
    .values = "Unix seconds, or YYYY-MM-DD, YYYY-MM-DD HH:MM or YYYY-MM-DD HH:MM:SS, in UTC or with an offset",        \
    .doc = "Only records whose start is before that time are read.", .example = "until = '2026-03-10'")                \
  O(threads, NUMBER, .type = "INTEGER", .values = "0 to 1024",                                                         \
    .doc = "How many threads read files, and find them if there are many; 0 for the caller's thread alone.  The "      \
           "default is the number of processors, and to read less than a megabyte 0.  Rows and their order do not "    \
           "depend on it.",                                                                                            \
    .example = "threads = 4")                                                                                          \
  O(columns, WORD, .type = "TEXT", .flags = OPTION_CREATE_ONLY | OPTION_NOT_IN_ROWID, .values = "all or default",      \
    .doc = "Which fields a created table shows; without it, those that the headers of the files have.",                \
    .example = "CREATE VIRTUAL TABLE temp.logs USING flowlogs('tests/data/AWSLogs', columns=all)")                     \
  O(memory, NUMBER, .type = "", .flags = OPTION_NOT_IN_ROWID,                                                          \
    .values = "bytes, or a number with K, M or G: 1M or more",                                                         \
    .doc = "How much memory the groups of a rollup, connections, or the rows that a join keeps may take.  The "        \
           "default is 512M.",                                                                                         \
    .example = "memory = '64M'")                                                                                       \
  O(late, NUMBER, .type = "", .flags = OPTION_NOT_IN_ROWID, .values = "seconds, a number with s, m, h or d, or any",   \
    .doc = "By how much the records in a file may be older than the time in its name says, where AWS delivered late. " \
           "With any, no file is left out because of that time.  The default is 1h.",                                  \
    .example = "late = '6h'")                                                                                          \
  O(progress, WORD, .type = "TEXT", .flags = OPTION_NOT_IN_ROWID, .values = "auto, on or off",                         \
    .doc = "Whether a scan that takes longer than 2 seconds shows on standard error how far it has come.  With auto, " \
           "it does in the sqlite3 shell on a terminal.  The default is the environment variable FLOWLOGS_PROGRESS, "  \
           "or auto.",                                                                                                 \
    .example = "progress = 'on'")                                                                                      \
  O(inside, TEXT, .type = "TEXT", .flags = OPTION_NO_CREATE,                                                           \
    .values = "a JSON array of prefixes, or the name of a table with a column cidr",                                   \
    .doc = "Your networks, by which the direction of a connection is told.  The default is the private address "       \
           "space: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 and fc00::/7.",                            \
    .example = "inside = '[\"10.0.0.0/8\", \"2600:1f18:4a3b:1200::/56\"]'")                                            \
  O(servers, TEXT, .type = "TEXT", .flags = OPTION_NO_CREATE,                                                          \
    .values = "a JSON array of ports, or the name of a table with a column port",                                      \
    .doc = "Ports of your servers, besides those that have a name.  Where no tcp_flags tell who opened a connection, " \
           "they do.",                                                                                                 \
    .example = "servers = '[50051, 7777]'")                                                                            \
  O(idle, NUMBER, .type = "", .flags = OPTION_NO_CREATE,                                                               \
    .values = "seconds, or a number with s, m, h or d: 60 seconds or more",                                            \
    .doc = "A longer pause between the records of two ends begins another connection.  It must be longer than the "    \
           "aggregation interval of the logs, which is 10 minutes at most.  The default is 15m.",                      \
    .example = "idle = '1h'")                                                                                          \
  O(index_file, TEXT, .type = "TEXT", .flags = OPTION_NOT_IN_ROWID,                                                    \
    .values = "the path of an index that flowlogs_index_build has made, ~/ for the home folder",                       \
    .doc = "Files that are as they were when the index was built, and in which no record can match by what it says, "  \
           "are not opened.  The rows are the same.  All other files are read.",                                       \
    .example = "index_file = 'build/logs.idx'")

enum option {
#define O(name, kind, ...) OPTION_##name,
  OPTIONS(O) OPTION_COUNT
#undef O
};

enum columns_shown {
  COLUMNS_FOUND,   /* the fields that the headers of the files have */
  COLUMNS_DEFAULT, /* the 14 fields of the default format */
  COLUMNS_ALL,
};

#define OPTION_MEMBER_TEXT   char *
#define OPTION_MEMBER_WORD   const char *
#define OPTION_MEMBER_NUMBER int64_t

struct options {
#define O(name, kind, ...) OPTION_MEMBER_##kind name;
  OPTIONS(O) /* the values as the hidden columns show them */
#undef O
  enum policy policy;           /* on_error, parsed: POLICY_FAIL or POLICY_SKIP */
  struct formats *formats;      /* format, parsed; owned; NULL for none */
  struct filter *pattern;       /* filter, parsed; shared by copies; NULL for none */
  enum columns_shown shown;     /* columns, parsed */
  enum progress_mode showing;   /* progress, parsed */
  sqlite3_value *data;          /* the payload, instead of a path; valid during xFilter only; NULL for none */
  char *as_given[OPTION_COUNT]; /* owned: the text that the hidden column shows instead of the number, or NULL */
  uint8_t given[OPTION_COUNT];  /* the option is one that the CREATE statement has named */
};

/* One row of the table, indexed by enum option. */
struct option_info {
  const char *name;
  enum option_kind kind;
  size_t offset; /* of the member in struct options */
  int (*set)(struct options *o, const char *value, char **pzErr);
  const char *type;    /* declared type of the hidden column; "" for none */
  unsigned flags;      /* enum option_flag */
  const char *values;  /* which values there are */
  const char *doc;     /* what it does, in whole sentences */
  const char *example; /* a condition, or a statement for an option of CREATE */
  const char *twice;   /* what to write instead of giving it twice; NULL for nothing more to say */
  const char *misused; /* the same for a use that cannot be passed on to the scan; NULL: it takes one value */
};

extern const struct option_info option_table[OPTION_COUNT];

void options_init(struct options *o);
void options_clear(struct options *o);

/* *to is initialised in any case.  SQLITE_NOMEM. */
int options_copy(struct options *to, const struct options *from);

/* The option of that name, in any case of letters, or OPTION_COUNT. */
enum option options_find(const char *name);

/*
** Sets one option.  A NULL value leaves it as it is, but is an error for one with
** OPTION_REQUIRED.
*/
int options_set(struct options *o, enum option option, const char *value, char **pzErr);

/*
** Reads an argument of CREATE VIRTUAL TABLE: 'path' or key=value, the value with quotes or
** without.
*/
int options_parse(struct options *o, const char *argument, char **pzErr);

/*
** The option was given as this text, and its hidden column is to show it so.  SQLite compares the
** column with the text again in some plans, for example when it takes a common condition out of an
** OR, so `since = '2026-03-09'` must be true although the option is a number.  SQLITE_NOMEM.
*/
int options_show(struct options *o, enum option option, const char *text);

/* Passes the option's value to SQLite as the result of its hidden column. */
void options_result(sqlite3_context *ctx, const struct options *o, enum option option);

/*
** Is it a number that cannot be meant as Unix seconds?  A date without quotes is one, because SQL
** computes 2026-03-09 as 2014, and so are 20260309 and milliseconds.  Such a value would select
** nothing or everything, and nobody would see why.  0 and other small numbers are accepted.
*/
int options_is_no_second(int64_t n);

/*
** What progress says, or else the environment variable FLOWLOGS_PROGRESS, or else PROGRESS_AUTO.
** SQLITE_ERROR when the variable has another value than the option may have.
*/
int options_progress(const struct options *o, enum progress_mode *mode, char **pzErr);

/* Has an option with OPTION_SELECTS a value? */
int options_select(const struct options *o);

/*
** A text that is the same for the same values of the options and different for different ones.
** Options that have one of the flags are left out.  The caller frees it with sqlite3_free(); NULL
** when there is no memory.
*/
char *options_key(const struct options *o, unsigned without);

#endif
