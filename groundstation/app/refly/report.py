# SPDX-License-Identifier: Apache-2.0
"""The comparison as a document: a page for each vehicle, with its way, the differences over time, and all runs."""

from __future__ import annotations

from pathlib import Path

from groundstation.app.refly.comparison_page import draw_page
from groundstation.app.refly.refly import REPORT, Flown
from groundstation.fleet.errors import GroundStationError
from groundstation.logs.report.document import Page, html
from groundstation.logs.session_folder import write_whole

PDF = "report.pdf"


def pages_of(found: Flown) -> tuple[Page, ...]:
    """A page for each vehicle."""
    count = len(found.recorded)
    return tuple(
        Page(f"{flight.name}, flown again", draw_page(found, index, f"page {index + 1} of {count}"), False)
        for index, flight in enumerate(found.recorded)
    )


def write_reports(found: Flown, folder: Path) -> None:
    """Write the document as HTML and as PDF.

    Raises:
        GroundStationError: it can't be written.
    """
    from groundstation.app.pdf_apart import pdf

    pages = pages_of(found)
    for name, data in ((REPORT, html(pages).encode()), (PDF, pdf(pages, None))):
        try:
            write_whole(folder / name, data)
        except OSError as error:
            raise GroundStationError(f"{folder / name} can't be written ({error.strerror}); make room") from error
