# SPDX-License-Identifier: Apache-2.0
"""Text from outside is shown as it is, but for what steers who shows it."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from groundstation.fleet.shown_text import JOINERS, harmless


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Kerkenez 1", "Kerkenez 1"),
        ("Kerkenez\N{NO-BREAK SPACE}1", "Kerkenez 1"),
        ("می\N{ZERO WIDTH NON-JOINER}روم", "می\N{ZERO WIDTH NON-JOINER}روم"),
        ("\x1b]0;x\x07", "?]0;x?"),
        ("a\nb", "a?b"),
        ("\N{RIGHT-TO-LEFT ISOLATE}abc\N{POP DIRECTIONAL ISOLATE}", "?abc?"),
        ("\N{ZERO WIDTH SPACE}x", "?x"),
        ("\ud800x", "?x"),
        ("\uffff", "?"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert harmless(text, "?") == shown


def test_no_control_character_and_no_mark_of_direction_gets_through() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    left = {unicodedata.category(one) for one in harmless(everything, "?") if one not in JOINERS}
    assert left.isdisjoint({"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"})
    assert {one for one in harmless(everything) if one.isspace()} == {" "}
