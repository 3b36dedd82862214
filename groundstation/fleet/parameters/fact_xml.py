# SPDX-License-Identifier: Apache-2.0
"""Reads ArduPilot's `apm.pdef.xml`. Pure.

A document that defines entities can grow to gigabytes as it is parsed: one with a DOCTYPE, without which it can define
none, is refused where that begins.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

from groundstation.fleet.parameters.fact_entries import ParameterFacts, ParameterFactsError, of_ardupilot
from groundstation.fleet.parameters.parameter import is_possible_name

MAX_ELEMENTS = 2_000_000
"""A real one has 150,000."""
MAX_DEPTH = 16
"""Of elements within each other; a real one has 6."""


class _Builder(ET.TreeBuilder):
    """Builds the tree, as long as it is that of parameters."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._count = 0

    def doctype(self, *_told: object) -> None:
        """Refuse what could define entities."""
        raise ParameterFactsError("the XML has a DOCTYPE, which is refused; fetch it from ArduPilot again")

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        """Count."""
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH or self._count > MAX_ELEMENTS:
            raise ParameterFactsError(f"the XML is more than {MAX_DEPTH} deep or {MAX_ELEMENTS} elements long")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        """Count."""
        self._depth -= 1
        return super().end(tag)


def facts_of_xml(text: bytes) -> dict[str, ParameterFacts]:
    """What the XML says, by name.

    Args:
        text: the whole document.

    Raises:
        ParameterFactsError: it is no XML, could define entities, or is larger than any real one.
    """
    # the builder above is the guard that S314 asks for
    parser = ET.XMLParser(target=_Builder())  # noqa: S314
    try:
        parser.feed(text)
        root = parser.close()
    except (ET.ParseError, ValueError, LookupError):
        raise ParameterFactsError("this is no XML of parameters; fetch the file again") from None
    found: dict[str, ParameterFacts] = {}
    for group in root.iter("parameters"):
        for one in group.iter("param"):
            name = one.get("name", "").rpartition(":")[2]
            if is_possible_name(name):
                found[name] = of_ardupilot(name, group.get("name", ""), _entry(one))
    return found


def _entry(element: ET.Element) -> dict[str, Any]:
    """The fields of a parameter under their names in `apm.pdef.json`."""
    fields: dict[str, Any] = {one.get("name", ""): one.text or "" for one in element.iter("field")}
    # some files say "0:Roll,1:Pitch" in a field; whole ones have an element for each
    for field, tag in (("Bitmask", "bit"), ("Values", "value")):
        told = {one.get("code"): one.text or "" for one in element.iter(tag)}
        fields[field] = told or _listed(fields.get(field, ""))
    return {
        **fields,
        "displayName": element.get("humanName", ""),
        "description": element.get("documentation", ""),
        "user": element.get("user", ""),
    }


def _listed(text: str) -> dict[str, str]:
    parts = (part.partition(":") for part in text.split(","))
    return {code.strip(): words.strip() for code, colon, words in parts if colon}
