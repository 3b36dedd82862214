# SPDX-License-Identifier: Apache-2.0
"""Alarms are said by a voice of the language that the window speaks."""

from __future__ import annotations

import stat

import pytest

from groundstation.app.sounds import Sounds
from groundstation.ui.language.speaking import speaking
from tests.support.waiting import wait_until


@pytest.fixture
def heard(tmp_path, monkeypatch):
    """A voice that writes down what it was called with."""
    found = tmp_path / "heard"
    voice = tmp_path / "spd-say"
    voice.write_text(
        f'#!/bin/sh\nfor one; do printf "%s|" "$one" >> "{found}.part"; done\nmv "{found}.part" "{found}"\n'
    )
    voice.chmod(voice.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    yield found
    speaking().put_on("en")


@pytest.mark.parametrize(("language", "text"), [("en", "Warning. uav-1. Battery."), ("tr", "Uyarı. uav-1. Pil.")])
def test_the_voice_speaks_what_the_window_speaks(heard, language, text):
    speaking().put_on(language)
    sounds = Sounds()
    sounds.speak(text)
    wait_until(heard.exists)
    sounds.close()
    assert heard.read_text(encoding="utf-8") == f"-w|-l|{language}|--|{text}|"
