// SPDX-License-Identifier: MIT

// The host go-sqlite3.  A driver of its own names the extension, which each connection then loads.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"runtime"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
)

func check(err error) {
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
}

func show(db *sql.DB, name, query string, values ...any) {
	var a, b int64
	check(db.QueryRow(query, values...).Scan(&a, &b))
	fmt.Println(name, a, b)
}

func main() {
	extension, logs, forever := os.Args[1], os.Args[2], os.Args[3]
	version, _, _ := sqlite3.Version()
	fmt.Println("host", runtime.Version())
	fmt.Println("sqlite", version)
	plain, err := sql.Open("sqlite3", ":memory:")
	check(err)
	_, err = plain.Exec("SELECT load_extension(?)", extension)
	fmt.Println("refused", err)
	check(plain.Close())
	sql.Register("flowlogs", &sqlite3.SQLiteDriver{Extensions: []string{extension}})
	db, err := sql.Open("flowlogs", ":memory:")
	check(err)
	db.SetMaxOpenConns(1)
	show(db, "scan", "SELECT count(*), sum(bytes) FROM flowlogs(?)", logs)
	var threads int
	check(db.QueryRow("SELECT json_extract(flowlogs_scan_stats(), '$.threads')").Scan(&threads))
	fmt.Println("threads", threads)
	show(db, "rollup", "SELECT count(DISTINCT dstport), sum(flows) FROM flowlogs_rollup(?)", logs)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	var sum int64
	err = db.QueryRowContext(ctx, forever, logs).Scan(&sum)
	fmt.Println("interrupt", err)
	check(db.Close())
	fmt.Println("closed")
}
