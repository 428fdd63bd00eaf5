# SPDX-License-Identifier: MIT
# What run.sql can't say in SQL: that its alerts have been printed, and an exit status that depends on them.
#
#   sh sql/alerts/status.sh COMMAND PID      PID is the sqlite3 shell's; what is printed, the shell reads
#
#   try       before BEGIN: can there be a note, a folder of that name for temporary files?
#   keep      makes the note, with the exit status that run.sql passes in whatever output mode
#   print     passes the alerts on to standard output; the note says so if all of them could be written
#   printed   before COMMIT: does the note say so?
#   leave     after COMMIT: removes the note; ends the shell, but not under somebody who types
#
# Each step succeeds by what it makes, so that one that fails, is killed, or never starts leads to no COMMIT.
note="${TMPDIR:-/tmp}/flowlogs.$2"
say() { echo "INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@status', '$1');"; }

typed() { # standard input is a terminal, and the shell's arguments don't say that it is for a script
  [ -t 0 ] || return 1
  arguments=$(ps -o args= -p "$1" 2>/dev/null || tr '\0' ' ' 2>/dev/null </proc/"$1"/cmdline)
  case "$arguments" in '' | *-batch* | *.read*) return 1 ;; esac
}

case $1 in
try)
  rm -rf "$note" # of a run that was killed
  mkdir -m 700 "$note" && echo room >"$note/exit" && read -r got <"$note/exit" && [ "$got" = room ] && say room
  rm -rf "$note" ;;
keep)
  exit=$(grep -o 'exit[0-9][0-9]*' | tail -n 1)
  mkdir -m 700 "$note" && echo "${exit#exit}" >"$note/exit" && read -r got <"$note/exit" && [ "$got" = "${exit#exit}" ] ;;
print)
  cat && mv "$note/exit" "$note/printed" ;;
printed)
  if [ -e "$note/printed" ]; then say printed; else rm -rf "$note"; fi ;;
leave)
  read -r exit <"$note/printed"
  rm -rf "$note"
  if typed "$2"; then printf '.bail off\n.timeout 0\n'; elif [ "$exit" ]; then echo ".exit $exit"; fi ;;
esac
