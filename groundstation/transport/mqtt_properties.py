# SPDX-License-Identifier: Apache-2.0
"""Properties of an MQTT 5 message as names and texts. No thread, no I/O."""

from __future__ import annotations

from typing import Any


def named(properties: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Properties by the names that the specification gives them; user properties as `UserProperty.<name>`.

    Args:
        properties: as the library's `Properties.json()` gives them.
    """
    found: list[tuple[str, str]] = []
    for name, value in properties.items():
        if name == "UserProperty":
            found += [(f"{name}.{key}", str(text)) for key, text in value]
        else:
            found.append((name, str(value)))
    return tuple(found)
