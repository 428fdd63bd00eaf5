# SPDX-License-Identifier: MIT
"""What CloudWatch Logs exports to a bucket: a folder for each task and log stream, and a test object."""

import gzip

import pytest

from builds import quote

LINE = "2018-09-22T20:28:%02d.000Z 2 123456789010 eni-%d 10.0.0.1 10.0.0.9 40000 443 6 1 %d 1537648080 1537648140 ACCEPT OK\n"
TASK = "exportedlogs/d0c5a1de-3f0b-4a5c-9d2e-7a1b2c3d4e5f"
TEST_OBJECT = "is the test object aws-logs-write-test, which CloudWatch Logs writes before it exports logs; it holds no records"


@pytest.fixture
def bucket(tmp_path):
    """Two log streams of an export, of which the first has two files, and what CloudWatch Logs leaves beside them."""
    for stream, files in (("eni-1-all", 2), ("eni-2-all", 1)):
        (tmp_path / TASK / stream).mkdir(parents=True)
        for number in range(files):
            text = "".join(LINE % (i, int(stream[4]), 40 + i) for i in range(30))
            (tmp_path / TASK / stream / f"{number:06}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    (tmp_path / "exportedlogs/aws-logs-write-test").write_text("Permission Check Successful")
    return tmp_path


def test_an_export_is_read(build, bucket):
    rows = build.rows("SELECT log_stream, interface_id, count(*), sum(bytes), min(line), max(line)"
                      f" FROM flowlogs({quote(str(bucket))}) GROUP BY 1, 2;")
    assert rows == [["eni-1-all", "eni-1", "60", "3270", "1", "30"], ["eni-2-all", "eni-2", "30", "1635", "1", "30"]]
    for path in (bucket / "exportedlogs", bucket / TASK, bucket / "exportedlogs/*/*/*.gz"):
        assert build.rows(f"SELECT sum(flows), sum(bytes) FROM flowlogs_rollup({quote(str(path))});") == [["90", "4905"]]


def test_the_test_object_is_passed_over_with_a_reason_that_names_it(build, bucket):
    path = f"{bucket}/exportedlogs/aws-logs-write-test"
    rows = build.rows(f"SELECT path, kind, verdict, note FROM flowlogs_files({quote(str(bucket))}) WHERE verdict <> 'flow log';")
    assert rows == [[path, "plain", "other", TEST_OBJECT]]
    assert build.rows(f"SELECT count(*) FROM flowlogs_errors({quote(str(bucket))});") == [["0"]]
    assert f"{path}:1: {TEST_OBJECT}; on_error=skip skips it" in build.shell(f"SELECT * FROM flowlogs({quote(path)});")


@pytest.mark.parametrize("content", ["Permission Check Successful", "Permission Check Successful\n", "Permission Check Successful\r\n"])
def test_an_export_without_logs_is_an_error_that_says_so(build, tmp_path, content):
    (tmp_path / "aws-logs-write-test").write_text(content)
    out = build.shell(f"SELECT * FROM flowlogs({quote(str(tmp_path))});")
    assert f"the only file found, '{tmp_path}/aws-logs-write-test', {TEST_OBJECT}" in out
