# SPDX-License-Identifier: Apache-2.0
"""Conditions, refusals and ends of orders are put into words in the window: a translation of their templates is enough."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator

from groundstation.fleet.commands import CommandState, Reason, Verb
from groundstation.fleet.phrases import joined, say
from groundstation.ui.said import CONTEXT, said
from tests.ui.support.commanding import decision, flying


class Marks(QTranslator):
    """Puts every template and word of ours in quotes."""

    def translate(self, context, source, disambiguation=None, n=-1):
        del disambiguation, n
        return f"«{source}»" if context == CONTEXT else source

    def isEmpty(self):  # noqa: N802 - Qt's name
        return False


@pytest.fixture
def marks(app):
    translator = Marks(app)
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


@pytest.mark.usefixtures("marks")
def test_what_a_bridge_says_is_shown_in_the_windows_language(window, commands):
    [vehicle] = flying(1)
    commands.hear(vehicle)
    assert said(say("estimator", failed=("velocity", "height"))) == "«estimator: «velocity», «height»»"
    window.selection.select((vehicle.key,))
    window.desk.emergency(Verb.HOLD, [vehicle.key])
    commands.station.pass_time(0.3)
    ((_, request),) = [one for one in commands.requests() if one[0] == vehicle.key.id]
    detail = joined(say("at_step", step="go there", said=say("vehicle_denies")), "Arm: Gyros")
    failed = vehicle.report(
        commands.station.now_s, request, CommandState.FAILED, reason=Reason.VEHICLE_DENIED, detail=detail
    )
    commands.station.offer(failed)
    commands.station.feed.tick()
    assert "««go there»: «the vehicle denies it»»; Arm: Gyros" in window.floating.notices.texts[-1]


@pytest.mark.usefixtures("marks")
def test_what_is_refused_here_is_said_in_the_windows_language(window, commands):
    [vehicle] = flying(1)
    commands.hear(vehicle)
    state = commands.station.feed.fleet.get(vehicle.key)
    assert window.desk.orders.objection(state, Verb.ARM) == "«it is armed already»"
    assert said(decision(detail=say("in_control", owner="ayse")).detail) == "«ayse is in control»"
