# SPDX-License-Identifier: Apache-2.0
"""A handover as a document to print, with both signatures. GUI thread; every text is escaped."""

from __future__ import annotations

import html
import time
from collections.abc import Sequence

from groundstation.fleet.operators.conversation import Conversation
from groundstation.fleet.operators.handover_page import HandoverPage
from groundstation.fleet.operators.said import OperatorMessage, SaidKind
from groundstation.fleet.shown_text import harmless
from groundstation.ui.operators.said_words import handover_text, tr
from groundstation.ui.theme.tokens import FONT_FAMILY

# of paper, not of the window: black on white in every theme
_STYLE = (
    f"body{{font-family:'{FONT_FAMILY}',sans-serif;font-size:10pt;color:#000;background:#fff;margin:12pt}}"
    "h1{font-size:16pt;margin-bottom:2pt}h2{font-size:12pt;margin:14pt 0 4pt}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:3pt 5pt;text-align:left;"
    "vertical-align:top}th{background:#eee}p{white-space:pre-wrap}"
)

# Qt's documents take these from the attributes alone
_TABLE = "<table width='100%' border='1' cellpadding='4' cellspacing='0'>"


def document(one: OperatorMessage, conversation: Conversation) -> str:
    """The page as HTML.

    Args:
        one: the handover.
        conversation: knows how it ended.
    """
    page = one.page if one.page is not None else HandoverPage()
    title = tr("Handover from {who} to {whom}").format(who=one.by.op, whom=", ".join(one.to))
    rows = [
        (v.name, v.state, "" if v.battery_percent is None else f"{v.battery_percent:.0f} %", v.controlled_by, v.trouble)
        for v in page.vehicles
    ]
    alarms = [(a.title, a.source, a.state, a.assigned, a.note) for a in page.alarms]
    written = ((tr("Notes"), one.text or page.notes), (tr("Limits"), page.limits), (tr("Weather"), page.weather))
    parts = [
        f"<h1>{_safe(title)}</h1>",
        *(f"<h2>{_safe(name)}</h2><p>{_safe(text) or '—'}</p>" for name, text in written),
        _table(tr("Vehicles"), (tr("Vehicle"), tr("State"), tr("Battery"), tr("In control"), tr("Trouble")), rows),
        _table(tr("Alarms"), (tr("Alarm"), tr("Source"), tr("State"), tr("For"), tr("Note")), alarms),
        _table(tr("Under way"), (tr("Order"),), [(order,) for order in page.under_way]),
    ]
    if page.left_out:
        parts.append(f"<p>{_safe(tr('{count} more had no room.').format(count=page.left_out))}</p>")
    parts.append(_signatures(one, conversation))
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{_safe(title)}</title><style>{_STYLE}</style>"
        f"</head><body>{''.join(parts)}</body></html>"
    )


def _signatures(one: OperatorMessage, conversation: Conversation) -> str:
    given = tr("Handed over by {who}, {time}").format(who=f"{one.by}", time=_time(one.at_unix_s))
    end = conversation.end_of(one.id)
    if end is None:
        taken = handover_text(one, conversation)
    else:
        template = (
            tr("Taken over by {who}, {time}") if end.kind is SaidKind.ACCEPTED else tr("Declined by {who}, {time}")
        )
        taken = template.format(who=f"{end.by}", time=_time(end.at_unix_s))
        taken += f": {end.text}" if end.text else ""
    heading = f"<h2>{_safe(tr('Signatures'))}</h2>"
    return f"{heading}{_TABLE}<tr><td>{_safe(given)}</td><td>{_safe(taken)}</td></tr></table>"


def _time(unix_s: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(unix_s))


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return f"<h2>{_safe(title)}</h2><p>—</p>"
    head = "".join(f"<th>{_safe(one)}</th>" for one in columns)
    body = "".join("<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<h2>{_safe(title)}</h2>{_TABLE}<tr>{head}</tr>{body}</table>"


def _safe(text: str) -> str:
    return html.escape("\n".join(harmless(line) for line in text.splitlines()))
