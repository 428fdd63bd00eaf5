# SPDX-License-Identifier: MIT
# The host RSQLite of R.  load_extension() is allowed from the start.  R cannot interrupt a query by itself, so rows are
# read from the long query, which is then given up.
library(DBI)

arguments <- commandArgs(TRUE)
extension <- arguments[1]; logs <- arguments[2]; forever <- arguments[3]
cat("host", as.character(packageVersion("RSQLite")), "R", paste(R.version$major, R.version$minor, sep = "."), "\n")
plain <- dbConnect(RSQLite::SQLite(), ":memory:", loadable.extensions = FALSE)
cat("sqlite", dbGetQuery(plain, "SELECT sqlite_version() v")$v, "\n")
tryCatch(dbGetQuery(plain, "SELECT load_extension(?)", list(extension)),
         error = function(e) cat("refused", conditionMessage(e), "\n"))
dbDisconnect(plain)
db <- dbConnect(RSQLite::SQLite(), ":memory:", bigint = "numeric")
invisible(dbGetQuery(db, "SELECT load_extension(?)", list(extension)))
show <- function(name, sql, values = list()) {
  row <- if (length(values)) dbGetQuery(db, sql, values) else dbGetQuery(db, sql)
  cat(name, format(as.numeric(unlist(row[1, ])), scientific = FALSE, trim = TRUE), "\n")
}
show("scan", "SELECT count(*), sum(bytes) FROM flowlogs(?)", list(logs))
show("threads", "SELECT json_extract(flowlogs_scan_stats(), '$.threads')")
show("rollup", "SELECT count(DISTINCT dstport), sum(flows) FROM flowlogs_rollup(?)", list(logs))
rows <- dbSendQuery(db, sub("sum\\(.*\\) FROM", "a.bytes FROM", forever), params = list(logs))
invisible(dbFetch(rows, n = 10))
dbClearResult(rows)
cat("interrupt given up after 10 rows\n")
dbDisconnect(db)
cat("closed\n")
