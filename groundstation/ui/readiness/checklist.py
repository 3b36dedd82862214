# SPDX-License-Identifier: Apache-2.0
"""The matrix as a page that is printed and signed. GUI thread; what comes from outside is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from groundstation.fleet.phrases import Words
from groundstation.fleet.readiness.readiness import Cell, Matrix
from groundstation.ui.readiness.readiness_model import tr
from groundstation.ui.said import said

_SIGNS = {True: "✓", False: "✗", None: "?"}
_STYLE = (
    "body{font:14px sans-serif;margin:24px}table{border-collapse:collapse}"
    "td,th{border:1px solid;padding:4px 8px;text-align:left;vertical-align:top}"
    "td.no{font-weight:bold}p.sign{margin-top:48px}"
)


def checklist(matrix: Matrix, names: Sequence[str], when: str) -> str:
    """A page of HTML.

    Args:
        matrix: what is written down.
        names: of the vehicles, in its order.
        when: the moment, in words.
    """
    title = escape(tr("Readiness of the fleet"))
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    rows = [_row(one.title, one.cells) for one in matrix.rows]
    verdicts = "".join(f"<th>{_SIGNS[matrix.is_ready(place)]}</th>" for place in range(len(names)))
    remedies = dict.fromkeys(said(cell.remedy) for row in matrix.rows for cell in row.cells if cell.remedy)
    helps = "".join(f"<li>{escape(one)}</li>" for one in remedies)
    return (
        f"<!doctype html><html><head><meta charset='utf-8'><title>{title}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{title}</h1><p>{escape(when)}</p><table><tr><th></th>{head}</tr>{''.join(rows)}"
        f"<tr><th>{escape(tr('Ready'))}</th>{verdicts}</tr></table>"
        + (f"<h2>{escape(tr('What helps'))}</h2><ul>{helps}</ul>" if helps else "")
        + f"<p class='sign'>{escape(tr('Checked by'))} ______________________ &nbsp; "
        f"{escape(tr('Signature'))} ______________________</p></body></html>\n"
    )


def _row(title: Words, cells: Sequence[Cell]) -> str:
    found = []
    for one in cells:
        kind = " class='no'" if one.is_good is False else ""
        found.append(f"<td{kind}>{_SIGNS[one.is_good]} {escape(said(one.said))}</td>")
    return f"<tr><th>{escape(said(title))}</th>{''.join(found)}</tr>"
