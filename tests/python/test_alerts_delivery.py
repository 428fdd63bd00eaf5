# SPDX-License-Identifier: MIT
"""sql/alerts/deliver.sh: every alert that run.sql has printed arrives at least once, by each way, at
receivers on this machine that refuse, hang or fail; and none of them holds up a run."""

import contextlib
import email
import email.policy
import http.server
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import threading

import pytest

from builds import BUILDS, ROOT
from test_alerts import IN, IN2, NOON, OUT, Alerts, delivered, flow, programs, rejected

HOSTILE = "\"double\" 'single' | pipe = equals \\ <!channel> & \x1b[31m\nSubject: forged\n.\n$(touch x) `touch x` ${HOME} %s%n%% ;touch x; last é\u202e\U0001f600"
PRINTABLE = HOSTILE.replace("\x1b", "\\x1b").replace("\n", "\\x0a").replace("\u202e", "\\u202e")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The database of a run that printed three alerts."""
    folder = tmp_path_factory.mktemp("ran")
    (folder / "logs").mkdir()
    delivered(folder / "logs", [rejected(IN, IN2, 5432), rejected(IN, IN2, 3306), flow(OUT, IN, 22)])
    assert Alerts(BUILDS[0], folder / "alerts.db", folder / "logs").run()[0] == 10
    return folder / "alerts.db"


@pytest.fixture
def alerts(ran, tmp_path):
    """A copy of it, and a folder for the logs of later runs."""
    (tmp_path / "logs").mkdir()
    shutil.copy(ran, tmp_path)
    return Alerts(BUILDS[0], tmp_path / "alerts.db", tmp_path / "logs")


def titles(alerts):
    return sorted(t for t, in alerts.query("SELECT title FROM alerts"))


def deliver(alerts, way, *arguments, **env):
    """(exit status, errors)"""
    (alerts.database.parent / "tmp").mkdir(exist_ok=True)
    env = {**os.environ, "LC_ALL": "C.UTF-8", "no_proxy": "*", "TMPDIR": str(alerts.database.parent / "tmp"), "TRY_SECONDS": "20", **env}
    done = subprocess.run(["sh", ROOT / "sql/alerts/deliver.sh", way, alerts.database, *arguments], text=True, cwd="/", env=env,
                          capture_output=True, timeout=60)
    assert done.stdout == "" and list((alerts.database.parent / "tmp").iterdir()) == []
    return done.returncode, done.stderr


def add(alerts, title, rule="remote-access", id="0123456789ab", **more):
    """Adds an alert to those that run.sql has printed."""
    row = dict(news="new", id=id, severity="high", rule=rule, title=title, first_seen="2026-03-09 12:00:00",
               last_seen="2026-03-09 12:00:05", flows=1, technique="T1133", version="1", **more)
    alerts.query(f"INSERT INTO alert_log ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", *row.values())


@contextlib.contextmanager
def server(answer):
    """A webhook on the loopback interface. `answer` is given each message, and returns the status, or
    None to hang. Yields the URL and the texts that were accepted."""
    accepted, ended = [], threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            assert self.headers["Content-Type"] == "application/json" and self.path == "/services/SECRET"
            text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
            status = answer(text)
            if status is None:
                ended.wait()
                return
            if status == 200:
                accepted.append(text)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as web:
        thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{web.server_port}/services/SECRET", accepted
        finally:
            ended.set()
            web.shutdown()
            thread.join()


def test_a_webhook_that_refuses_twice(alerts):
    """An alert that comes while others wait goes before them, and each arrives."""
    statuses = [503, 429]
    with server(lambda text: statuses.pop(0) if statuses else 200) as (url, accepted):
        for status in (503, 429):
            assert deliver(alerts, "webhook", WEBHOOK=url) == (1, f"flowlogs: webhook: the next call tries again: HTTP status {status} \n")
            assert accepted == []
        delivered(alerts.logs, [rejected(IN, IN2, 25)], 300)
        assert alerts.run()[0] == 10
        (alerts.database.parent / "url").write_text(url)        # no end of line
        assert deliver(alerts, "webhook", WEBHOOK_FILE=str(alerts.database.parent / "url")) == (0, "")
        assert re.findall("(?m)^[A-Z]+ new [a-z-]+: (.*) [(]", accepted[0]) == [f"{IN} was rejected at {IN2} tcp/25"]
        found = re.findall("(?m)^[A-Z]+ new [a-z-]+: (.*) [(]", "\n".join(accepted))
        assert sorted(found) == titles(alerts) and len(found) == 4
        assert deliver(alerts, "webhook", WEBHOOK=url) == (0, "") and len(accepted) == 4
        assert deliver(alerts, "webhook", WEBHOOK=url, CHANNEL="second")[0] == 0     # all of them in one message
        assert len(accepted) == 5 and accepted[4].count("\n") == 3


def test_what_cannot_be_noted_is_delivered_again(alerts, tmp_path):
    path = programs(tmp_path / "bin", sqlite3=f"cat >{tmp_path}/sql; ! grep -q 'INSERT INTO alert_deliveries' {tmp_path}/sql || exit 1\n"
                                              f'exec {shutil.which("sqlite3")} "$@" <{tmp_path}/sql')
    with server(lambda text: 200) as (url, accepted):
        status, errors = deliver(alerts, "webhook", WEBHOOK=url, **path)
        assert status == 1 and "will be delivered again" in errors
        assert deliver(alerts, "webhook", WEBHOOK=url) == (0, "") and accepted[0] == accepted[1]


@contextlib.contextmanager
def begun(alerts, url):
    """A call that goes on while the test does something else."""
    call = subprocess.Popen(["sh", ROOT / "sql/alerts/deliver.sh", "webhook", alerts.database], text=True, stderr=subprocess.PIPE, cwd="/",
                            env={**os.environ, "no_proxy": "*", "WEBHOOK": url, "TRY_SECONDS": "20", "TMPDIR": str(alerts.database.parent)})
    try:
        yield call
    finally:
        call.kill()
        call.wait()
        call.stderr.close()


@contextlib.contextmanager
def slow_server():
    """A webhook that waits before it answers: (its URL, what it took, when it was asked, what lets it answer)."""
    asked, answers = threading.Event(), threading.Event()

    def answer(text):
        asked.set()
        return 200 if answers.wait(60) else 500

    with server(answer) as (url, accepted):
        yield url, accepted, asked, answers


def test_two_calls_at_once(alerts):
    """The second one says so, and sends nothing. A receiver of another name is no matter."""
    with slow_server() as (url, accepted, asked, answers), begun(alerts, url) as first:
        assert asked.wait(60)
        status, errors = deliver(alerts, "webhook", WEBHOOK=url)
        assert status == 1 and re.fullmatch(f"flowlogs: webhook: another call is delivering, \\S+:{first.pid}\n", errors)
        assert deliver(alerts, "pipe", "cat") == (0, "")
        answers.set()
        assert first.communicate() == (None, "") and first.returncode == 0
        assert deliver(alerts, "webhook", WEBHOOK=url) == (0, "") and len(accepted) == 1


def test_a_call_that_is_killed(alerts):
    """The next one takes its place at once, and sends what may not have arrived."""
    with slow_server() as (url, accepted, asked, answers):
        with begun(alerts, url) as first:
            assert asked.wait(60)
            first.kill()
            first.wait()
        answers.set()
        assert deliver(alerts, "webhook", WEBHOOK=url) == (0, "") and all(t in accepted[-1] for t in titles(alerts))
    assert alerts.query("SELECT count(*) FROM alert_passes") == [(0,)]


def test_a_call_that_is_told_to_end(alerts):
    """What arrives nevertheless is noted, and not sent again."""
    for i in range(30):
        add(alerts, f"title {i}.")
    with slow_server() as (url, accepted, asked, answers), begun(alerts, url) as first:
        assert asked.wait(60)
        first.terminate()
        answers.set()
        assert first.communicate()[1] == "flowlogs: webhook: it was told to end; the next call goes on\n" and first.returncode == 1
        assert deliver(alerts, "webhook", WEBHOOK=url) == (0, "")
    assert [text.count("\n") + 1 for text in accepted] == [20, 13]


def test_a_row_of_another_machine(alerts):
    """Its time must be over."""
    alerts.query("CREATE TABLE alert_passes (channel TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL)")
    for until, expected in (("unixepoch() + 5", 1), ("unixepoch() - 5", 0)):
        alerts.query(f"INSERT OR REPLACE INTO alert_passes VALUES ('pipe', 'elsewhere:1', {until})")
        assert deliver(alerts, "pipe", "cat")[0] == expected


@pytest.mark.parametrize("answer, taken", [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok", True), (b"HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\nno", False),
    (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", False), (b"HTTP/1.1 2", False), (b"", False), (b"\0\xff\n", False)])
def test_an_answer_that_ends_early(alerts, answer, taken):
    """A status of 200 means that the message was taken, whatever comes behind it."""
    got = []

    def serve(listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                data = b""
                while not data.endswith(b"}\n") and (more := connection.recv(65536)):
                    data += more
                got.append(data)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/services/SECRET"
        status, errors = deliver(alerts, "webhook", WEBHOOK=url)
        assert (status, "tries again" in errors) == ((0, False) if taken else (1, True))
        assert deliver(alerts, "webhook", WEBHOOK=url)[0] == status and len(got) == (1 if taken else 2)
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_where_nothing_can_be_noted_nothing_is_sent(alerts, tmp_path):
    """A database that is read-only, and a disk that is full."""
    path = programs(tmp_path / "bin", sqlite3=f'exec {shutil.which("sqlite3")} -readonly "$@"')
    with server(lambda text: 200) as (url, accepted):
        status, errors = deliver(alerts, "webhook", WEBHOOK=url, **path)
        assert status == 1 and errors.endswith(f"flowlogs: webhook: nothing is sent, because it can't be noted in '{alerts.database}'\n")
        done = subprocess.run(["sh", "-c", 'ulimit -f 0; exec sh "$0" "$@"', ROOT / "sql/alerts/deliver.sh", "webhook", alerts.database], cwd="/",
                              env={**os.environ, "no_proxy": "*", "WEBHOOK": url, "TMPDIR": str(tmp_path)}, capture_output=True, timeout=60)
        assert done.returncode != 0 and accepted == []
        assert deliver(alerts, "webhook", WEBHOOK=url) == (0, "") and len(accepted) == 1


def test_long_texts(alerts, tmp_path):
    """Longer than the arguments of a program may be, and than a line of a mail; and a database whose name looks like an option."""
    long = "é " * 100_000 + "the end."
    add(alerts, long)
    with server(lambda text: 200) as (url, accepted):
        assert deliver(alerts, "webhook", WEBHOOK=url) == (0, "") and long in accepted[0]
    programs(tmp_path / "bin", takes=f"cat >{tmp_path}/mail")
    shutil.copy(alerts.database, tmp_path / "-cmd")
    done = subprocess.run(["sh", ROOT / "sql/alerts/deliver.sh", "mail", "-cmd", "soc@example.com"], cwd=tmp_path, capture_output=True, timeout=60,
                          env={**os.environ, "SENDMAIL": str(tmp_path / "bin/takes")})
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    mail = (tmp_path / "mail").read_bytes()
    assert max(map(len, mail.split(b"\n"))) <= 998 and long.replace(" ", "") in mail.decode().replace("\n", "").replace(" ", "")


def test_a_receiver_that_begins_with_what_comes(alerts):
    """The statement of README.md."""
    statement = re.search("`(INSERT INTO alert_deliveries [^`]*)`", (ROOT / "sql/alerts/README.md").read_text())[1]
    alerts.query(statement)
    add(alerts, "comes")
    with server(lambda text: 200) as (url, accepted):
        assert deliver(alerts, "webhook", WEBHOOK=url) == (0, "")
    assert len(accepted) == 1 and ": comes (" in accepted[0] and "\n" not in accepted[0]


def test_a_message_that_is_never_taken_keeps_back_no_other(alerts):
    add(alerts, "poison")
    for i in range(8):
        add(alerts, f"title {i}.")
    with server(lambda text: 400 if "poison" in text else 200) as (url, accepted):
        assert [deliver(alerts, "webhook", WEBHOOK=url)[0] for _ in range(4)] == [1] * 4
        assert all(f"title {i}." in "\n".join(accepted) for i in range(8)) and all(t in "\n".join(accepted) for t in titles(alerts))
    assert alerts.query("SELECT count(*) FROM alert_log WHERE seq NOT IN (SELECT seq FROM alert_deliveries WHERE delivered)") == [(1,)]


def test_a_webhook_that_never_answers_holds_up_no_run(alerts):
    """The run comes to its end while the webhook hangs, and the next try has what it found."""
    began, ended, runs = threading.Event(), threading.Event(), []

    def hang(text):
        if began.is_set():
            return 200
        began.set()
        delivered(alerts.logs, [rejected(IN, IN2, 25)], 300)
        runs.append(alerts.run()[0])
        ended.set()
        return None

    with server(hang) as (url, accepted):
        while not began.is_set():                               # a slow machine may need several tries
            status, errors = deliver(alerts, "webhook", WEBHOOK=url, TRY_SECONDS="0.2")
            assert status == 1 and "timed out" in errors and accepted == []
        assert ended.wait(60) and runs == [10]
        assert deliver(alerts, "webhook", WEBHOOK=url)[0] == 0
        assert all(t in "\n".join(accepted) for t in titles(alerts)) and len(titles(alerts)) == 4


@pytest.mark.parametrize("way,variable", [("mail", "SENDMAIL"), ("pipe", None)])
def test_a_program_that_hangs(alerts, tmp_path, way, variable):
    programs(tmp_path / "bin", hangs="sleep 1000")
    program = str(tmp_path / "bin/hangs")
    arguments, env = (["soc@example.com"], {variable: program}) if variable else ([program], {})
    assert deliver(alerts, way, *arguments, TRY_SECONDS="0.1", **env) == (1, f"flowlogs: {way}: the next call tries again: exit status 124 \n")


def test_a_call_comes_to_an_end(alerts):
    """No try begins when the time of the call is over."""
    assert deliver(alerts, "pipe", "cat", PASS_SECONDS="0") == (1, "flowlogs: pipe: the time is over; the next call goes on\n")
    assert deliver(alerts, "pipe", "cat") == (0, "")


def test_the_url_is_in_no_arguments(alerts, tmp_path):
    path = programs(tmp_path / "bin", curl=f'echo "$@" >{tmp_path}/arguments; cat >{tmp_path}/input; printf 200')
    assert deliver(alerts, "webhook", WEBHOOK="https://hooks.example.com/SECRET", **path)[0] == 0
    assert "SECRET" not in (tmp_path / "arguments").read_text()
    assert (tmp_path / "input").read_text() == 'url = "https://hooks.example.com/SECRET"\n'


def test_slack_marks_are_text(alerts):
    add(alerts, HOSTILE)
    with server(lambda text: 200) as (url, accepted):
        assert deliver(alerts, "webhook", WEBHOOK=url) == (0, "")
    assert "<" not in accepted[0]
    assert HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in accepted[0]


def test_a_mail(alerts, tmp_path):
    hostile = HOSTILE.replace("\x1b", "")     # which some shells write as ^[
    add(alerts, hostile)
    programs(tmp_path / "bin", refuses="echo later >&2; exit 75", takes=f'echo "$@" >{tmp_path}/arguments; cat >{tmp_path}/mail')
    for program, expected in (("refuses", (1, "flowlogs: mail: the next call tries again: later \n")), ("takes", (0, ""))):
        assert deliver(alerts, "mail", "soc@example.com", "me@example.com", SENDMAIL=str(tmp_path / "bin" / program)) == expected
    assert (tmp_path / "arguments").read_text() == "-t -i\n"
    mail = email.message_from_bytes((tmp_path / "mail").read_bytes(), policy=email.policy.default)
    assert mail["To"] == "soc@example.com, me@example.com" and mail["Subject"] == "flowlogs: 4 alerts, high: 1"
    assert len(mail.get_all("Subject")) == 1
    assert hostile in mail.get_content() and all(t in mail.get_content() for t in titles(alerts))
    assert deliver(alerts, "mail", "soc@example.com", SENDMAIL="/nothing") == (0, "")


def cef(line):
    """The parts of a line of CEF: the seven fields of its head, and the values behind it."""
    head = re.match(r"(?:(?:[^|\\]|\\[|\\])*\|){7}", line)[0]
    parts = re.split(r"(?:^| )(\w+)=", line[len(head):])
    plain = lambda text: re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], text)
    return [plain(f) for f in re.findall(r"((?:[^|\\]|\\[|\\])*)\|", head)], dict(zip(parts[1::2], map(plain, parts[2::2])))


def syslog(alerts, way, count):
    """What a listener of UDP receives: the text behind the headers of syslog."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(30)
        port = str(listener.getsockname()[1])
        assert deliver(alerts, way, "-n", "127.0.0.1", "-P", port, "-d") == (0, "")
        return [re.search(r"(?s)(?:CEF:0|\{).*", listener.recv(65536).decode())[0] for _ in range(count)]


def test_syslog_in_cef(alerts):
    rule = "of | my = own\\"
    add(alerts, HOSTILE.replace("\x1b", ""), rule=rule, src="2600:1f18::5", dst="10.0.0.1")
    found = [cef(line.rstrip("\n")) for line in syslog(alerts, "syslog-cef", 4)]
    assert sorted(values["msg"] for _, values in found[:3]) == titles(alerts)
    head, values = next(f for f in found if f[1]["msg"].endswith("tcp/5432"))
    id, = alerts.query("SELECT id FROM alerts WHERE key LIKE '%5432'")[0]
    version, = alerts.query("SELECT version FROM alert_log")[0]
    assert head == ["CEF:0", "flowlogs", "flowlogs", version, "rejected-inside", "rejected inside", "6"]
    assert values == {"externalId": id, "src": IN, "dst": IN2, "start": f"{NOON}000", "end": f"{NOON + 5}000", "cnt": "1",
                      "reason": "new", "cs1Label": "technique", "cs1": "T1046", "msg": f"{IN} was rejected at {IN2} tcp/5432"}
    head, values = found[3]
    assert head[4:] == [rule, rule, "8"] and values["msg"] == HOSTILE.replace("\x1b", "")
    assert values["c6a2"] == "2600:1f18::5" and "src" not in values and values["dst"] == "10.0.0.1"


def test_syslog_in_json(alerts):
    add(alerts, HOSTILE)
    found = [json.loads(line) for line in syslog(alerts, "syslog-json", 4)]
    assert sorted(f["title"] for f in found[:3]) == titles(alerts) and found[3]["title"] == HOSTILE
    assert found[0] == {**found[0], "news": "new", "severity": "medium", "flows": 1}


def test_a_command_that_publishes(alerts, tmp_path):
    """As aws sns publish would: one message for each alert, until one fails; and it is tried again."""
    path = programs(tmp_path / "bin", aws=f'[ "$1 $2" = "sns publish" ] && cat >>{tmp_path}/taken && ! [ -e {tmp_path}/once ] && : >{tmp_path}/once || '
                                          f'[ -e {tmp_path}/up ]')
    publish = ["aws", "sns", "publish", "--message", "file:///dev/stdin"]
    assert deliver(alerts, "pipe", *publish, **path) == (1, "flowlogs: pipe: the next call tries again: exit status 1 \n")
    (tmp_path / "up").touch()
    assert deliver(alerts, "pipe", *publish, **path) == (0, "")
    taken = [json.loads(line)["title"] for line in (tmp_path / "taken").read_text().splitlines()]
    assert sorted(set(taken)) == titles(alerts) and len(taken) == 4     # the one that failed came twice


def test_the_log_has_what_is_printed(alerts):
    """Text of users is printable in it, and a run that prints nothing adds nothing."""
    alerts.query("INSERT INTO indicators VALUES ('203.0.113.99', ?)", HOSTILE)
    delivered(alerts.logs, [flow(IN, "203.0.113.99", 443, at=300)], 300)
    status, printed, _ = alerts.run()
    assert status == 10 and any(PRINTABLE in p["title"] for p in printed)
    logged = alerts.query("SELECT news, id, severity, rule, title, first_seen, last_seen, flows, technique FROM alert_log WHERE seq > 3 ORDER BY seq")
    assert logged == [tuple(p.values()) for p in printed]
    assert alerts.run()[0] == 0 and alerts.query("SELECT count(*) FROM alert_log") == [(3 + len(printed),)]
    alerts.query("DELETE FROM alert_log")
    delivered(alerts.logs, [rejected(IN, IN2, 25)], 600)
    assert alerts.run()[0] == 10 and alerts.query("SELECT min(seq) FROM alert_log") == [(4 + len(printed),)]


def test_what_cannot_be_read_is_not_nothing(alerts, tmp_path):
    whole = f"flowlogs: mail: the alerts can't be read from '{alerts.database}'\n"
    for script in ("echo", f"cat {tmp_path}/sql; exit 1", "printf '1,2\\n'", "printf '1,2\\nSubject: x\\n'", ":"):
        path = programs(tmp_path / f"bin{len(os.listdir(tmp_path))}", sqlite3=f'cat >{tmp_path}/sql; grep -q alert_passes {tmp_path}/sql '
                                                                              f'&& exec {shutil.which("sqlite3")} "$@" <{tmp_path}/sql\n{script}')
        assert deliver(alerts, "mail", "me@example.com", SENDMAIL="/bin/cat", **path)[1].endswith(whole), script
    with contextlib.closing(sqlite3.connect(tmp_path / "other.db")) as db:
        db.execute("CREATE TABLE t (x)")
    alerts.database = tmp_path / "other.db"
    status, errors = deliver(alerts, "pipe", "cat")
    assert status == 1 and "no such table: alert_log" in errors


@pytest.mark.parametrize("way,arguments,env,message", [
    ("fax", [], {}, "webhook|mail|syslog-cef|syslog-json|pipe"), ("mail", [], {}, "to whom"), ("pipe", [], {}, "to whom"),
    ("webhook", [], {"WEBHOOK": ""}, "WEBHOOK_FILE"), ("webhook", [], {"WEBHOOK": 'http://h/"\noutput = "x'}, "a quote"),
    ("webhook", [], {"WEBHOOK": "file:///etc/passwd"}, "WEBHOOK_FILE"), ("webhook", [], {"WEBHOOK_FILE": "/dev/null"}, "no URL in"),
    ("mail", ["a@example.com"], {"CHANNEL": "a'b"}, "CHANNEL may have"), ("mail", ["a@example.com"], {"TRY_SECONDS": "soon"}, "TRY_SECONDS is"),
    ("mail", ["a@example.com\nBcc: b@example.com"], {}, "a control character"),
    ("mail", ["a@example.com"], {"TRY_SECONDS": "0.0"}, "TRY_SECONDS is"), ("mail", ["a@example.com"], {"PASS_SECONDS": "1m"}, "PASS_SECONDS is")])
def test_what_is_asked_must_be_clear(alerts, way, arguments, env, message):
    status, errors = deliver(alerts, way, *arguments, **env)
    assert status == 2 and message in errors
