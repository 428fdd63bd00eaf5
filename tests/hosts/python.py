# SPDX-License-Identifier: MIT
"""The host Python, with its own module sqlite3."""
import sqlite3
import sys
import threading

extension, logs, forever = sys.argv[1:]
print("host", sys.version.split()[0])
print("sqlite", sqlite3.sqlite_version)
db = sqlite3.connect(":memory:", check_same_thread=False)
if not hasattr(db, "enable_load_extension"):
    sys.exit("this Python was built without enable_load_extension()")
try:
    db.execute("SELECT load_extension(?)", (extension,))
except sqlite3.OperationalError as e:
    print("refused", e)
db.enable_load_extension(True)
db.load_extension(extension)
db.enable_load_extension(False)
print("scan", *db.execute("SELECT count(*), sum(bytes) FROM flowlogs(?)", (logs,)).fetchone())
print("threads", *db.execute("SELECT json_extract(flowlogs_scan_stats(), '$.threads')").fetchone())
print("rollup", *db.execute("SELECT count(DISTINCT dstport), sum(flows) FROM flowlogs_rollup(?)", (logs,)).fetchone())
threading.Timer(0.3, db.interrupt).start()
try:
    db.execute(forever, (logs,)).fetchone()
except sqlite3.OperationalError as e:
    print("interrupt", e)
db.close()
print("closed")
