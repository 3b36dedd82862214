# SPDX-License-Identifier: Apache-2.0
"""Values that are dragged from a tree to a plot. GUI thread; no widgets."""

from __future__ import annotations

from PySide6.QtCore import QMimeData

from groundstation.fleet.value_path import MAX_REFS, ValueRef, json_from_refs, refs_from_json

MIME_TYPE = "application/x-groundstation-values"


def mime_from_refs(refs: list[ValueRef]) -> QMimeData:
    """What a drag carries."""
    mime = QMimeData()
    mime.setData(MIME_TYPE, json_from_refs(refs))
    # for other programs
    mime.setText("\n".join(f"{ref.source} {ref.path}".strip() for ref in refs[:MAX_REFS]))
    return mime


def refs_from_mime(mime: QMimeData) -> list[ValueRef]:
    """The values that a drag carries; empty when it carries something else."""
    return refs_from_json(bytes(mime.data(MIME_TYPE).data())) if mime.hasFormat(MIME_TYPE) else []
