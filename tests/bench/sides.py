# SPDX-License-Identifier: MIT
"""The programs that bench.py compares: flowlogs in the sqlite3 shell, DuckDB in node, inflate
(zlib or ISA-L alone), and a pipe into awk. Each of them returns a Run, or raises Failed."""

import json
import os
import shutil
import subprocess
import sys
import typing

DUCKDB = "1.5.6-r.1"  # of the npm package @duckdb/node-api, which brings DuckDB 1.5.6 with it

FIELDS = ("version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
          "log_status").split()
V5_FIELDS = FIELDS + ("vpc_id subnet_id instance_id tcp_flags type pkt_srcaddr pkt_dstaddr region az_id "
                      "sublocation_type sublocation_id pkt_src_aws_service pkt_dst_aws_service flow_direction "
                      "traffic_path").split()
INTEGERS = set("version srcport dstport protocol packets bytes start end tcp_flags traffic_path".split())


class Failed(Exception):
    """The reason why a program gave no answer."""


class Run(typing.NamedTuple):
    seconds: float
    cpu: float
    mib: float
    rows: list  # sorted, the columns with | between, as the sqlite3 shell prints them


def say(text):
    print(text, file=sys.stderr, flush=True)


def cores():
    """The number of processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


class Sides:
    def __init__(self, build):
        self.build = build
        self.tools = build / "bench"
        self.duckdb = DuckDB(self.tools / "duckdb")
        self.inflates = self.flowlogs("SELECT flowlogs_inflate()").rows[0]
        self.has_isal = self.inflates.startswith("ISA-L")

    def measured(self, command, text=""):
        done = subprocess.run([self.tools / "measure", *command], input=text, text=True, capture_output=True,
                              env={k: v for k, v in os.environ.items() if k != "FLOWLOGS_ROOT"})
        *messages, taken = done.stderr.splitlines() or [f"{command[0]} ended without a word"]
        if done.returncode:
            raise Failed(" ".join(messages) or taken)
        seconds, cpu, kib = taken.split()
        return Run(float(seconds), float(cpu), int(kib) / 1024, sorted(done.stdout.splitlines()))

    def flowlogs(self, sql, build="."):
        # The user's ~/.sqliterc is not read, because it may set another output mode.
        return self.measured(["sqlite3", "-init", os.devnull, "-cmd", f".load {self.build / build}/flowlogs", ":memory:", sql])

    def flowlogs_times(self, sql, times):
        """The same query several times in one process; its rows count once."""
        run = self.flowlogs(";".join([sql] * times))
        return run._replace(rows=run.rows[::times])

    def flowlogs_zlib(self, sql):
        return self.flowlogs(sql, "zlib")

    def yardstick(self, files, processes, library="zlib"):
        return self.measured([self.tools / "inflate", library, str(processes)], "".join(f"{f}\n" for f in files))

    def awk(self, files, program):
        cat = "gzip -dc" if str(files[0]).endswith(".gz") else "cat"
        return self.measured(["sh", "-c", f"program=$1; shift; {cat} \"$@\" | awk \"$program\"", "sh", program, *files])


class DuckDB:
    """A node process that answers one query after the other. `missing` says in a word or two why
    there is none."""

    def __init__(self, folder):
        self.folder = folder
        self.process = None
        self.missing = self._install()

    def _install(self):
        for tool in ("node", "npm"):
            if not shutil.which(tool):
                return f"no {tool}"
        about = self.folder / "node_modules/@duckdb/node-api/package.json"
        if about.exists() and json.loads(about.read_text())["version"] == DUCKDB:
            return None
        say(f"installing DuckDB {DUCKDB}")
        self.folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--save-exact", "--prefix", self.folder,
                               f"@duckdb/node-api@{DUCKDB}"], stdout=sys.stderr)
        return "npm fails" if done.returncode else None

    def start(self):
        """Ends the old process and starts a new one, so that peak memory is measured for each
        query alone."""
        self.close()
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "duckdb.js")
        self.process = subprocess.Popen(["node", script, str(cores())], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE,
                                        env=dict(os.environ, NODE_PATH=str(self.folder / "node_modules")))

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.wait()

    def run(self, sql):
        if self.missing:
            raise Failed(self.missing)
        if not self.process:
            self.start()
            self.run("SELECT 1")
        print(json.dumps(sql), file=self.process.stdin, flush=True)
        said = json.loads(self.process.stdout.readline() or '{"error": "node ended"}')
        if "error" in said:
            raise Failed(said["error"])
        return Run(said["seconds"], 0.0, said["mib"], sorted(said["rows"]))


def duckdb_table(data):
    columns = ", ".join(f"'{name}': '{'BIGINT' if name in INTEGERS else 'VARCHAR'}'"
                        for name in (V5_FIELDS if data.format == "v5" else FIELDS))
    return (f"read_csv('{data.folder}/**/*{data.suffix}', delim = ' ', header = true, auto_detect = false, "
            f"nullstr = '-', columns = {{{columns}}})")
