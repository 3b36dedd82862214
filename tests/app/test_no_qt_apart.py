# SPDX-License-Identifier: Apache-2.0
"""Nothing that a window does on another thread touches Qt: an object made there brings the whole window down."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.programs import ROOT

ALL_WAYS = """
import sys, threading
from pathlib import Path
import msgspec
from groundstation.app.logbook_reader import logbook_access

logs, out = Path(sys.argv[1]), Path(sys.argv[2])
faults = []

def work():
    try:
        access = logbook_access(logs, out / "cache.sqlite")
        done = {"folder", "read", "totals", "csv", "pin", "report"}
        assert {one.name for one in msgspec.structs.fields(access)} == done
        flights = access.read(logs, lambda share: True).entries
        access.totals(flights)
        access.csv(flights, out / "flights.csv")
        for name in ("flight.html", "flight.pdf"):
            access.report(flights[0], out / name, lambda share: None)
        from groundstation.recording import journal
        from groundstation.app import journal_export
        made = journal.Journal(out / "journal.db", "gs-test")
        made.start(); made.stop()
        journal.read(out / "journal.db", "", 10)
        journal_export.export(out / "journal.db", "", None, out / "journal.csv")
    except BaseException as error:
        faults.append(error)

reader = threading.Thread(target=work)
reader.start()
reader.join()
if faults:
    raise faults[0]
loaded = sorted(one for one in sys.modules if one.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph"))
print(loaded)
"""


@pytest.mark.long
def test_the_ways_to_logs_and_journal_do_all_their_work_without_qt(tmp_path: Path) -> None:
    logs, out = tmp_path / "logs", tmp_path / "out"
    logs.mkdir()
    out.mkdir()
    (logs / "copter_square.tlog").write_bytes((ROOT / "tests/data/copter_square.tlog").read_bytes())
    done = subprocess.run(
        [sys.executable, "-c", ALL_WAYS, str(logs), str(out)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
    assert (out / "flight.pdf").read_bytes().startswith(b"%PDF-")
    assert {one.name for one in out.iterdir()} >= {"flights.csv", "flight.html", "journal.csv"}
