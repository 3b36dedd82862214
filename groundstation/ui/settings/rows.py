# SPDX-License-Identifier: Apache-2.0
"""The table of settings as the dialog shows them; types and limits are in `fleet/settings/settings.py`. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.settings.settings import choices
from groundstation.ui.language.speaking import languages
from groundstation.ui.panel_types import tr as theme_tr
from groundstation.ui.theme.themes import THEMES


def tr(text: str) -> str:
    """A text of the dialog in the operator's language."""
    return QCoreApplication.translate("Settings", text)


Offers = Callable[[], list[tuple[str, str]]]


class SettingRow(NamedTuple):
    """One setting."""

    key: str
    title: str
    help: str
    words: dict[str, str] = {}  # noqa: RUF012 - a table of constants
    """What the choices are called; those that are not here are called as they are written."""
    offers: Offers | None = None
    """Choices that are found out: words and value."""
    stands_for: Callable[[], str] | None = None
    """Which of the choices an empty value is."""
    unit: str = ""
    is_folder: bool = False
    is_later: bool = False
    """Whether it takes effect when the window is opened again."""

    def choices(self) -> list[tuple[str, str]]:
        """Words and value of each choice, in the operator's language."""
        if self.offers is not None:
            return self.offers()
        return [(tr(self.words.get(one, one)), one) for one in choices(self.key)]


def _themes() -> list[tuple[str, str]]:
    return [(theme_tr("Like the system"), "system"), *((theme_tr(one.title), one.key) for one in THEMES)]


def _languages() -> list[tuple[str, str]]:
    return [(tr("Like this computer"), ""), *((name, language) for language, name in languages().items())]


SECTIONS: tuple[tuple[str, tuple[SettingRow, ...]], ...] = (
    (
        "Window",
        (
            SettingRow(
                "window.theme",
                "Theme",
                "Dark, light, or with more contrast in sunlight.",
                offers=_themes,
                stands_for=lambda: THEMES[0].key,
            ),
            SettingRow("window.language", "Language", "Of the window and of numbers in it.", offers=_languages),
            SettingRow(
                "window.text_size_percent",
                "Text size",
                "Of everything in the window, from 75 to 200 %.",
                unit="%",
                is_later=True,
            ),
        ),
    ),
    (
        "Units",
        (
            SettingRow("units.height", "Heights", "Metres or feet.", {"m": "metres", "ft": "feet"}),
            SettingRow(
                "units.distance",
                "Distances",
                "Short and long ones.",
                {
                    "m, km": "metres, kilometres",
                    "ft, mi": "feet, miles",
                    "ft, NM": "feet, nautical miles",
                    "m, NM": "metres, nautical miles",
                },
            ),
            SettingRow(
                "units.speed",
                "Speeds",
                "Over the ground, through the air, of the wind.",
                {"kn": "knots", "mph": "miles an hour"},
            ),
            SettingRow("units.climb", "Climb", "Up and down.", {"ft/min": "feet a minute"}),
            SettingRow("units.temperature", "Temperatures", "Of vehicles; other devices say theirs themselves."),
            SettingRow(
                "units.coordinates",
                "Places",
                "How latitude and longitude are written; all of them are understood where one is typed.",
                {
                    "degrees": "degrees: 39.92077° N",
                    "minutes": "degrees and minutes: 39° 55.2462\N{PRIME} N",
                    "seconds": "degrees, minutes, seconds: 39° 55\N{PRIME} 14.8\N{DOUBLE PRIME} N",
                    "MGRS": "MGRS: 36S VK 87532 18973",
                    "UTM": "UTM: 36S 487532 E 4418974 N",
                },
            ),
        ),
    ),
    (
        "Operator",
        (
            SettingRow(
                "operator.name",
                "Name",
                "As other operators and the journal have it; empty for the name of this computer's user.",
                is_later=True,
            ),
        ),
    ),
    (
        "Sounds",
        (
            SettingRow(
                "sounds.alarms",
                "Alarms",
                "Single rules and vehicles are muted in the panel of alarms.",
                {"voice": "a tone and a voice", "tone": "a tone alone", "warnings": "a tone, for warnings alone"},
            ),
        ),
    ),
    (
        "Recordings",
        (
            SettingRow(
                "recording.folder",
                "Folder",
                "Of the next recorder that is started; empty for this user's own.",
                is_folder=True,
                is_later=True,
            ),
            SettingRow(
                "recording.limit_gb",
                "Limit",
                "Of all sessions together; the oldest go first, pinned ones never.",
                unit="GB",
                is_later=True,
            ),
        ),
    ),
    (
        "Map",
        (
            SettingRow(
                "map.cache_mb",
                "Tiles kept on this disk",
                "Of tile servers; what was used longest ago goes first. Servers are added in the map's menu.",
                unit="MB",
            ),
        ),
    ),
)
"""Titles of sections, each with its settings."""
