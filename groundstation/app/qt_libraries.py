# SPDX-License-Identifier: Apache-2.0
"""The shared libraries that Qt takes from the system: which of them the loader does not find, and what brings them.

Run as a module it prints the packages; the set-up does so. Linux only: elsewhere Qt brings everything.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from groundstation.ui.resources import resource

PARTS = (
    "Qt/lib/libQt6Core.so.6",
    "Qt/lib/libQt6Gui.so.6",
    "Qt/lib/libQt6Widgets.so.6",
    "Qt/lib/libQt6Network.so.6",
    "Qt/lib/libQt6OpenGL.so.6",
    "Qt/lib/libQt6Svg.so.6",
    "Qt/lib/libQt6DBus.so.6",
    "Qt/lib/libQt6XcbQpa.so.6",
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/platforms/libqoffscreen.so",
)
"""The files of Qt that the window loads, below PySide6's folder."""


def qt_folder() -> Path | None:
    """Where PySide6 is installed; None when it isn't."""
    # found and not imported: where Qt's libraries are missing, the import is what fails
    spec = importlib.util.find_spec("PySide6")
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def packages() -> dict[str, str]:
    """Debian's package of each library.

    Raises:
        GroundStationError: the installation is incomplete.
    """
    lines = resource("qt-libraries.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))


def missing_libraries() -> list[str]:
    """Names of libraries that the loader does not find for the parts of Qt in use; empty where it can't be asked."""
    folder = qt_folder()
    if folder is None or shutil.which("ldd") is None:
        return []
    found: set[str] = set()
    for part in PARTS:
        listing = subprocess.run(
            ["ldd", str(folder / part)],  # noqa: S607 - wherever it lies
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        found |= {line.split()[0] for line in listing.splitlines() if "not found" in line}
    # Qt finds its own by a path of its own, which ldd does not know for plug-ins
    return sorted(name for name in found if not name.startswith("libQt6"))


def remedy(missing: list[str]) -> str:
    """The command that brings libraries, or the bare names where no package is known."""
    known = packages()
    wanted = sorted({known[name] for name in missing if name in known})
    unknown = [name for name in missing if name not in known]
    words = [f"'{apt_line(wanted)}'"] if wanted else []
    return ", and ".join([*words, *([f"find packages with {', '.join(unknown)}"] if unknown else [])])


def apt_line(wanted: list[str]) -> str:
    """The whole command for Debian, Ubuntu and the like."""
    return f"sudo apt-get update && sudo apt-get install -y {' '.join(wanted)}"


def main() -> None:
    """Print packages on one line; complain about libraries that no package is known for."""
    known, missing = packages(), missing_libraries()
    unknown = [name for name in missing if name not in known]
    if unknown:
        sys.stderr.write(f"setup: Qt also needs {', '.join(unknown)}\n")
    sys.stdout.write(" ".join(sorted({known[name] for name in missing if name in known})) + "\n")


if __name__ == "__main__":
    main()
