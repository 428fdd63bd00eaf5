# SPDX-License-Identifier: MIT
"""A folder of mixed things: what is plainly another log is passed over, and listed with what it is; what may be a flow
log in a form that is not read is an error. Nothing is read as a flow log that is none."""

import gzip
import json

import pytest

import containers
from builds import connect
from other_logs import OTHERS, UNREAD
from test_containers import expected, rows


@pytest.fixture
def db(release):
    return connect(release)


def write_flow_logs(folder):
    """Flow logs in four forms, and all their records."""
    all_records = []
    for i, form in enumerate((containers.plain, containers.firehose_lines, containers.console_csv, containers.get_log_events)):
        records = containers.records(seed=i, count=30)
        (folder / f"flow-{i}.dat").write_bytes(form(records))
        all_records += records
    return all_records


def test_a_folder_of_mixed_things(db, tmp_path):
    records = write_flow_logs(tmp_path)
    for i, (name, (content, _)) in enumerate(OTHERS.items()):
        (tmp_path / name).write_bytes(gzip.compress(content) if i % 3 == 0 else content)
    assert rows(db, tmp_path) == expected(records)
    listed = {path.rsplit("/", 1)[1]: (verdict, note) for path, verdict, note in
              db.execute("SELECT path, verdict, note FROM flowlogs_files(?)", [str(tmp_path)])}
    for name, (_, what) in OTHERS.items():
        verdict, note = listed[name]
        assert verdict == "other" and what in note, name
    assert db.execute("SELECT * FROM flowlogs_errors(?)", [str(tmp_path)]).fetchall() == []


@pytest.mark.parametrize("name", UNREAD)
def test_what_may_be_a_flow_log_is_an_error(db, tmp_path, name):
    records = write_flow_logs(tmp_path)
    (tmp_path / name).write_bytes(UNREAD[name])
    with pytest.raises(Exception, match=name):
        rows(db, tmp_path)
    assert rows(db, tmp_path, where="WHERE on_error = 'skip'") == expected(records)
    assert db.execute("SELECT verdict, errors FROM flowlogs_files(?)", [str(tmp_path / name)]).fetchall() == [("unreadable", 1)]


def test_another_log_that_is_named_is_an_error(db, tmp_path):
    for name, (content, what) in OTHERS.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Exception, match=name):
            rows(db, tmp_path / name)
        with pytest.raises(Exception, match="payload"):
            db.execute("SELECT * FROM flowlogs_payload(?)", [content]).fetchall()


def test_own_names_go_before_those_of_other_logs(db, tmp_path):
    """Whoever adds an event_type to records of flow logs still has records of flow logs."""
    records = containers.records(seed=1, count=30)
    (tmp_path / "a.json").write_bytes(containers.lines(json.dumps({"event_type": "vpcflow", "flow_id": 5, **containers.fields(r)})
                                                       for r in records))
    assert rows(db, tmp_path) == expected(records)
