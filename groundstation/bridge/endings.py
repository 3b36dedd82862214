# SPDX-License-Identifier: Apache-2.0
"""How a command ends, and what is said of it: one function for each way to end without the wanted effect. Pure."""

from __future__ import annotations

from typing import NamedTuple

from groundstation.bridge.step_list import StepList
from groundstation.fleet.commands import END_STATES, CommandState, Reason, Verb
from groundstation.fleet.link import ConnReason, LinkState
from groundstation.fleet.phrases import Words, joined, say
from groundstation.fleet.vehicle import VehicleState

_UNDONE = frozenset(END_STATES) - {CommandState.SUCCEEDED, CommandState.ACCEPTED_UNVERIFIED}


class Ending(NamedTuple):
    """The end of a command."""

    state: CommandState
    reason: Reason
    said: Words = ""


ABANDONED = Ending(CommandState.UNKNOWN, Reason.BRIDGE_LOST, say("bridge_stopped_meanwhile"))
"""The bridge stops."""
SUCCEEDED = Ending(CommandState.SUCCEEDED, Reason.NONE)
SEEN_ALONE = Ending(CommandState.SUCCEEDED, Reason.NONE, say("seen_by_telemetry"))
"""Nobody answered, and telemetry shows it."""
DOES_SO_ALREADY = Ending(CommandState.SUCCEEDED, Reason.NONE, say("does_so_already"))
"""It was refused by a vehicle that does it."""
NOT_SHOWN = Ending(CommandState.ACCEPTED_UNVERIFIED, Reason.NONE, say("accepted_not_shown"))
"""The vehicle took it, and nothing that it tells can show the effect."""


def new_life(verb: Verb, reason: ConnReason) -> Ending:
    """Its vehicle began a new life meanwhile.

    Args:
        verb: what was under way.
        reason: why the new life began.
    """
    # the new life is the proof
    if verb is Verb.REBOOT and reason is ConnReason.REBOOTED:
        return SUCCEEDED
    # a silence and a return may be a restart that nobody saw, or a link that was away
    if verb is Verb.REBOOT:
        return Ending(CommandState.ACCEPTED_UNVERIFIED, Reason.NONE, say("came_back_after_silence"))
    if reason is ConnReason.REBOOTED:
        return Ending(CommandState.UNKNOWN, Reason.REBOOTED, say("autopilot_restarted"))
    if reason is ConnReason.IDENTITY_CONFLICT:
        return Ending(CommandState.UNKNOWN, Reason.IDENTITY_CONFLICT, say("another_autopilot"))
    return Ending(CommandState.UNKNOWN, Reason.LINK_LOST, say("link_lost_meanwhile"))


def superseded(verb: Verb, *, is_unanswered: bool) -> Ending:
    """A newer command decides where the vehicle goes; this one may have been heard all the same."""
    said = joined(say("superseded", verb=verb.value), say("sent_not_answered") if is_unanswered else "")
    return Ending(CommandState.CANCELLED, Reason.SUPERSEDED, said)


def cancelled(*, is_told: bool) -> Ending:
    """The operator wants no more of it; only what the vehicle said to be at can be stopped by COMMAND_CANCEL."""
    return Ending(CommandState.CANCELLED, Reason.ASKED, say("told_to_stop" if is_told else "not_watched"))


def unanswered(link: LinkState, has_progressed: bool, was_so_before: bool) -> Ending:
    """Nobody answered a step, and no telemetry shows it.

    Args:
        link: whether the vehicle is heard.
        has_progressed: whether it had said that it is at it (MAV_RESULT_IN_PROGRESS).
        was_so_before: whether what would prove it was there when it was sent: then it tells nothing now.
    """
    if has_progressed:
        return Ending(CommandState.UNKNOWN, Reason.NO_ANSWER, say("no_word_since"))
    # a missing answer is no failure: to some commands PX4 gives none (observed)
    if link is LinkState.ONLINE:
        said = say("no_answer_as_before" if was_so_before else "no_answer_not_known")
        return Ending(CommandState.TIMEOUT, Reason.NO_ANSWER, said)
    return Ending(CommandState.UNKNOWN, Reason.LINK_LOST, say("link_lost_before_answer"))


def against(what: Words, after_s: float) -> Ending:
    """It was accepted, and the vehicle shows the opposite."""
    said = say("accepted_yet", against=what, after_s=after_s)
    return Ending(CommandState.FAILED, Reason.NO_EFFECT, said)


def done_instead(steps: StepList) -> Ending:
    """The vehicle refused what was wanted, and telemetry shows what was done in its place."""
    return Ending(CommandState.FAILED, Reason.VEHICLE_DENIED, say("telemetry_shows", what=steps.instead))


def as_executed(end: Ending, steps: StepList, state: VehicleState | None, *, is_sent: bool) -> Ending:
    """An end in the light of what was executed: half a command can't be called refused or expired.

    Args:
        end: as the present step ended.
        steps: all of them.
        state: the vehicle now; None where nothing is known.
        is_sent: whether the present step was sent.
    """
    if end.state is not CommandState.SUCCEEDED and steps.is_tidying:
        return Ending(CommandState.SUCCEEDED, Reason.NONE, say("done_but", then=end.said))
    if not steps.has_done or end.state not in _UNDONE:
        return end
    # both mean that nothing was done, and a step was
    is_mild = end.state in (CommandState.EXPIRED, CommandState.REJECTED)
    said = joined(end.said, steps.so_far(state, is_sent=is_sent))
    return Ending(CommandState.FAILED if is_mild else end.state, end.reason, said)
