# SPDX-License-Identifier: Apache-2.0
"""A dry run in the window says nothing about the vehicle."""

from __future__ import annotations

from groundstation.fleet.commands import CommandState, Reason, Verb
from groundstation.ui.commanding.words import state_words


def test_a_dry_run_is_no_vehicle_at_its_height():
    assert state_words(CommandState.SUCCEEDED, Verb.TAKEOFF) == "at its height"
    assert state_words(CommandState.SUCCEEDED, Verb.TAKEOFF, Reason.DRY_RUN) == "dry run"
