# SPDX-License-Identifier: Apache-2.0
"""Values that settings keep as JSON. Pure."""

from __future__ import annotations

import json
import math


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


def numbers_of(text: object) -> list[float]:
    """The same for what must be a list of numbers: one that is none ends it, since places in it have a meaning."""
    found = json_of(text)
    numbers: list[float] = []
    for one in found if isinstance(found, list) else []:
        if isinstance(one, bool) or not isinstance(one, int | float) or not math.isfinite(one):
            break
        numbers.append(float(one))
    return numbers
