# SPDX-License-Identifier: Apache-2.0
"""The tables of colours, worked out; and that nothing else of the window names a colour or keeps one."""

from __future__ import annotations

import ast
import itertools
import math
import re
from pathlib import Path

import pytest

import groundstation.ui
from groundstation.ui.theme.dark import DARK
from groundstation.ui.theme.light import LIGHT
from groundstation.ui.theme.roles import Ink
from groundstation.ui.theme.sun import SUN
from groundstation.ui.theme.theme import VEHICLES
from groundstation.ui.theme.themes import THEMES, theme_named

READABLE = 4.5
"""Least contrast of text on what is behind it (WCAG 2.2, 1.4.3)."""
APART = 0.07
"""Least distance in OKLab of two colours that mean different things; the two nearest of the first table had it."""
GROUNDS = (
    Ink.BACKGROUND,
    Ink.SURFACE,
    Ink.RAISED,
    Ink.ACCENT_SURFACE,
    Ink.ACCENT_HOVER,
    Ink.INSTRUMENT,
    Ink.SEA,
    Ink.LAND,
)
"""Rows, fields, tiles, labels of the map: what text of any kind may stand on."""
TEXTS = {
    Ink.TEXT: (*GROUNDS, Ink.HOVER, Ink.LINE, Ink.CAUTION_SURFACE, Ink.WARNING_SURFACE),
    Ink.MUTED: (*GROUNDS, Ink.HOVER, Ink.CAUTION_SURFACE, Ink.WARNING_SURFACE),
    Ink.ACCENT: (*GROUNDS, Ink.HOVER),
    Ink.CAUTION: (*GROUNDS, Ink.CAUTION_SURFACE),
    Ink.WARNING: (*GROUNDS, Ink.WARNING_SURFACE),
    Ink.SIMULATED: (Ink.SIMULATED_SURFACE,),
    Ink.PAST: (Ink.PAST_SURFACE, Ink.SURFACE),
    Ink.PAST_SURFACE: (Ink.PAST,),
    Ink.BACKGROUND: (Ink.ACCENT, Ink.TEXT),
    Ink.GRID_TEXT: (Ink.SEA, Ink.LAND),
    Ink.SEA_TEXT: (Ink.SEA,),
    Ink.PLACE_TEXT: (Ink.SEA, Ink.LAND),
    Ink.HORIZON_MARK: (Ink.SKY, Ink.SKY_HIGH, Ink.GROUND, Ink.GROUND_LOW),
}
BY_AVIATION = {Ink.AIRCRAFT, Ink.GROUND, Ink.GROUND_LOW}
"""Yellow and brown by habit, and only inside the attitude indicator."""


def light_parts(colour):
    """Red, green and blue of `#rrggbb` as shares of light."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one, other):
    low, high = sorted(
        0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in map(light_parts, (one, other))
    )
    return (high + 0.05) / (low + 0.05)


def oklab(colour):
    """Where a colour is seen (B. Ottosson, A perceptual color space for image processing)."""
    red, green, blue = light_parts(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def distance(one, other):
    return math.dist(oklab(one), oklab(other))


def test_contrast_is_worked_out_as_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.key)
class TestEachTheme:
    def test_has_a_colour_for_each_role(self, theme):
        assert set(theme.colours) == set(Ink)
        assert len(theme.vehicles) == VEHICLES
        for colour in (*theme.colours.values(), *theme.vehicles):
            assert re.fullmatch("#[0-9a-f]{6}", colour), colour
        assert theme_named(theme.key) is theme

    def test_text_can_be_read_on_what_is_behind_it(self, theme):
        colours = theme.colours
        found = {
            f"{text.value} on {ground.value}": round(contrast(colours[text], colours[ground]), 2)
            for text, grounds in TEXTS.items()
            for ground in grounds
        }
        assert {pair: ratio for pair, ratio in found.items() if ratio < READABLE} == {}

    def test_names_of_vehicles_can_be_read_in_their_colours(self, theme):
        found = {
            (colour, ground.value): round(contrast(colour, theme.colours[ground]), 2)
            for colour in theme.vehicles
            for ground in GROUNDS
        }
        assert {pair: ratio for pair, ratio in found.items() if ratio < READABLE} == {}

    def test_vehicles_are_told_apart(self, theme):
        found = {pair: round(distance(*pair), 3) for pair in itertools.combinations(theme.vehicles, 2)}
        assert {pair: far for pair, far in found.items() if far < APART} == {}

    def test_nothing_looks_like_an_alarm_but_alarms(self, theme):
        alarms = {Ink.CAUTION, Ink.WARNING}
        others = [theme.colours[role] for role in Ink if role not in alarms | BY_AVIATION] + list(theme.vehicles)
        for alarm in alarms:
            near = [colour for colour in others if distance(colour, theme.colours[alarm]) < APART]
            assert near == [], alarm
        assert distance(theme.colours[Ink.CAUTION], theme.colours[Ink.WARNING]) > APART

    def test_what_lies_over_another_is_seen_on_it(self, theme):
        colours = theme.colours
        for over, under in (
            (Ink.SURFACE, Ink.BACKGROUND),
            (Ink.RAISED, Ink.SURFACE),
            (Ink.ACCENT_SURFACE, Ink.SURFACE),
            (Ink.ACCENT_SURFACE, Ink.RAISED),
            (Ink.LINE, Ink.SURFACE),
            (Ink.LAND, Ink.SEA),
            (Ink.GRID, Ink.LAND),
        ):
            assert distance(colours[over], colours[under]) > 0.02, (over, under)


@pytest.mark.parametrize("theme", [LIGHT, SUN], ids=lambda theme: theme.key)
def test_a_vehicle_has_about_the_same_hue_in_each_theme(theme):
    for one, other in zip(DARK.vehicles, theme.vehicles, strict=True):
        hues = [math.atan2(*reversed(oklab(colour)[1:])) for colour in (one, other)]
        assert abs(math.remainder(hues[0] - hues[1], math.tau)) < math.radians(45), (one, other)


def test_for_sunlight_text_has_the_contrast_of_print():
    """7:1 is what the standard asks where little light is left for the eye (WCAG 2.2, 1.4.6)."""
    for role in (Ink.TEXT, Ink.MUTED, Ink.ACCENT, Ink.CAUTION, Ink.WARNING):
        for ground in (Ink.SURFACE, Ink.RAISED, Ink.BACKGROUND):
            assert contrast(SUN.colours[role], SUN.colours[ground]) > 7.0, (role, ground)


# ---- the sources ----

UI = Path(groundstation.ui.__file__).parent
SOURCES = sorted(path for path in UI.rglob("*.py") if path.parent.name != "theme")
HEX = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?![0-9a-zA-Z_-])")
LOOKED_UP = {"ink", "veil", "vehicle_ink", "vehicle_colour", "pixmap", "filled"}
"""What answers with a colour of now."""
MADE_UP = {"QColor", "QRgba64", "rgb", "rgba", "hsl", "setStyleSheet", "mkColor"}
"""Colours from elsewhere; a style sheet of a widget's own goes through `dress.set_style`."""
CLEAR = {"transparent"}


def faults(source):
    """What a file does with colours that it should not."""
    tree = ast.parse(source)
    found = [f"names {node.value}" for node in ast.walk(tree) if _is_colour(node)]
    found += [f"calls {name}" for node in ast.walk(tree) if (name := _called(node)) in MADE_UP]
    found += [f"names {node.attr}" for node in ast.walk(tree) if _is_global(node)]
    found += [f"looks up {name} when imported" for name in _calls_at_import(tree) if name in LOOKED_UP]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and any("cache" in ast.unparse(one) for one in node.decorator_list):
            calls = {_called(one) for one in ast.walk(node)}
            if calls & LOOKED_UP and "theme" not in {one.arg for one in node.args.args + node.args.kwonlyargs}:
                found.append(f"{node.name} keeps what it has looked up")
    return found


def _is_colour(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(HEX.search(node.value))


def _is_global(node):
    is_one = isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("GlobalColor")
    return is_one and node.attr not in CLEAR


def _called(node):
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _calls_at_import(node):
    """Functions that are called when the file is imported: all but those in the bodies of others."""
    if isinstance(node, (ast.FunctionDef, ast.Lambda)):
        inside = [*node.args.defaults, *node.args.kw_defaults, *getattr(node, "decorator_list", [])]
    else:
        inside = list(ast.iter_child_nodes(node))
        yield _called(node)
    for one in inside:
        if one is not None:
            yield from _calls_at_import(one)


def test_there_is_something_to_look_at():
    assert len(SOURCES) > 100


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(UI)))
def test_no_file_of_the_window_names_a_colour_or_keeps_one(path):
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        'LINE = "#3f6780"',
        'sheet = f"#notice {{ color: #fff; }}"',
        "pen = QColor(255, 255, 255, 235)",
        "pixels.fill(Qt.GlobalColor.white)",
        'label.setStyleSheet("color: red")',
        "LINE = ink(Ink.LINE)",
        "LOOKS = {1: (ink(Ink.LINE), 2)}",
        "def draw(colour=ink(Ink.LINE)): pass",
        "class Look:\n    line = vehicle_ink(3)",
        "@functools.cache\ndef sprite(ratio):\n    return QPen(ink(Ink.LINE))",
    ],
)
def test_a_planted_colour_is_found(source):
    assert len(faults(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "LOOKS = {1: Ink.LINE}",
        "def draw(painter):\n    painter.setPen(ink(Ink.LINE))",
        "@functools.cache\ndef sprite(ratio, theme):\n    return QPen(ink(Ink.LINE))",
        "pixels.fill(Qt.GlobalColor.transparent)",
        'set_style(self, "#ask { background: $raised; }")',
    ],
)
def test_what_is_looked_up_when_painted_is_right(source):
    assert faults(source) == []
