#!/bin/sh
# SPDX-License-Identifier: MIT
# Delivers alerts that run.sql has printed: by a webhook, by mail, to syslog or to a command.
#
#   sh sql/alerts/deliver.sh WAY DATABASE [ARGUMENT]...
#
# WAY           sends                                          arguments
# webhook       Slack's form {"text": ...}, 20 alerts a time   more options of curl
# mail          one mail for up to 100 alerts                  the recipients
# syslog-cef    a line of CEF for each alert                   options of logger: -n HOST -P PORT -T
# syslog-json   a line of JSON for each alert                  the same
# pipe          a line of JSON to a command, for each alert    the command, such as aws sns publish
#
# The environment has the rest:
#
# WEBHOOK, WEBHOOK_FILE   the URL, or a file with it; curl reads it from a pipe, because others see arguments
# SENDMAIL      the program that takes a mail (/usr/sbin/sendmail)
# CHANNEL       the name of this receiver, if two of them have the same WAY (WAY)
# TRY_SECONDS   the time limit of one try (10)
# PASS_SECONDS  no new try begins after this time (120)
#
# The queue is in the database: run.sql writes the table alert_log in the transaction that prints,
# and this script notes in alert_deliveries what a receiver has taken.  The note follows when the
# receiver has answered, so that each alert arrives at least once, and twice if this script is killed
# in between; after HUP, INT and TERM it still notes what has arrived.  The database is not locked
# while a try is on, and no run waits for a receiver.
#
# Only one call at a time delivers to a receiver: it has a row in alert_passes, which another call
# takes when the time of the row is over, or its process is not there any more.  Where that row cannot
# be written, as in a database that is read-only or on a full disk, nothing is sent, because nothing
# could be noted.
#
# The first try that fails ends the pass, and the next call tries again: alerts that were tried less
# often come first, and those that were tried twice go one by one, so that one that a receiver never
# takes keeps back no other.  The exit status is 0 when nothing is left, and 1 when something is,
# after a line on standard error; 2 if the arguments are wrong.
set -u
fail() { echo "flowlogs: $2" >&2; exit "$1"; }

case ${1-} in
webhook) size=20 ;;
mail | syslog-cef | syslog-json) size=100 ;;
pipe) size=1 ;;
*) fail 2 'sh sql/alerts/deliver.sh webhook|mail|syslog-cef|syslog-json|pipe DATABASE [ARGUMENT]...' ;;
esac
way=$1
database=${2-}
case $database in -*) database=./$database ;; esac
[ -f "$database" ] || fail 2 "there is no database '$database': run.sql makes it"
shift 2
here=$(dirname "$0")
channel=${CHANNEL:-$way}
limit=${TRY_SECONDS:-10}
case $channel in *[!A-Za-z0-9._-]*) fail 2 'CHANNEL may have letters, digits and ._- only' ;; esac
case $limit in
*[!0-9.]* | *.*.*) fail 2 'TRY_SECONDS is a number of seconds' ;;
*[1-9]*) ;; # 0 would be no limit
*) fail 2 'TRY_SECONDS is a number of seconds above 0' ;;
esac
case ${PASS_SECONDS:-120} in *[!0-9]*) fail 2 'PASS_SECONDS is a number of seconds' ;; esac
[ -r "$here/deliver.sql" ] || fail 2 "there is no '$here/deliver.sql'"
end=$(($(date +%s) + ${PASS_SECONDS:-120}))
command -v timeout >/dev/null || fail 2 'there is no program timeout, which limits each try'

case $way in
webhook)
  url=${WEBHOOK-}
  if [ "${WEBHOOK_FILE-}" ]; then read -r url <"$WEBHOOK_FILE" || [ "$url" ] || fail 2 "there is no URL in '$WEBHOOK_FILE'"; fi
  case $url in
  *[\"\\[:space:][:cntrl:]]*) fail 2 'the URL of the webhook has a quote, a backslash or a space: write %22, %5C or %20' ;;
  http://* | https://*) ;;
  *) fail 2 'WEBHOOK_FILE names a file with the URL of the webhook, https://...' ;;
  esac ;;
mail | pipe) [ $# -gt 0 ] || fail 2 "$way: to whom? the arguments after the database say it" ;;
esac
if [ "$way" = mail ]; then
  case $* in *[[:cntrl:]]*) fail 2 'mail: the recipients have a control character, such as an end of line' ;; esac
fi

# Sends the message, and says why it could not.
try() {
  case $way in
  webhook)
    # Who has answered 2.. has taken the message, whatever becomes of the rest of the answer.
    code=$(printf 'url = "%s"\n' "$url" | curl -q -sSg -m "$limit" -o /dev/null -w '%{http_code}' -K - \
      -H 'Content-Type: application/json' --data-binary "@$folder/message" "$@" 2>"$folder/why")
    case $?:$code in
    *:2??) return 0 ;;
    0:*) echo "HTTP status $code" >"$folder/why" ;;
    esac
    return 1 ;;
  mail)
    # A line of a mail has 998 bytes at most.
    (IFS=, && printf 'To: %s\n' "$*" && fold -s -w 990 "$folder/message") >"$folder/mail" || return
    timeout -k 1 "$limit" "${SENDMAIL:-/usr/sbin/sendmail}" -t -i <"$folder/mail" 2>"$folder/why" >/dev/null ;;
  syslog-*)
    # util-linux shortens what is longer than 1 KB, and ignores a local socket that is not there.
    more=$(logger --help 2>/dev/null | grep -q -e --socket-errors && echo --size=16384 --socket-errors=on)
    # shellcheck disable=SC2086  # two options, or none
    timeout -k 1 "$limit" logger -t flowlogs -p local0.warning $more "$@" <"$folder/message" 2>"$folder/why" >/dev/null ;;
  pipe)
    timeout -k 1 "$limit" "$@" <"$folder/message" 2>"$folder/why" >/dev/null ;;
  esac
}

ask() { sqlite3 -init /dev/null -batch -bail -noheader -list -cmd '.timeout 60000' "$database"; }
# $1: 1 if the alerts have arrived
note() {
  ask <<EOF
INSERT INTO alert_deliveries SELECT '$channel', value, 1, $1 FROM json_each('[$ids]') WHERE true
  ON CONFLICT DO UPDATE SET tries = tries + 1, delivered = max(delivered, excluded.delivered);
EOF
}
# The first line is the numbers of the alerts, then the message follows, and `end`.
next() {
  { echo "CREATE TEMP TABLE alert_way AS SELECT '$way' AS way, '$channel' AS channel, $size AS size;" &&
    cat "$here/deliver.sql"; } | ask >"$folder/batch" || return
  ids=
  read -r ids <"$folder/batch"
  [ "$(tail -n 1 "$folder/batch")" = end ] && sed '1d;$d' "$folder/batch" >"$folder/message"
}

# Prints who delivers to this receiver, which is this call if nobody else does. $1: one who is gone
pass() {
  ask <<EOF
SELECT seq FROM alert_log LIMIT 0;
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS alert_passes (channel TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL);
INSERT INTO alert_passes VALUES ('$channel', '$me', unixepoch() + ${PASS_SECONDS:-120} + 0${limit%%.*} + 600)
  ON CONFLICT DO UPDATE SET holder = excluded.holder, until = excluded.until
  WHERE until < unixepoch() OR holder = '$1';
COMMIT;
SELECT holder FROM alert_passes WHERE channel = '$channel';
EOF
}
# Is the process of another call on this machine, which is called HOST:PID, there no more?
gone() {
  pid=${1##*:}
  [ "${1%:*}" = "${me%:*}" ] && ! kill -0 "$pid" 2>/dev/null && ! ps -p "$pid" >/dev/null 2>&1 && [ ! -d "/proc/$pid" ]
}
release() { echo "DELETE FROM alert_passes WHERE channel = '$channel' AND holder = '$me';" | ask; }

folder=$(umask 077 && mktemp -d "${TMPDIR:-/tmp}/flowlogs.XXXXXXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
stopped=
trap 'stopped=1' HUP INT TERM
me=$(uname -n | tr -cd 'A-Za-z0-9._-'):$$
holder=$(pass -) || fail 1 "$channel: nothing is sent, because it can't be noted in '$database'"
case $holder in *:*[0-9]) ;; *) fail 1 "$channel: the alerts can't be read from '$database'" ;; esac
if [ "$holder" != "$me" ] && gone "$holder"; then holder=$(pass "$holder"); fi
[ "$holder" = "$me" ] || fail 1 "$channel: another call is delivering, $holder"
trap 'release; rm -rf "$folder"' EXIT
while next || fail 1 "$channel: the alerts can't be read from '$database'"; do
  [ "$ids" ] || exit 0
  [ ! "$stopped" ] || fail 1 "$channel: it was told to end; the next call goes on"
  [ "$(date +%s)" -lt "$end" ] || fail 1 "$channel: the time is over; the next call goes on"
  : >"$folder/why"
  try "$@"
  status=$?
  if [ $status -ne 0 ]; then
    [ -s "$folder/why" ] || echo "exit status $status" >"$folder/why" # timeout has 124
    echo "flowlogs: $channel: the next call tries again: $(head -c 500 "$folder/why" | tr -c '[:print:]' ' ')" >&2
    note 0
    exit 1
  fi
  note 1 || fail 1 "$channel: what was delivered can't be noted in '$database', and will be delivered again"
done
