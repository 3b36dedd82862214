# SPDX-License-Identifier: Apache-2.0
"""Has a report painted by a process of its own, so that no thread of ours touches Qt. Any thread."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import IO

import msgspec

from groundstation.app.display import check_qt
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.progress import Progress
from groundstation.logs.report.document import Page

PAINTER = (sys.executable, "-m", "groundstation.app.pdf_apart")


def pdf(pages: Sequence[Page], on_progress: Progress | None = None) -> bytes:
    """A PDF document, a page each.

    Args:
        pages: at least one.
        on_progress: told how far it is; may cancel.

    Raises:
        GroundStationError: a page can't be painted.
        CancelledError: by `on_progress`.
    """
    # files and not pipes, since two pipes that fill up wait for each other
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as made:
        given.write(msgspec.json.encode(tuple(pages)))
        given.seek(0)
        with subprocess.Popen(PAINTER, stdin=given, stdout=made, stderr=subprocess.PIPE) as painter:
            try:
                said = _follow(painter.stderr, on_progress)
            except BaseException:
                # leaving the block waits for the painter, who would go on with all the pages
                painter.kill()
                raise
        if painter.returncode:
            why = " ".join(said.split()) or f"it ended with code {painter.returncode}"
            raise GroundStationError(f"the report can't be painted: {why}; write it as .html")
        made.seek(0)
        return made.read()


def _follow(lines: IO[bytes] | None, on_progress: Progress | None) -> str:
    """Pass on how far it is; returns the last of its other words."""
    said = ""
    for line in lines or ():
        text = line.decode("utf-8", "replace").strip()
        try:
            share = float(text)
        except ValueError:
            said = text or said
            continue
        if on_progress is not None:
            on_progress(share)
    return said


def _say(words: object) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def main() -> None:
    """The painter: pages in as JSON, the document out; how far it is goes to standard error, a number a line."""
    # before the application is made, which reads it once
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    pages = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[Page, ...])
    try:
        check_qt("offscreen")
        from PySide6.QtGui import QFont

        from groundstation.app.report_pdf import pdf as paint
        from groundstation.ui.application import make_application
        from groundstation.ui.theme import tokens

        application = make_application(sys.argv[:1])
        # figures of one width, and signs between figures, are other glyphs, of which a PDF does not say what they mean:
        # nobody could search or copy them
        plain = QFont(tokens.FONT_FAMILY)
        plain.setFeature(QFont.Tag("calt"), 0)
        application.setFont(plain)
        document = paint(pages, _say)
    except GroundStationError as error:
        _say(error)
        sys.exit(1)
    sys.stdout.buffer.write(document)
    sys.stdout.flush()
    del application


if __name__ == "__main__":
    main()
