/* SPDX-License-Identifier: MIT */
/*
** Brackets of both kinds are counted with one number instead of a stack.  A value such as {]
** therefore passes here; whoever reads such a value refuses it.  Strings must be recognised, because a bracket within a string does not count, and a backslash hides the
** quote that follows it.
*/
#include "base/json.h"

#include <string.h>

#include "base/chars.h"

/*
** Returns a pointer to what follows the string whose opening quote is at p, or NULL with *e set.
*/
static const char *skip_string(const char *p, const char *end, struct err *e) {
  for (p++; p < end && *p != '"'; p++) {
    if ((unsigned char)*p < ' ') {
      err_set(e, ERR_FORMAT, 0, "is no JSON: a string has a control byte (0x%02x)", (unsigned char)*p);
      return NULL;
    }
    if (*p != '\\') continue;
    if (++p == end) break; /* the escaped character is skipped */
  }
  if (p < end) return p + 1;
  err_set(e, ERR_DAMAGED, 0, "is cut off: a JSON string has no end");
  return NULL;
}

/*
** Returns a pointer to what follows the object, array or string that begins at p, or NULL with *e
** set.
*/
static const char *skip_value(const char *p, const char *end, struct err *e) {
  size_t depth = 0;
  do {
    if (*p == '"') {
      if (!(p = skip_string(p, end, e))) return NULL;
      continue;
    }
    if (*p == 0) {
      err_set(e, ERR_FORMAT, 0, "is no JSON: it has a NUL byte");
      return NULL;
    }
    depth += *p == '{' || *p == '[';
    depth -= *p == '}' || *p == ']';
    p++;
  } while (depth && p < end);
  if (!depth) return p;
  err_set(e, ERR_DAMAGED, 0, "is cut off: a JSON object or array has no end");
  return NULL;
}

enum json_result json_next(const char **p, const char *end, const char **value, size_t *n, struct err *e) {
  *p += chars_space(*p, (size_t)(end - *p));
  if (*p == end) return JSON_END;
  *value = *p;
  if (**p != '{' && **p != '[' && **p != '"') {
    unsigned char c = (unsigned char)**p;
    err_set(e, ERR_FORMAT, 0,
            c > ' ' && c < 0x7f ? "is no JSON: '%c' stands where an object should begin"
                                : "is no JSON: byte 0x%02x stands where an object should begin",
            c);
    return JSON_ERROR;
  }
  const char *behind = skip_value(*p, end, e);
  if (!behind) return JSON_ERROR;
  *n = (size_t)(behind - *p);
  *p = behind;
  return JSON_VALUE;
}

/* The next byte that is not white space; 0 at the end. */
static char list_byte(struct json_list *l) {
  l->p += chars_space(l->p, (size_t)(l->end - l->p));
  return l->p < l->end ? *l->p : 0;
}

static enum json_result list_error(const struct json_list *l, const char *words, struct err *e) {
  err_set(e, ERR_FORMAT, 0, "%s element %zu", l->p == l->end ? "is cut off at" : words, l->count);
  return JSON_ERROR;
}

static enum json_result list_end(struct json_list *l, struct err *e) {
  l->p++;
  list_byte(l);
  if (l->p == l->end) return JSON_END;
  err_set(e, ERR_FORMAT, 0, "goes on behind its ']'");
  return JSON_ERROR;
}

/* The element at l->p, or behind white space there. */
static enum json_result list_value(struct json_list *l, const char **value, size_t *n, struct err *e) {
  char c = list_byte(l);
  l->count++;
  if (c == '"' || c == '[' || c == '{') return json_next(&l->p, l->end, value, n, e);
  *value = l->p;
  while (l->p < l->end && *l->p && !char_is_space(*l->p) && !strchr(",:\"[]{}", *l->p)) l->p++;
  *n = (size_t)(l->p - *value);
  return *n ? JSON_VALUE : list_error(l, "lacks", e);
}

enum json_result json_list_next(struct json_list *l, const char **value, size_t *n, struct err *e) {
  char c = list_byte(l);
  if (!l->is_open && c != '[') {
    err_set(e, ERR_FORMAT, 0, "does not begin with '['");
    return JSON_ERROR;
  }
  if (l->is_open && c == ']') return list_end(l, e);
  if (l->is_open && c != ',') return list_error(l, "has neither ',' nor ']' behind", e);
  l->p++; /* the [ or the comma */
  if (!l->is_open && list_byte(l) == ']') return list_end(l, e);
  l->is_open = 1;
  return list_value(l, value, n, e);
}
