# SPDX-License-Identifier: Apache-2.0
"""How a command ends when its vehicle begins a new life meanwhile. Pure."""

from __future__ import annotations

from groundstation.fleet.commands import CommandState, Reason, Verb
from groundstation.fleet.link import ConnReason


def end_by_new_life(verb: Verb, reason: ConnReason) -> tuple[CommandState, Reason, str]:
    """State, reason and words of the end.

    Args:
        verb: what was under way.
        reason: why the new life began.
    """
    if verb is Verb.REBOOT and reason is ConnReason.REBOOTED:
        return CommandState.SUCCEEDED, Reason.NONE, ""
    if verb is Verb.REBOOT:
        return CommandState.ACCEPTED_UNVERIFIED, Reason.NONE, "it came back after a silence"
    if reason is ConnReason.REBOOTED:
        return CommandState.UNKNOWN, Reason.REBOOTED, "the autopilot restarted meanwhile"
    if reason is ConnReason.IDENTITY_CONFLICT:
        return CommandState.UNKNOWN, Reason.IDENTITY_CONFLICT, "another autopilot took its place meanwhile"
    return CommandState.UNKNOWN, Reason.LINK_LOST, "the link was lost meanwhile"
