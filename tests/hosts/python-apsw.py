# SPDX-License-Identifier: MIT
"""The host apsw, another binding for Python."""
import sys
import threading

import apsw

extension, logs, forever = sys.argv[1:]
print("host", apsw.apswversion())
print("sqlite", apsw.sqlitelibversion())
db = apsw.Connection(":memory:")
try:
    db.cursor().execute("SELECT load_extension(?)", (extension,))
except apsw.SQLError as e:
    print("refused", e)
db.enableloadextension(True)
db.loadextension(extension)
print("scan", *next(db.cursor().execute("SELECT count(*), sum(bytes) FROM flowlogs(?)", (logs,))))
print("threads", *next(db.cursor().execute("SELECT json_extract(flowlogs_scan_stats(), '$.threads')")))
print("rollup", *next(db.cursor().execute("SELECT count(DISTINCT dstport), sum(flows) FROM flowlogs_rollup(?)", (logs,))))
threading.Timer(0.3, db.interrupt).start()
try:
    next(db.cursor().execute(forever, (logs,)))
except apsw.InterruptError as e:
    print("interrupt", e)
db.close()
print("closed")
