/* SPDX-License-Identifier: MIT */
/*
** A URL begins with a scheme and "://", as RFC 3986 says.  The commands in the messages are to be copied into
** a shell, so what it would not take for one word is quoted there.
*/
#include "file/given_path.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/chars.h"
#include "base/glob.h"

#define PIPED "sqlite3 :memory: '.load flowlogs' \"SELECT … FROM flowlogs('-')\""

/* The length of the scheme that a URL begins with, or 0. */
static size_t scheme_length(const char *p) {
  size_t n = 0;
  while (char_is_alnum(p[n]) || (n && (p[n] == '+' || p[n] == '-' || p[n] == '.'))) n++;
  return n && !char_is_digit(p[0]) && !strncmp(p + n, "://", 3) ? n : 0;
}

/* Writes n bytes as a word of a shell.  What has no room is left out. */
static void shell_word(const char *p, size_t n, char out[ERR_TEXT]) {
  static const char plain[] = "/:._-+=@%,~";
  size_t used = 0, safe = 0;
  while (safe < n && (char_is_alnum(p[safe]) || strchr(plain, p[safe]))) safe++;
  int is_quoted = safe < n;
  if (is_quoted) out[used++] = '\'';
  for (size_t i = 0; i < n && used + 6 < ERR_TEXT; i++) {
    if (p[i] == '\'') memcpy(out + used, "'\\''", 4), used += 4;
    else out[used++] = p[i];
  }
  if (is_quoted) out[used++] = '\'';
  out[used] = 0;
}

/* Is it a Parquet file, which can't come through a pipe? */
static int is_parquet(const char *url) {
  static const char ending[] = ".parquet";
  size_t n = strcspn(url, "?#"), of = sizeof ending - 1;
  return n > of && !strncasecmp(url + n - of, ending, of);
}

/*
** An object of S3 comes through a pipe.  For all below a prefix, or what a pattern stands for, there is a
** command that copies only what is new.  Without a dot in its last part, it may be either.
*/
static enum err_code is_s3(const char *url, size_t scheme, struct err *e) {
  char object[ERR_TEXT], prefix[ERR_TEXT];
  const char *key = strchr(url + scheme + 3, '/'), *last = strrchr(url, '/') + 1;
  size_t n = strlen(url), fixed = key ? strcspn(url, GLOB_MAGIC) : n;
  int is_prefix = !key || fixed < n || !*last;
  shell_word(url, n, object);
  while (key && is_prefix && url[fixed - 1] != '/') fixed--;
  shell_word(url, is_prefix ? fixed : n, prefix);
  if (is_prefix)
    return err_set(e, ERR_ARGUMENT, 0,
                   "'%s' lies in S3, and flowlogs reads files; type aws s3 sync %s%s logs/ and ask flowlogs('logs/')",
                   url, prefix, key ? "" : "/");
  if (is_parquet(url))
    return err_set(e, ERR_ARGUMENT, 0,
                   "'%s' lies in S3, and flowlogs reads files; type aws s3 cp %s logs/ and ask flowlogs('logs/')", url,
                   object);
  if (strchr(last, '.'))
    return err_set(e, ERR_ARGUMENT, 0, "'%s' lies in S3, and flowlogs reads files; type aws s3 cp %s - | " PIPED, url,
                   object);
  return err_set(e, ERR_ARGUMENT, 0,
                 "'%s' lies in S3, and flowlogs reads files; type aws s3 cp %s - | " PIPED
                 ", or, for all objects below it, aws s3 sync %s/ logs/ and ask flowlogs('logs/')",
                 url, object, prefix);
}

static enum err_code is_url(const char *url, size_t scheme, struct err *e) {
  char word[ERR_TEXT];
  shell_word(url, strlen(url), word);
  if (scheme == 2 && !strncasecmp(url, "s3", 2)) return is_s3(url, scheme, e);
  if (scheme == 4 && !strncasecmp(url, "file", 4))
    return err_set(e, ERR_ARGUMENT, 0, "'%s' is a URL, and flowlogs takes paths; write the path behind file://", url);
  int is_http = (scheme == 4 || scheme == 5) && !strncasecmp(url, "https", scheme);
  if (is_http && is_parquet(url))
    return err_set(e, ERR_ARGUMENT, 0,
                   "'%s' is a URL, and flowlogs reads files; type curl -fsSL %s -o logs.parquet and ask "
                   "flowlogs('logs.parquet')",
                   url, word);
  if (is_http)
    return err_set(e, ERR_ARGUMENT, 0, "'%s' is a URL, and flowlogs reads files; type curl -fsSL %s | " PIPED, url,
                   word);
  return err_set(e, ERR_ARGUMENT, 0,
                 "'%s' is a URL, and flowlogs reads files; copy what it stands for to a file, or pipe it into " PIPED,
                 url);
}

/* "~" or "~/…" */
static const char *in_home(struct files *f, const char *given, struct err *e) {
  const char *home = getenv("HOME"), *rest = given + 1 + strspn(given + 1, "/");
  if (!home || !*home) {
    err_set(e, ERR_ARGUMENT, 0, "'%s': ~ stands for the folder in HOME, which is not set; write the whole path", given);
    return NULL;
  }
  return *rest ? files_join(f, home, rest, strlen(rest), e) : files_join(f, "", home, strlen(home), e);
}

const char *given_path(struct files *f, const struct root_guard *guard, const char *given, struct err *e) {
  struct stat st;
  size_t scheme = scheme_length(given);
  int is_special = scheme || given[0] == '~';
  if (!*given) err_set(e, ERR_ARGUMENT, 0, "the path is empty");
  else if (!is_special || !root_guard_stat(guard, given, &st)) return files_join(f, "", given, strlen(given), e);
  else if (scheme) is_url(given, scheme, e);
  else if (!given[1] || given[1] == '/') return in_home(f, given, e);
  else if (!strchr(given, '/')) return files_join(f, "", given, strlen(given), e);
  else
    err_set(e, ERR_ARGUMENT, 0,
            "'%s': ~/ stands for your own home folder, and flowlogs knows no other; write the whole path, which "
            "echo %.*s shows",
            given, (int)strcspn(given, "/"), given);
  return NULL;
}
