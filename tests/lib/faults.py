# SPDX-License-Identifier: MIT
"""Makes calls fail in every statement of SQL scripts: the driver of fault_host.

    python3 tests/lib/faults.py BUILD alloc|io ours|chains|every [SCRIPT...]

runs the scripts, by default all of tests/sql and sql, as many at a time as there are processors,
and the loading of the extension. The head of fault_host.c explains the words. It prints a line for each, and what is wrong. The host reads SQL alone, so this module resolves
`.read`, sets the parameters, and leaves other commands of the shell out. Scripts that ask for logs
get a few files of the sample, because they have the same plans and calls with less of them.
"""

import concurrent.futures
import csv
import os
import pathlib
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from builds import ROOT, Build, quote  # noqa: E402

FEW_LOGS = "tests/data/AWSLogs/012345678901/vpcflowlogs/us-east-1/2026/06/16/*T1005Z*"
PARAMETERS = f"INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@logs', {quote(FEW_LOGS)});\n"


def import_csv(line):
    """The statements that stand for `.import --csv --schema temp '|…FILE…' TABLE`."""
    table = line.split()[-1]
    file = re.search(r"tests/data/[\w/.-]*\.csv", line)
    rows = list(csv.reader(open(ROOT / file[0], newline=""))) if file else [["file"], ["none"]]
    columns = ", ".join(f'"{c}" TEXT' for c in rows[0])
    yield f"CREATE TABLE temp.{table}({columns});"
    for row in rows[1:]:
        yield f"INSERT INTO temp.{table} VALUES ({', '.join(quote(v) for v in row)});"


def plain_sql(script):
    """The lines of a script without commands of the shell."""
    for line in script.read_text().splitlines():
        if line.startswith(".read ") and "|" not in line:
            yield from plain_sql(ROOT / line.split()[1].strip("'\""))
        elif line.startswith(".import "):
            yield from import_csv(line)
        elif not re.match(r"\.[a-z]", line):
            yield line


def run(build, calls, how, script, below="tests/data", env=None):
    """Runs the host on a script; None stands for the loading of the extension. Returns its output, and whether nothing was wrong."""
    sql = PARAMETERS + "\n".join(plain_sql(script)) + "\n" if script else ""
    # The host is built with the sanitizers itself, so no runtime has to be loaded first. What it
    # leaves in use it counts itself.
    env = {k: v for k, v in dict(build.env, **(env or {})).items() if k != "LD_PRELOAD"}
    env["ASAN_OPTIONS"] = "exitcode=99:detect_leaks=0:allocator_may_return_null=1"
    done = subprocess.run([build.folder / "fault_host", build.extension, calls, how, below], input=sql, text=True,
                          errors="replace", cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout, done.returncode == 0


def main(folder, calls, how, *names):
    folder = pathlib.Path(folder).resolve()
    build = Build("asan" if folder.name == "asan" else "release", folder)
    # A report runs some seven hundred statements, nearly all of which are in other scripts, too.
    found = [*sorted((ROOT / "tests" / "sql").glob("*.sql")), *sorted(p for p in (ROOT / "sql").glob("**/*.sql") if p.name != "report.sql")]
    scripts = [ROOT / n for n in names] or [None, *found]
    wrong = 0
    env = {k: os.environ[k] for k in ("FLOWLOGS_ROOT",) if k in os.environ}

    def timed(script):
        begin = time.monotonic()
        return script, *run(build, calls, how, script, env=env), time.monotonic() - begin

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for script, output, is_right, seconds in pool.map(timed, scripts):
            *problems, last = output.splitlines() or ["the host printed nothing"]
            print(f"{script.relative_to(ROOT) if script else 'loading'}: {last}, {seconds:.0f} s", *problems, sep="\n", flush=True)
            wrong += not is_right
    print(f"faults: {wrong} of {len(scripts)} scripts are wrong" if wrong else "faults: clean")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
