-- The head of the page: its title and its styles, for light and dark screens and for paper.
-- ../report.sql reads this script, which prints nothing. No file and no font is loaded from
-- anywhere; the colours of texts have a contrast of 4.5 and more.
INSERT INTO report_html
SELECT '<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flow logs ' || date(@begin, 'unixepoch') || ' to '
  || date(@begin + @step * @steps - 1, 'unixepoch') || '</title>
<style>
:root {
  --page: #fff;
  --ink: #1b1f24;
  --soft: #57606a;
  --line: #d0d7de;
  --well: #f3f5f7;
  --hot: #b3261e;
  --hotwell: #fdecea;
  --warm: #8a5000;
  --link: #0550ae;
  --out: #c2600a;
  --in: #1a7f8c;
  --stay: #6e7781;
  --no: #8250df;
  color-scheme: light;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #0f1419;
    --ink: #e6edf3;
    --soft: #a3afbb;
    --line: #39424c;
    --well: #1a212a;
    --hot: #ff8f85;
    --hotwell: #38191a;
    --warm: #f0b35a;
    --link: #79b8ff;
    --out: #f0883e;
    --in: #39b5c4;
    --stay: #8b949e;
    --no: #b392f0;
    color-scheme: dark;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 16px; background: var(--page);
  color: var(--ink); font: 15px/1.45 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: 24px; margin: 0 0 4px; }
h2 { font-size: 18px; margin: 32px 0 4px; }
h3 { font-size: 15px; margin: 20px 0 4px; }
p { margin: 4px 0 10px; }
a { color: var(--link); } b { unicode-bidi: isolate; }
small { display: block; font-size: 13px; }
.lead, small, summary, footer, .axis { color: var(--soft); }
ul, ol { padding-left: 26px; margin: 6px 0; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: 2px 14px 2px 0; vertical-align: top; }
.first { border: 2px solid var(--hot); background: var(--hotwell); border-radius: 8px;
  padding: 10px 16px; margin: 14px 0; }
.first h2 { margin: 0 0 6px; }
.first dl { display: grid; grid-template-columns: 110px 1fr; gap: 4px 12px; margin: 0 0 10px; }
.first dt { font-weight: 700; color: var(--hot); }
.first dd { margin: 0; }
.first dd ul { margin: 0; padding-left: 18px; }
.high, .hot .num { color: var(--hot); font-weight: 600; }
.medium { color: var(--warm); font-weight: 600; }
.low { color: var(--soft); font-weight: 600; }
.row { display: grid; grid-template-columns: 300px minmax(0, 1fr) 220px; gap: 2px 12px;
  align-items: center; padding: 3px 0; border-top: 1px solid var(--line); break-inside: avoid; }
.axis { border: 0; font-size: 12px; }
.time { display: flex; justify-content: space-between; }
.num { font-size: 13px; font-variant-numeric: tabular-nums; }
svg { display: block; }
.strip { width: 100%; height: 24px; background: var(--well); }
.tall { height: 84px; }
path { fill: none; stroke: var(--in); }
.tries { stroke: var(--stay); }
.session, .new, .t5 { stroke: var(--hot); }
path.out { stroke: var(--out); }
rect.out { fill: var(--out); }
rect.in { fill: var(--in); }
rect.stay { fill: var(--stay); }
rect.no { fill: var(--no); }
.t1, .t2, .t3, .t4 { stroke: var(--no); }
.t1 { opacity: .25; }
.t2 { opacity: .5; }
.t3 { opacity: .75; }
.marks { position: relative; height: 76px; background: var(--well); }
td, .at { white-space: nowrap; }
.marks a { position: absolute; min-width: 17px; height: 17px; line-height: 17px; font-size: 11px;
  text-align: center; text-decoration: none; border-radius: 4px; color: var(--page);
  background: var(--soft); transform: translateX(-50%); padding: 0 2px; }
.marks a.high { background: var(--hot); color: var(--page); }
.marks a.medium { background: var(--warm); color: var(--page); }
.wide { overflow-x: auto; }
.matrix text { font-size: 12px; fill: var(--ink); }
.back { fill: var(--well); }
.fill { fill: var(--in); }
.ring { fill: none; stroke: var(--hot); stroke-width: 2; }
details { margin: 8px 0 0; }
summary { cursor: pointer; font-size: 13px; }
pre { background: var(--well); padding: 10px; overflow-x: auto; font-size: 12px;
  overflow-wrap: normal; }
footer { font-size: 13px; margin-top: 36px; }
@media print, (max-width: 760px) { .marks a { min-width: 15px; font-size: 10px; padding: 0; } }
@media screen and (max-width: 760px) {
  .row, .first dl { grid-template-columns: minmax(0, 1fr); }
  .axis div:empty, .time span:nth-child(even) { display: none; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 12px; print-color-adjust: exact;
    -webkit-print-color-adjust: exact; }
  small, .num { font-size: 11px; }
  details { display: none; }
  .row { grid-template-columns: 210px minmax(0, 1fr) 150px; }
  .time span:nth-child(even) { display: none; }
  .wide { overflow: visible; }
  h2, h3 { break-after: avoid; }
}
</style></head><body>';
