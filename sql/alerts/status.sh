# SPDX-License-Identifier: MIT
# What run.sql cannot express in SQL: whether its alerts were printed, and an exit status that depends
# on them.
#
#   sh sql/alerts/status.sh COMMAND PID
#
# PID is the process id of the sqlite3 shell, which reads what this script prints.  Between the steps,
# the folder flowlogs.PID holds a note: a file `exit` with the exit status, which becomes `printed`
# when the alerts have been written.
#
#   try       before BEGIN: can a folder of that name be made where temporary files are?
#   keep      makes the note, with the exit status that run.sql passes, in whichever output mode
#   print     copies the alerts to standard output; the note says if all of them could be written
#   printed   before COMMIT: does the note say so?
#   leave     after COMMIT: removes the note, and ends the shell unless somebody types into it
#
# Each step succeeds by what it makes, not by its exit status.  So a step that fails, is killed or never
# starts cannot lead to a COMMIT.
note="${TMPDIR:-/tmp}/flowlogs.$2"
say() { echo "INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@status', '$1');"; }

# Somebody types if standard input is a terminal and the arguments of the shell name no script.
typed() {
  [ -t 0 ] || return 1
  arguments=$(ps -o args= -p "$1" 2>/dev/null || tr '\0' ' ' 2>/dev/null </proc/"$1"/cmdline)
  case "$arguments" in '' | *-batch* | *.read*) return 1 ;; esac
}

case $1 in
try)
  rm -rf "$note" # a run that was killed may have left one with the same PID
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
