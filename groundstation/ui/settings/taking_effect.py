# SPDX-License-Identifier: Apache-2.0
"""What follows of other settings, at once. GUI thread."""

from __future__ import annotations

from groundstation.fleet.settings.settings import Settings
from groundstation.ui.language.speaking import system_language
from groundstation.ui.language.switch import show_anew, speak
from groundstation.ui.theme.switch import wear
from groundstation.ui.theme_menu import theme_for


def take_effect(before: Settings, now: Settings) -> None:
    """Have everything that stands shown by the settings of now.

    Args:
        before: what they were.
        now: what they are.
    """
    if now.window.theme != before.window.theme:
        wear(theme_for(now.window.theme))
    if now.window.language != before.window.language:
        speak(now.window.language or system_language())
    if now.units != before.units or now.vehicles != before.vehicles:
        show_anew()
