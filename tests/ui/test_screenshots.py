# SPDX-License-Identifier: Apache-2.0
"""The pictures of the documents: each scene can be brought into view, and each picture stands in the README."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from groundstation.ui.main_window import MainWindow
from tests.ui.support.commanding import ToldVehicle

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("screenshots", ROOT / "packaging" / "screenshots.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_every_scene_can_be_brought_into_view(script, commands, settings, app):
    window = MainWindow(commands.station.feed, settings, commands.orders)
    window.show()
    commands.hear(ToldVehicle(1))
    for scene in script.SCENES:
        widget = scene.prepare(window) or window
        app.processEvents()
        assert not widget.grab().isNull(), scene.name
        assert widget.isVisible()
    assert window.selection.keys == (ToldVehicle(1).key,)


def test_every_picture_stands_in_the_readme(script):
    text = (ROOT / "README.md").read_text()
    for scene in script.SCENES:
        assert f"(docs/{scene.name}.png)" in text
        assert (ROOT / "docs" / f"{scene.name}.png").exists()
