/* SPDX-License-Identifier: MIT */
/*
** Makes the flow logs that the benchmarks read.  The same arguments give the same bytes on every
** machine.
**
**   gen OUTDIR RECORDS FILES default|v5 gzip|plain [SEED]
**
** RECORDS is the number of all records, or LEAST-MOST of those in each file, such as 50-500.
**
** The files have names as AWS gives them, one for every five minutes from 2024-05-01 00:00 UTC,
** and a header line each.  The traffic is that of a small VPC: some 200 interfaces with their
** addresses, many remote addresses of which most are rare, a few busy services, and one record in
** eight rejected.  A record of the default format then has about 115 bytes, which gzip compresses
** to a quarter, as with real logs.
*/
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <zlib.h>

#define FIRST_START 1714521600 /* 2024-05-01 00:00:00 UTC */
#define WINDOW      300        /* seconds between two files' names */
#define HOSTS       200
#define REMOTES     60000

static uint64_t state;

static uint32_t rnd(uint32_t n) { /* splitmix64, cut to [0, n) */
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t)(((z ^ (z >> 31)) >> 32) * n >> 32);
}

/* A number in [0, n) whose small values are much likelier than its large ones. */
static uint32_t skewed(uint32_t n) {
  uint32_t a = rnd(n), b = rnd(n);
  return (uint32_t)((uint64_t)a * b / n);
}

static void die(const char *what) {
  fprintf(stderr, "gen: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void make_folders(char *path) {
  for (char *p = path + 1; (p = strchr(p, '/')) != NULL; p++) {
    *p = 0;
    if (mkdir(path, 0777) && errno != EEXIST) die(path);
    *p = '/';
  }
}

struct record {
  char host[16], remote[16];
  unsigned eni, hport, rport, proto, packets, bytes, start, end;
  int reject, inbound;
};

static void make_record(struct record *r, unsigned window) {
  static const unsigned services[] = {443, 443, 443, 80, 22, 53, 5432, 3306, 6379, 8080, 9092, 3389};
  unsigned h = skewed(HOSTS), d = skewed(REMOTES);
  r->eni = h;
  snprintf(r->host, sizeof r->host, "10.0.%u.%u", h >> 5 & 7, 4 + (h & 31) * 7);
  if (d < REMOTES / 8) snprintf(r->remote, sizeof r->remote, "10.0.%u.%u", d >> 5 & 7, 4 + (d & 31) * 7);
  else snprintf(r->remote, sizeof r->remote, "%u.%u.%u.%u", 3 + d % 220, d / 3 & 255, d * 7 & 255, d >> 4 & 255);
  r->hport = services[rnd(12)];
  r->rport = 1024 + rnd(64512);
  r->proto = rnd(20) < 17 ? 6 : rnd(8) ? 17 : 1;
  if (r->proto == 1) r->hport = r->rport = 0;
  r->reject = rnd(8) == 0;
  r->inbound = (int)rnd(2);
  if (r->reject && r->inbound) r->hport = rnd(4) ? r->hport : rnd(65536);
  r->packets = r->reject ? 1 + rnd(3) : 1 + skewed(skewed(4000) + 2);
  r->bytes = r->packets * (40 + skewed(1420));
  r->start = FIRST_START + window * WINDOW + rnd(WINDOW - 60);
  r->end = r->start + 30 + rnd(30);
}

static int print_record(char *p, size_t n, const struct record *r, int v5) {
  const char *src = r->inbound ? r->remote : r->host, *dst = r->inbound ? r->host : r->remote;
  unsigned sport = r->inbound ? r->rport : r->hport, dport = r->inbound ? r->hport : r->rport;
  int k = snprintf(p, n, "%d 123456789012 eni-0%08x%08x %s %s %u %u %u %u %u %u %u %s OK", v5 ? 5 : 2,
                   r->eni * 2654435761u, r->eni * 40503u, src, dst, sport, dport, r->proto, r->packets, r->bytes,
                   r->start, r->end, r->reject ? "REJECT" : "ACCEPT");
  if (v5)
    k += snprintf(p + k, n - (size_t)k,
                  " vpc-0abcdef0123456789 subnet-0%016x i-0%08x%08x %d IPv4 %s %s us-east-1 use1-az%u - - - %s %s %s",
                  (r->eni >> 5) * 97u, r->eni * 2246822519u, r->eni * 3266489917u,
                  r->proto == 6 ? 2 + (int)(r->eni & 1) * 17 : 0, src, dst, 1 + (r->eni >> 5) % 3,
                  !r->inbound && r->hport == 443 ? "S3" : "-", r->inbound ? "ingress" : "egress",
                  r->inbound ? "-" : "8");
  return k;
}

int main(int argc, char **argv) {
  if (argc < 6) return fprintf(stderr, "usage: gen OUTDIR RECORDS FILES default|v5 gzip|plain [SEED]\n"), 2;
  long records = atol(argv[2]), files = atol(argv[3]), most = 0;
  const char *dash = strchr(argv[2], '-');
  if (dash) most = atol(dash + 1);
  int v5 = !strcmp(argv[4], "v5"), gz = !strcmp(argv[5], "gzip");
  state = argc > 6 ? strtoull(argv[6], NULL, 10) : 1;
  for (long f = 0; f < files; f++) {
    char path[4096], line[1024];
    time_t t = FIRST_START + f * WINDOW;
    struct tm tm;
    gmtime_r(&t, &tm);
    snprintf(path, sizeof path,
             "%s/AWSLogs/123456789012/vpcflowlogs/us-east-1/%04d/%02d/%02d/"
             "123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_%04d%02d%02dT%02d%02dZ_%08x.log%s",
             argv[1], tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
             tm.tm_hour, tm.tm_min, rnd(UINT32_MAX), gz ? ".gz" : "");
    make_folders(path);
    gzFile out = gzopen(path, gz ? "wb6" : "wbT");
    if (!out) die(path);
    gzbuffer(out, 1 << 18);
    gzputs(out, "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end "
                "action log-status");
    if (v5)
      gzputs(out, " vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type "
                  "sublocation-id"
                  " pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path");
    gzputs(out, "\n");
    long n = most ? records + rnd((uint32_t)(most - records + 1)) : records * (f + 1) / files - records * f / files;
    for (long i = 0; i < n; i++) {
      struct record r;
      make_record(&r, (unsigned)f);
      int k = print_record(line, sizeof line - 1, &r, v5);
      line[k++] = '\n';
      if (gzwrite(out, line, (unsigned)k) != k) die(path);
    }
    if (gzclose(out) != Z_OK) die(path);
  }
  return 0;
}
