# SPDX-License-Identifier: Apache-2.0
"""Mends the absolute paths in a .venv whose folder was moved or copied: without it the copy runs the original's code.

    .venv/bin/python packaging/moved.py OLD_FOLDER NEW_FOLDER

Touches the scripts, the editable finder and what pip remembers; needs no network and no library.
"""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import quote

LONGEST = 127
"""Bytes of a first line that every kernel takes."""


def mended_script(data: bytes, new: str) -> bytes:
    """A script of an installed package, with the first line (or the three that stand for it) of its new place."""
    if data.startswith(b"#!/bin/sh\n'''exec' "):
        rest = data.split(b"\n", 3)[3]
    elif data.startswith(b"#!") and b"python" in data.split(b"\n", 1)[0]:
        rest = data.split(b"\n", 1)[1]
    else:
        return data
    python = f"{new}/.venv/bin/python"
    first = f"#!{python}\n"
    if " " in python or len(first.encode()) > LONGEST:
        # as pip writes it: the shell sees a command, Python a text
        first = f"#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n"
    return first.encode() + rest


def main(old: str, new: str) -> None:
    """Mend every file that names the old folder."""
    packages = next((Path(new) / ".venv" / "lib").glob("python3*")) / "site-packages"
    for path in (Path(new) / ".venv" / "bin").iterdir():
        if path.is_symlink() or not path.is_file():
            continue
        data = path.read_bytes()
        in_old = f"{old}/.venv".encode()
        if in_old in data[:1024] and data.startswith(b"#!"):
            path.write_bytes(mended_script(data, new))
        elif in_old in data:
            path.write_bytes(data.replace(in_old, f"{new}/.venv".encode()))
    for path in packages.glob("__editable__*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(repr(f"{old}/")[:-1], repr(f"{new}/")[:-1]), encoding="utf-8")
    for path in [*packages.glob("*.dist-info/direct_url.json"), Path(new) / ".venv" / "pyvenv.cfg"]:
        text = path.read_text(encoding="utf-8")
        url = text.replace(f'"file://{quote(old)}"', f'"file://{quote(new)}"')
        path.write_text(url.replace(f"{old}/.venv", f"{new}/.venv"), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
