# SPDX-License-Identifier: Apache-2.0
"""The list of shared libraries that Qt takes from the system is what Qt's own files ask for."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from groundstation.app.qt_libraries import PARTS, missing_libraries, packages, qt_folder, remedy

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Qt brings everything elsewhere")
ROOT = Path(__file__).parents[2]
C_LIBRARY = {
    "libc.so.6",
    "libm.so.6",
    "libgcc_s.so.1",
    "libresolv.so.2",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
}
"""On every machine that runs Python."""


def needed(path: Path) -> set[str]:
    """DT_NEEDED of a 64-bit little-endian ELF file (System V ABI, chapter 5)."""
    data = path.read_bytes()
    (start,) = struct.unpack_from("<Q", data, 0x28)
    size, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, start + size * index) for index in range(count)]
    dynamic = next(one for one in sections if one[1] == 6)  # SHT_DYNAMIC
    names = sections[dynamic[6]][4]
    found = set()
    for at in range(dynamic[4], dynamic[4] + dynamic[5], 16):
        tag, value = struct.unpack_from("<QQ", data, at)
        if tag == 1:  # DT_NEEDED
            found.add(data[names + value : data.index(b"\0", names + value)].decode())
    return found


def test_the_list_is_what_the_parts_in_use_ask_the_system_for() -> None:
    folder = qt_folder()
    assert folder is not None
    own = {one.name for one in (folder / "Qt" / "lib").iterdir()}
    asked = set().union(*(needed(folder / part) for part in PARTS)) - own - C_LIBRARY
    assert "libEGL.so.1" in asked
    # D-Bus is opened by name, in no file's list
    assert asked | {"libdbus-1.so.3"} == set(packages())


def test_nothing_is_missing_where_the_tests_run() -> None:
    assert missing_libraries() == []


def test_a_remedy_is_one_whole_command() -> None:
    assert remedy(["libxcb.so.1", "libglib-2.0.so.0", "libgthread-2.0.so.0"]) == (
        "'sudo apt-get update && sudo apt-get install -y libglib2.0-0 libxcb1'"
    )
    assert remedy(["libnew.so.7"]) == "find packages with libnew.so.7"


def test_a_library_that_the_loader_does_not_find_is_one_line_before_qt_ends_the_process(tmp_path: Path) -> None:
    """A real Qt beside which one of its own libraries is taken away; nothing of the system is touched."""
    folder = qt_folder()
    assert folder is not None
    copy = tmp_path / "PySide6"
    copy.mkdir()
    for one in folder.iterdir():
        if one.name != "Qt":
            (copy / one.name).symlink_to(one)
    shutil.copytree(folder / "Qt" / "plugins" / "platforms", copy / "Qt" / "plugins" / "platforms")
    shutil.copytree(folder / "Qt" / "lib", copy / "Qt" / "lib")
    (copy / "Qt" / "lib" / "libQt6XcbQpa.so.6").unlink()
    code = "from groundstation.app.display import check_qt; check_qt('offscreen'); print('fine'); check_qt('xcb')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "fine\n", done.stderr
    assert "GroundStationError: Qt can't be loaded, libQt6XcbQpa.so.6: cannot open shared object file" in done.stderr
