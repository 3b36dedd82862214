# SPDX-License-Identifier: Apache-2.0
"""Values that settings keep as JSON. Pure."""

from __future__ import annotations

import json


def json_of(text: object) -> object:
    """Settings may be damaged or of another version: then there are none."""
    try:
        return json.loads(str(text)) if text is not None else None
    except ValueError:
        return None


def table_of(text: object) -> dict[str, object]:
    """The same for what must be a table."""
    found = json_of(text)
    return found if isinstance(found, dict) else {}


def texts_of(text: object) -> list[str]:
    """The same for what must be a list of texts: what else is in it is left out."""
    found = json_of(text)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
