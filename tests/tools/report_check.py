#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The report of many records, and its page in Chromium.

    report_check.py BUILD [RECORDS]

Writes the logs of lib/story.py, 2 million records if it is not said, and makes the report of them. Checks that

- it takes at most twice as long as the SQL that it shows, each section in a shell of its own;
- the page has at most 250 KB, and `tidy` finds it valid;
- it names the attacker, the way in and what left;
- in Chromium, at 1280 and 400 pixels, in light and dark and on paper: nothing is wider than the page, no text leaves its
  element, every text has a contrast of 4.5 and more, and nothing is loaded.

The screenshots are in BUILD/report: somebody has to look at them.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "lib"))

import chromium  # noqa: E402
import story  # noqa: E402
from page import Page  # noqa: E402

SHOWN = [(1280, "light", "screen"), (1280, "dark", "screen"), (400, "light", "screen"), (400, "dark", "screen"), (760, "light", "print")]

# What is wrong with the page as it is laid out now. The background of a text is that of the next element around it that
# has one.
FAULTS = """
(() => {
  const faults = [], number = text => text.match(/[\\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = c.slice(0, 3).map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
                       return .2126 * r + .7152 * g + .0722 * b; };
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth} wide`);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, style = getComputedStyle(element);
    if (!walker.currentNode.data.trim() || element.tagName == 'title' || !element.getClientRects().length) continue;
    texts++;
    let around = element, back = [255, 255, 255, 0];
    while (around && !(back = number(getComputedStyle(around).backgroundColor)).length) around = around.parentElement;
    while (around && back[3] === 0) { around = around.parentElement; if (around) back = number(getComputedStyle(around).backgroundColor); }
    const [a, b] = [light(number(element.closest('svg') ? style.fill : style.color)), light(around ? back : [255, 255, 255])].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) faults.push(`contrast ${((a + .05) / (b + .05)).toFixed(1)}: ${walker.currentNode.data.trim().slice(0, 40)}`);
    const range = document.createRange(); range.selectNodeContents(walker.currentNode);
    for (const box of range.getClientRects())
      if ((box.right > innerWidth + 1 || box.left < -1) && !element.closest('.wide, pre'))
        faults.push(`outside: ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  for (const svg of document.querySelectorAll('svg.strip'))
    if (svg.getBoundingClientRect().width < 100) faults.push('a strip is narrow');
  const marks = [...document.querySelectorAll('.marks a')].map(a => a.getBoundingClientRect());
  marks.forEach((a, i) => marks.slice(0, i).forEach(b => {
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2)
      faults.push('marks of alerts overlap'); }));
  if (texts < 100) faults.push(`only ${texts} texts`);
  return [...new Set(faults)].slice(0, 10);
})()
"""


def shell(build, sql, env=None):
    """(what is printed, seconds)"""
    begin = time.monotonic()
    done = subprocess.run(["sqlite3", "-batch", "-cmd", f".load {build}/flowlogs", ":memory:"], input=sql, text=True, cwd=ROOT,
                          capture_output=True, env={**os.environ, "TZ": "UTC", **(env or {})})
    if done.stderr:
        sys.exit(f"report-check: {done.stderr}")
    return done.stdout, time.monotonic() - begin


def alone(build, page):
    """The seconds that the SQL of the page takes, each section by itself."""
    seconds = {name: shell(build, ".output /dev/null\n" + sql)[1] for name, sql in page.sql.items()}
    for name, took in seconds.items():
        print(f"  {name:10} {took:6.2f} s")
    return sum(seconds.values())


def in_chromium(path, folder):
    faults = []
    with chromium.Page(path, folder) as page:
        for width, scheme, media in SHOWN:
            page.show(width, scheme, media)
            name = f"{width}-{scheme}-{media}"
            faults += [f"{name}: {fault}" for fault in page.value(FAULTS)]
            height = page.value("document.documentElement.scrollHeight")
            for i in range(-(-height // 1300)):
                page.screenshot(folder / f"{name}-{i}.png", i * 1300, 1300)
        page.pdf(folder / "report.pdf")
        faults += [f"loaded: {url}" for url in page.requests[1:]]
    return faults


def valid(path):
    """What tidy says of the page, but for empty elements, which are places for columns."""
    said = subprocess.run(["tidy", "-q", "-e", path], capture_output=True, text=True).stderr.splitlines()
    return [line for line in said if "trimming empty <div>" not in line]


def main(build, records=2_000_000):
    folder = build / "report"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    story.write(folder / "logs", records)
    (folder / "assets.csv").write_text(story.NAMES)
    faults = []
    html, seconds = shell(build, f".parameter init\nINSERT INTO temp.sqlite_parameters VALUES ('@logs', '{folder}/logs');\n"
                          f"INSERT INTO temp.sqlite_parameters VALUES ('@host', '{story.BATCH}');\n.read sql/report.sql\n",
                          {"ASSETS": str(folder / "assets.csv")})
    path = folder / "report.html"
    path.write_text(html)
    page = Page(html)
    faults += page.problems
    by_itself = alone(build, page)
    print(f"{records:,} records: {seconds:.1f} s, its queries alone {by_itself:.1f} s, {seconds / by_itself:.2f} times; {len(html.encode()):,} bytes")
    if seconds > 2 * by_itself:
        faults.append("it takes more than twice as long as its queries")
    if len(html.encode()) > 250_000:
        faults.append("it is too large")
    first = page.text("first")
    faults += [f"not named: {what}" for what in (story.STORY["attacker"], "ssh (22) on bastion", "session at 03-10 16:42", "21.0 GB from batch",
                                                 story.STORY["out"], story.STORY["beacon"]) if what not in first]
    for tool, check in (("tidy", lambda: valid(path)), (chromium.PROGRAM, lambda: in_chromium(path, folder))):
        if tool and shutil.which(tool):
            faults += check()
        else:
            print("report-check: tidy and chromium are needed for the whole check: apt-get install tidy chromium")
    shutil.rmtree(folder / "profile", ignore_errors=True)
    shutil.rmtree(folder / "logs")
    print("\n".join(faults) if faults else f"report-check: clean; look at {folder}/*.png")
    return bool(faults)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), *map(int, sys.argv[2:])))
