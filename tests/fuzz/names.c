/* SPDX-License-Identifier: MIT */
/*
** Names of objects.  What object_name_parse() finds are parts of the path; a name that is put
** together by AWS's rule has the parts that were put in; a path gives fields of the right form
** alone; and no file is pruned in which a record passes the predicate, as long as the record lies
** within what prune.h says of such a file.
**
** Input: choices, from which names and conditions are made, and a path.
*/
#include "fuzz.h"
#include "mem_test.h"

#include "base/calendar.h"
#include "file/object_name.h"
#include "predicate/prune.h"
#include "record/path_fields.h"
#include "record/record.h"

static void check_part(const struct object_name_part *part, const char *path) {
  if (!part->p) return;
  PROPERTY(part->p >= path && part->p + part->n <= path + strlen(path) && part->n > 0, "%s", path);
  PROPERTY(!memchr(part->p, '/', part->n), "%s", path);
}

static void check_path(const char *path) {
  struct object_name k;
  struct path_fields f;
  object_name_parse(&k, path);
  check_part(&k.account, path);
  check_part(&k.region, path);
  check_part(&k.flow_log_id, path);
  PROPERTY(!k.is_exact || k.is_flow_log, "%s", path);
  PROPERTY(k.is_flow_log == (k.delivered != OBJECT_NAME_NO_TIME) && (!k.is_partial || !k.is_flow_log), "%s", path);
  PROPERTY(!k.is_flow_log || (k.account.p && k.region.p && k.flow_log_id.p), "%s", path);
  path_fields_of(&f, path);
  for (int i = 0; i < f.n; i++) {
    const struct path_field *item = &f.item[i];
    const char *letters = item->field == FIELD_account_id ? "0123456789" : "abcdefghijklmnopqrstuvwxyz0123456789-";
    PROPERTY(strspn(item->text, letters) == item->n && item->n > 0 && item->n <= PATH_FIELD_BYTES, "%s", item->text);
    PROPERTY(path_fields_find(&f, item->field) == i, "%d", i);
    for (size_t at = item->n; at < sizeof item->text; at++) PROPERTY(!item->text[at], "no zeros behind %s", item->text);
  }
}

/* --- a name that is put together, and a record that may lie in such a file ------------------- */

struct made {
  char path[512], region[32];
  int64_t delivered;
};

static const char *const regions[] = {"us-east-1", "us-east-2", "eu-west-1", "us-gov-west-1", "x"};

static struct made make_name(struct choices *c) {
  static const char *const folders[] = {
      "", "AWSLogs/012345678901/vpcflowlogs/ap-south-1/2024/05/01/", "a/",
      "AWSLogs/aws-account-id=012345678901/aws-service=vpcflowlogs/aws-region=ap-south-1/year=2024/", "/"};
  static const char *const suffixes[] = {".log.gz", ".log", ".log.parquet"};
  struct made m;
  char stamp[CALENDAR_TEXT];
  snprintf(m.region, sizeof m.region, "%s", regions[choose(c, 5)]);
  m.delivered = (int64_t)(choose_word(c) % (uint64_t)(CALENDAR_MAX / (choose(c, 2) ? 1 : 128))) / 300 * 300;
  calendar_format(m.delivered, stamp);
  snprintf(m.path, sizeof m.path, "%s123456789012_vpcflowlogs_%s_fl-0123_%.4s%.2s%.2sT%.2s%.2sZ_%08x%s",
           folders[choose(c, 5)], m.region, stamp, stamp + 5, stamp + 8, stamp + 11, stamp + 14, choose_byte(c),
           suffixes[choose(c, 3)]);
  return m;
}

static void check_made(const struct made *m) {
  struct object_name k;
  struct path_fields f;
  object_name_parse(&k, m->path);
  PROPERTY(k.is_flow_log && k.is_exact && !k.is_partial && k.delivered == m->delivered, "%s: %lld", m->path,
           (long long)k.delivered);
  PROPERTY(k.account.n == 12 && !memcmp(k.account.p, "123456789012", 12), "%s", m->path);
  PROPERTY(k.region.n == strlen(m->region) && !memcmp(k.region.p, m->region, k.region.n), "%s", m->path);
  PROPERTY(k.flow_log_id.n == 7, "%s", m->path);
  path_fields_of(&f, m->path);
  int region = path_fields_find(&f, FIELD_region);
  PROPERTY(region >= 0 && !strcmp(f.item[region].text, m->region), "%s", m->path);
}

/* A text of a condition on the region or the path: as it is, or cut. */
static const char *choose_operand(struct choices *c, const struct made *m, int subject, size_t *n) {
  const char *text = subject == SUBJECT_FILE ? m->path : choose(c, 2) ? m->region : regions[choose(c, 5)];
  uint32_t cut = choose_byte(c);
  *n = strlen(text);
  if (cut < *n) *n = cut;
  return text;
}

static void set_text(struct predicate_text *t, const char *p, size_t n) {
  struct err e = {0};
  if (predicate_set_text(t, p, n, &e)) abort();
}

static struct predicate_term make_term(struct choices *c, const struct made *m, const int64_t record[2]) {
  static const uint8_t ops[] = {PREDICATE_EQUAL, PREDICATE_BETWEEN, PREDICATE_PREFIX, PREDICATE_TEXTS};
  static const int subjects[] = {FIELD_region, FIELD_start, FIELD_end, SUBJECT_FILE};
  struct predicate_term t = {0};
  struct err e = {0};
  size_t n;
  int subject = subjects[choose(c, 4)];
  set_init(&t.set);
  t.subject = (uint8_t)subject;
  t.negated = (uint8_t)choose(c, 2);
  t.null_passes = (uint8_t)(choose(c, 4) == 0);
  if (subject == FIELD_start || subject == FIELD_end) {
    int64_t at = record[subject == FIELD_end] + (int64_t)choose(c, 7) * 300 - 900,
            high = at + (int64_t)choose(c, 4) * 450;
    t.op = choose(c, 5) ? PREDICATE_RANGE : PREDICATE_NUMBERS;
    t.low = (uint64_t)(at > 0 ? at : 0);
    t.high = (uint64_t)(high > 0 ? high : 0);
    if (t.op == PREDICATE_NUMBERS && (set_add_number(&t.set, t.low, &e) || set_add_number(&t.set, t.high, &e))) abort();
    return t;
  }
  const char *p = choose_operand(c, m, subject, &n);
  t.op = ops[choose(c, 4)];
  if (t.op == PREDICATE_TEXTS) {
    if (set_add_text(&t.set, p, n, &e)) abort();
    return t;
  }
  set_text(&t.text, p, n);
  if (t.op == PREDICATE_BETWEEN) {
    p = choose_operand(c, m, subject, &n);
    set_text(&t.text_high, p, n);
    t.text.open = (int)choose(c, 2);
    t.text_high.open = (int)choose(c, 2);
  }
  t.fold = t.op == PREDICATE_PREFIX && choose(c, 2);
  return t;
}

static struct tokens tokens;

/*
** Does the record pass?  It has the region of the path in one of the ways in which a record may.
*/
static int keeps(const struct predicate *p, const struct made *m, const int64_t record[2], uint32_t has) {
  static const char *const formats[] = {"start end region", "start end srcport", "region end", "srcport region start",
                                        "srcport"};
  static struct layout l;
  static struct predicate_bound bound;
  struct path_fields fields_of_path;
  struct err e = {0};
  char text[256], format[64];
  int n = snprintf(text, sizeof text, "%lld %lld %s\n", (long long)record[0], (long long)record[1],
                   has & 8 ? "-" : m->region);
  snprintf(format, sizeof format, "%s", formats[has % 5]);
  if (has % 5 == 1) n = snprintf(text, sizeof text, "%lld %lld 1\n", (long long)record[0], (long long)record[1]);
  if (has % 5 == 2) n = snprintf(text, sizeof text, "%s %lld\n", m->region, (long long)record[1]);
  if (has % 5 == 3) n = snprintf(text, sizeof text, "1 %s %lld\n", m->region, (long long)record[0]);
  if (has % 5 == 4) n = snprintf(text, sizeof text, "1\n");
  if (layout_from_option(&l, format, strlen(format), &e)) abort();
  char *copy = copy_of(text, (size_t)n, TOKENS_BLOCK);
  tokens_split(&tokens, copy, (size_t)n);
  struct line line = tokens_line(&tokens, 0, 0);
  PROPERTY(record_check(&l, &line) == RECORD_FITS, "%s: %s", format, text);
  path_fields_of(&fields_of_path, m->path);
  predicate_bind(p, &l, &fields_of_path, &bound);
  int kept = !bound.never && predicate_keeps(&bound, &line) && predicate_keeps_file(p, m->path);
  free(copy);
  return kept;
}

static void check_pruning(struct choices *c, const struct made *m) {
  struct predicate p;
  struct err e = {0};
  int64_t late = choose(c, 3) * INT64_C(3600), record[2];
  record[0] = m->delivered - 960 - late + (int64_t)choose(c, 65536) % (1560 + late + 1);
  record[1] = m->delivered - 360 - late + (int64_t)choose(c, 65536) % (960 + late + 1);
  uint32_t has = choose_byte(c), n = 1 + choose(c, 4);
  if (record[0] < 0 || record[1] < 0 || record[1] > KIND_TIME_MAX || record[0] > KIND_TIME_MAX) return;
  predicate_init(&p);
  while (n--) {
    struct predicate_term t = make_term(c, m, record);
    if (predicate_add(&p, &t, &e)) abort();
  }
  predicate_finish(&p);
  if (keeps(&p, m, record, has)) {
    enum prune why = prune_reason(&p, m->path, late);
    PROPERTY(why == PRUNE_NONE, "%s is pruned (%d), and has a record with start %lld, end %lld", m->path, why,
             (long long)record[0], (long long)record[1]);
    PROPERTY(prune_reason(&p, m->path, PRUNE_LATE_ANY) == PRUNE_NONE, "%s", m->path);
  }
  predicate_clear(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct choices c = {data, size};
  struct err e = {0};
  if (!tokens.at && tokens_init(&tokens, 4096, &e)) abort();
  size_t live = mem_test_live();
  if (choose(&c, 4)) {
    struct made m = make_name(&c);
    check_made(&m);
    for (int i = 0; i < 4; i++) check_pruning(&c, &m);
  } else {
    size_t n;
    const char *p = choose_text(&c, 0, &n);
    char *path = text_of(p, n);
    check_path(path);
    free(path);
  }
  PROPERTY(mem_test_live() == live, "memory is left behind");
  return 0;
}
