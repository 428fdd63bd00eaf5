/* SPDX-License-Identifier: MIT */
/*
** Two pairs of fields are compared.  In each of them the first can never be larger than the
** second: start and end, packets and bytes (a packet has at least a header).  But packets without
** bytes are no sign of exchanged columns, because AWS does not count the bytes of what VPC
** Block Public Access rejects.  Such a record says nothing of this pair.
**
** A layout is judged by a few records at the beginning alone, of which nothing but these values is
** looked at, because a folder may have very many files of a few records each.  A record counts if
** it has both values of a pair.
*/
#include "record/plausible.h"

#include "base/chars.h"
#include "base/number.h"

#define PAIRS 2

/* In a record, the value of `low` is at most that of `high`. */
static const struct {
  enum field low, high;
  int may_be_zero;    /* `high` may be 0 whatever `low` is */
  const char *broken; /* in words: `low` is larger */
} pairs[PAIRS] = {
    {FIELD_start, FIELD_end, 0, "end is before start"},
    {FIELD_packets, FIELD_bytes, 1, "there are fewer bytes than packets"},
};

int plausible_partner(int field) {
  for (int i = 0; i < PAIRS; i++) {
    if ((int)pairs[i].low == field) return (int)pairs[i].high;
    if ((int)pairs[i].high == field) return (int)pairs[i].low;
  }
  return FIELD_NONE;
}

/*
** Returns 1, and the value, if the line has a number at the place of the field that the field can
** have.  A line with another number, such as milliseconds, is an error of its own.
*/
static int value_of(const struct layout *l, const struct line *line, enum field f, uint64_t *value) {
  size_t n;
  if (l->token[f] == LAYOUT_ABSENT) return 0;
  const char *p = token_text(line, (uint32_t)l->token[f], &n);
  if (!number_fits(p, n)) return 0;
  *value = number_value(p, n);
  return *value <= kind_max(fields[f].kind);
}

enum pair_is { PAIR_ABSENT /* there is no such pair, or it says nothing */, PAIR_GOOD, PAIR_BROKEN };

static enum pair_is look(const struct layout *l, const struct line *line, int pair, uint64_t *low, uint64_t *high) {
  if (!value_of(l, line, pairs[pair].low, low) || !value_of(l, line, pairs[pair].high, high)) return PAIR_ABSENT;
  if (*low <= *high) return PAIR_GOOD;
  return pairs[pair].may_be_zero && !*high ? PAIR_ABSENT : PAIR_BROKEN;
}

int plausible_not_record(const struct layout *l, const struct line *line, char why[ERR_TEXT]) {
  uint64_t start, end, packets, bytes;
  int times = look(l, line, 0, &start, &end) == PAIR_BROKEN, counts = look(l, line, 1, &packets, &bytes) == PAIR_BROKEN;
  char about_times[ERR_TEXT] = "", about_counts[ERR_TEXT] = "";
  if (!times && !counts) return 0;
  if (!why) return 1;
  if (times)
    err_print(about_times, "its end (%llu) is before its start (%llu)", (unsigned long long)end,
              (unsigned long long)start);
  if (counts)
    err_print(about_counts, "it has fewer bytes (%llu) than packets (%llu)", (unsigned long long)bytes,
              (unsigned long long)packets);
  err_print(why, "is read, but cannot be right: %s%s%s", about_times, times && counts ? ", and " : "", about_counts);
  return 1;
}

/* What was found in the records of a window. */
struct findings {
  uint32_t records;       /* with both values of a pair */
  uint32_t wrong;         /* of these, with a pair that is broken */
  uint32_t broken[PAIRS]; /* records with this pair broken */
};

static void count_record(const struct layout *l, const struct line *line, struct findings *f) {
  int has = 0, wrong = 0;
  for (int i = 0; i < PAIRS; i++) {
    uint64_t low, high;
    enum pair_is is = look(l, line, i, &low, &high);
    has |= is != PAIR_ABSENT;
    wrong |= is == PAIR_BROKEN;
    f->broken[i] += is == PAIR_BROKEN;
  }
  f->records += (uint32_t)has;
  f->wrong += (uint32_t)wrong;
}

static int has_pair(const struct layout *l) {
  for (int i = 0; i < PAIRS; i++)
    if (l->token[pairs[i].low] != LAYOUT_ABSENT && l->token[pairs[i].high] != LAYOUT_ABSENT) return 1;
  return 0;
}

/* Is the line a header behind which the lines are of another layout? */
static int begins_another(const struct layout *l, const struct line *line) {
  struct layout header;
  struct err unused;
  if (line->count == 0 || char_is_digit(line->text[line->at[0]])) return 0; /* no name begins with a digit */
  unused.code = ERR_NONE;
  enum layout_header found = layout_find_header(l, line, &header, &unused);
  return found == LAYOUT_HEADER_NEW || found == LAYOUT_HEADER_BAD;
}

int plausible_not_layout(const struct layout *l, const struct formats_state *s, const struct tokens *t, uint32_t first,
                         uint32_t end, char why[ERR_TEXT]) {
  struct findings f = {0};
  uint32_t last = end - first > PLAUSIBLE_LINES ? first + PLAUSIBLE_LINES : end;
  if (!has_pair(l)) return 0;
  for (uint32_t i = first; i < last && f.records < PLAUSIBLE_RECORDS; i++) {
    const struct line line = tokens_line(t, i, 0);
    if (begins_another(l, &line)) last = i;
    if (line.count == l->ntokens && !(s && formats_is_other(s, &line))) count_record(l, &line, &f);
  }
  if (f.records < PLAUSIBLE_LEAST) return last - first < PLAUSIBLE_LINES ? -1 : 0;
  if (f.wrong * 2 <= f.records) return 0;
  int times = f.broken[0] * 2 > f.wrong, counts = f.broken[1] * 2 > f.wrong, both = times == counts;
  err_print(why,
            "seems to have %s exchanged: in %u of its first %u records, %s%s%s; the header of the file, or format, "
            "must name the fields in the order of its lines",
            both    ? "start and end, or packets and bytes,"
            : times ? "start and end"
                    : "packets and bytes",
            (unsigned)f.wrong, (unsigned)f.records, times || both ? pairs[0].broken : "", both ? ", or " : "",
            counts || both ? pairs[1].broken : "");
  return 1;
}
