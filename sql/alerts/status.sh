# SPDX-License-Identifier: MIT
# What run.sql cannot express in SQL: whether its alerts were printed, and an exit status that depends
# on them.
#
#   sh sql/alerts/status.sh COMMAND PID
#
# PID is the process id of the sqlite3 shell, which reads what this script prints.  Between the steps,
# the folder flowlogs.PID.RANDOM, which mktemp makes, holds a note: a file `exit` with the exit status,
# which becomes `printed` when the alerts have been written.  A later step finds the folder by its
# name.  It takes none that belongs to another user and no link, because anybody may put such things
# where temporary files are.
#
#   try       before BEGIN: can such a folder be made where temporary files are?
#   keep      makes the note, with the exit status that run.sql passes, in whichever output mode
#   names     reads the scripts that give names to addresses, of the inventories that `keep` was told of
#   page      copies a page of HTML to standard output; if this fails, or if it is none because of the
#             output mode, there is no note any more, and the next step does nothing
#   print     copies the alerts to standard output; the note says if all of them could be written
#   printed   before COMMIT: does the note say so?
#   leave     after COMMIT: removes the note, and ends the shell unless somebody types into it
#
# Each step succeeds by what it makes, not by its exit status.  So a step that fails, is killed or never
# starts cannot lead to a COMMIT.
pid=$2
folder=${TMPDIR:-/tmp}
case $folder in /*) ;; *) folder=$PWD/$folder ;; esac # it may begin with a dash

make() { note=$(umask 077 && mktemp -d "$folder/flowlogs.$pid.XXXXXXXXXX"); }
# Sets the name of the note of this shell, or fails. $1: the file that must be in it.
find_note() {
  for note in "$folder/flowlogs.$pid".*; do
    # shellcheck disable=SC3067  # every sh that is in use has -O
    if [ -d "$note" ] && [ ! -L "$note" ] && [ -O "$note" ] && [ -e "$note/$1" ]; then return 0; fi
  done
  note=
  return 1
}
forget() { while find_note .; do rm -rf "$note" || return; done; }
trap 'forget; exit 1' HUP INT TERM

say() { echo "INSERT OR REPLACE INTO temp.sqlite_parameters VALUES ('@status', '$1');"; }

# Somebody types if standard input is a terminal and the arguments of the shell name no script.
typed() {
  [ -t 0 ] || return 1
  arguments=$(ps -o args= -p "$1" 2>/dev/null || tr '\0' ' ' 2>/dev/null </proc/"$1"/cmdline)
  case "$arguments" in '' | *-batch* | *.read*) return 1 ;; esac
}

case $1 in
try)
  forget # a run that was killed may have left one with the same PID
  make && echo room >"$note/exit" && read -r got <"$note/exit" && [ "$got" = room ] && say room
  forget ;;
keep)
  kept=$(cat)
  exit=$(printf '%s\n' "$kept" | grep -o 'exit[0-9][0-9]*' | tail -n 1)
  make && echo "${exit#exit}" >"$note/exit" && read -r got <"$note/exit" && [ "$got" = "${exit#exit}" ] || forget
  if [ "$note" ]; then printf '%s\n' "$kept" | grep -o 'names_[a-z]*' >"$note/names"; fi ;;
names)
  find_note names || exit 0
  for name in assets interfaces dns ranges; do # what comes first stays
    if grep -qx "names_$name" "$note/names"; then echo ".read \"$(dirname "$0")/../inventory/name-$name.sql\""; fi
  done ;;
page)
  while IFS= read -r line; do # with .echo on, the query stands in front of the page
    case $line in
    '<!DOCTYPE html>') { echo "$line" && cat; } || forget ;;
    *DOCTYPE*) forget && cat >/dev/null ;;
    esac
  done ;;
print)
  cat && find_note exit && mv "$note/exit" "$note/printed" ;;
printed)
  if find_note printed; then say printed; else forget; fi ;;
leave)
  exit=
  if find_note printed; then read -r exit <"$note/printed"; fi
  forget
  if typed "$pid"; then printf '.bail off\n.timeout 0\n'; elif [ "$exit" ]; then echo ".exit $exit"; fi ;;
esac
