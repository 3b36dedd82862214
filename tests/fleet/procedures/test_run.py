# SPDX-License-Identifier: Apache-2.0
"""What a procedure orders, asks and waits for, moment by moment; and how it ends."""

from __future__ import annotations

import pytest

from groundstation.fleet.control import Control
from groundstation.fleet.errors import UsageError
from groundstation.fleet.events import Event, EventKind
from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.phrases import say
from groundstation.fleet.procedures.hands import TOGETHER_S
from groundstation.fleet.procedures.procedure import CHECK_S, MAX_VEHICLES
from groundstation.fleet.procedures.progress import Ending
from groundstation.fleet.procedures.runs import MAX_RUNS
from groundstation.fleet.status import Mode
from tests.fleet.procedures.world import (
    AYSE,
    CEM,
    KEYS,
    ONE,
    THREE,
    TWO,
    CommandState,
    Reason,
    Verb,
    World,
    procedure,
    states,
    words,
)

UP = "- do: takeoff 15\n- do: hold"


@pytest.fixture
def world() -> World:
    return World()


# ---- conditions ----


def test_a_check_that_holds_is_done_at_once_and_says_by_what(world):
    run = world.start("- check: battery > 40 and disarmed\n- check: height < 5")
    assert run.ending is Ending.DONE
    assert words(run, 1) == "holds: battery 90 %, disarmed yes"


@pytest.mark.parametrize(("within", "limit_s"), [("", CHECK_S), ("\n  within_s: 2", 2.0)])
def test_a_check_may_come_true_within_its_time_and_not_after(world, within, limit_s):
    for late_s, ending in ((0.0, Ending.DONE), (0.01, Ending.FAILED)):
        world.tell(ONE, charge=0.3)
        run = world.start(f"- check: battery > 40{within}")
        assert states(run, 1) == ["running"]
        assert words(run, 1) == "battery 30 %"
        world.now_s = round(world.now_s, 3)
        world.tick(limit_s - 0.5)
        assert run.ending is None
        world.tell(ONE, charge=0.5)
        world.tick(0.5 + late_s)
        assert run.ending is ending
    assert words(run, 1) == f"holds only now: battery 50 %; waited {limit_s:g} s"


def test_what_does_not_hold_fails_with_the_value_that_it_is(world):
    world.tell(ONE, charge=0.43)
    run = world.start("- check: battery > 50\n  within_s: 0\n- do: takeoff 15")
    world.tick()
    assert (run.ending, states(run, 1), states(run, 2)) == (Ending.FAILED, ["failed"], ["skipped"])
    assert words(run, 1) == "does not hold: battery 43 %; waited 0 s"
    assert world.sent == []


def test_what_nobody_knows_does_not_hold(world):
    run = world.start("- check: not gps.0.satellites < 6\n  within_s: 1")
    world.pass_time(1.2)
    assert run.ending is Ending.FAILED
    assert words(run, 1) == "nobody knows whether it holds; waited 1 s"


@pytest.mark.parametrize(("age_s", "state"), [(15.9, "done"), (16.1, "running")])
def test_a_value_that_is_too_old_is_not_known(world, age_s, state):
    """A battery is told every two seconds: stale after 6 s, expired 10 s later."""
    world.tick(age_s)
    assert states(world.start("- wait: battery > 40\n  within_s: 60"), 1) == [state]


def test_of_a_vehicle_that_is_not_heard_nothing_holds(world):
    world.lose(ONE)
    run = world.start("- check: battery > 40\n  within_s: 1")
    world.pass_time(1.2)
    assert words(run, 1) == "the vehicle is not heard; waited 1 s"
    world.states.pop(TWO)
    run = world.start("- check: battery > 40\n  within_s: 1", (TWO,))
    world.pass_time(1.2)
    assert run.ending is Ending.FAILED


def test_a_vehicle_that_is_lost_in_the_middle_fails_and_the_next_step_does_not_begin(world):
    run = world.start("- wait: height > 13\n  within_s: 5\n- do: hold", (ONE, TWO))
    for key in (ONE, TWO):
        world.tell(key, height_m=15.0, armed=True)
    world.lose(TWO)
    world.tick()
    assert states(run, 1) == ["done", "running"]
    world.pass_time(5.2)
    assert states(run, 1) == ["done", "failed"]
    assert run.ending is Ending.FAILED
    assert world.sent == []


# ---- orders ----


def test_an_order_goes_to_all_and_the_next_step_waits_for_the_last(world):
    run = world.start(UP, (ONE, TWO))
    world.tick()
    assert world.orders() == [(ONE, Verb.TAKEOFF), (TWO, Verb.TAKEOFF)]
    world.end(ONE)
    assert states(run, 1) == ["done", "running"]
    world.pass_time(1.0)
    assert world.orders(Verb.HOLD) == []
    world.end(TWO)
    world.tick()
    assert world.orders(Verb.HOLD) == [(ONE, Verb.HOLD), (TWO, Verb.HOLD)]
    world.end(ONE)
    world.end(TWO)
    assert run.ending is Ending.DONE


def test_all_commands_of_a_run_share_its_id_as_batch(world):
    run = world.start(UP, (ONE, TWO))
    world.tick()
    world.end(ONE)
    world.end(TWO)
    world.tick()
    assert {one.batch for _, one in world.sent} == {run.name}
    assert len(world.records(run)) == 4


def test_seconds_between_two_vehicles_are_kept(world):
    world.start("- do: takeoff 15\n  stagger_s: 2", (ONE, TWO))
    world.pass_time(1.9)
    assert world.orders() == [(ONE, Verb.TAKEOFF)]
    world.pass_time(0.3)
    assert len(world.orders()) == 2


@pytest.mark.parametrize("state", [CommandState.FAILED, CommandState.REJECTED, CommandState.TIMEOUT])
def test_an_order_that_ends_badly_stops_the_procedure(world, state):
    run = world.start(UP)
    world.tick()
    world.end(ONE, state)
    world.pass_time(0.5)
    assert run.ending is Ending.FAILED
    assert world.orders() == [(ONE, Verb.TAKEOFF)]
    assert words(run, 2) == "step 1 failed"


def test_one_that_is_accepted_without_a_proof_counts_as_for_any_group(world):
    run = world.start("- do: camera_trigger")
    world.tick()
    world.end(ONE, CommandState.ACCEPTED_UNVERIFIED)
    assert run.ending is Ending.DONE


def test_who_fails_does_not_keep_another_from_ending_and_what_was_not_sent_is_not_sent(world):
    run = world.start("- do: takeoff 15\n  stagger_s: 5\n- do: hold", (ONE, TWO, THREE))
    world.pass_time(5.2)
    assert len(world.orders()) == 2
    world.end(ONE, CommandState.FAILED)
    world.pass_time(10.0)
    assert len(world.orders()) == 2
    assert states(run, 1) == ["failed", "running", "failed"]
    assert "not sent" in words(run, 1, THREE)
    world.end(TWO)
    assert (run.ending, states(run, 1)) == (Ending.FAILED, ["failed", "done", "failed"])
    assert world.orders(Verb.HOLD) == []


def test_an_order_without_an_end_in_its_time_is_cancelled(world):
    run = world.start("- do: takeoff 15\n  within_s: 10")
    world.tick()
    world.end(ONE, CommandState.IN_PROGRESS)
    world.pass_time(9.8)
    assert states(run, 1) == ["running"]
    world.pass_time(0.4)
    assert words(run, 1) == "no end after 10 s"
    world.tick()
    assert world.orders() == [(ONE, Verb.TAKEOFF), (ONE, Verb.CANCEL)]


def test_what_can_not_be_ordered_at_all_fails_with_its_reason(world):
    run = world.runs.start(procedure("- do: takeoff 15"), (VehicleKey("replay", "uav-1"),))
    world.tick()
    world.tick()
    assert run.ending is Ending.FAILED
    assert "the past can't be commanded" in str(run.cell(1, run.keys[0]).said)


# ---- what a failure leads to ----


@pytest.mark.parametrize(("word", "verb"), [("hold", Verb.HOLD), ("return", Verb.RTL), ("land", Verb.LAND)])
def test_who_fails_is_brought_to_safety_and_the_others_go_on(world, word, verb):
    run = world.start(f"- do: speed 5\n  on_fail: {word}\n- do: height 30", (ONE, TWO))
    world.tick()
    world.end(ONE, CommandState.FAILED)
    world.end(TWO)
    world.tick()
    world.tick()
    assert world.orders(verb) == [(ONE, verb)]
    assert world.orders(Verb.HEIGHT) == [(TWO, Verb.HEIGHT)]
    assert states(run, 2) == ["skipped", "running"]
    assert words(run, 2) == "it left the procedure at step 1"
    world.end(TWO)
    assert run.ending is Ending.FAILED


def test_who_fails_and_goes_on_takes_part_in_the_next_step(world):
    world.tell(ONE, charge=0.1)
    run = world.start("- check: battery > 40\n  within_s: 0\n  on_fail: go_on\n- do: hold")
    world.tick()
    world.tick()
    assert world.orders() == [(ONE, Verb.HOLD)]
    world.end(ONE)
    assert run.ending is Ending.FAILED


def test_a_step_for_which_nobody_is_left_is_skipped(world):
    run = world.start("- wait: height > 5\n  within_s: 1\n  on_fail: land\n- say: up\n- do: hold", (ONE, TWO))
    world.pass_time(1.5)
    assert states(run, 2) == states(run, 3) == ["skipped", "skipped"]
    assert run.ending is Ending.FAILED
    assert world.said == []
    assert world.orders() == [(ONE, Verb.LAND), (TWO, Verb.LAND)]


def test_what_saves_one_goes_out_though_another_stops_the_rest(world):
    """All orders of a run share one batch: what is held back must not be what was ordered in the same moment."""
    run = world.start("- do: takeoff 15\n  within_s: 5\n  stagger_s: 60", (ONE, TWO))
    world.tick()
    world.end(ONE, CommandState.IN_PROGRESS)
    world.pass_time(6.0)
    assert world.orders() == [(ONE, Verb.TAKEOFF), (ONE, Verb.CANCEL)]
    assert states(run, 1) == ["failed", "failed"]


# ---- questions ----


def test_a_question_for_all_is_answered_once(world):
    run = world.start("- confirm: clear?\n- do: hold", (ONE, TWO))
    (question,) = run.questions
    assert (question.key, question.text) == (None, "clear?")
    world.pass_time(100.0)
    assert world.sent == []
    run.confirm(None, world.look, is_so=True, by=AYSE)
    world.tick()
    world.tick()
    assert states(run, 1) == ["done", "done"]
    assert words(run, 1) == f"confirmed by {AYSE}"
    assert len(world.orders(Verb.HOLD)) == 2
    assert run.questions == ()


def test_a_question_for_each_is_answered_for_each(world):
    run = world.start("- confirm: tight?\n  each: true\n- say: go", (ONE, TWO))
    assert [one.key for one in run.questions] == [ONE, TWO]
    run.confirm(TWO, world.look, is_so=True, by=CEM)
    world.tick()
    assert [one.key for one in run.questions] == [ONE]
    # of another vehicle, and of all at once, nobody asks
    run.confirm(TWO, world.look, is_so=False, by=CEM)
    run.confirm(None, world.look, is_so=False, by=CEM)
    assert states(run, 1) == ["running", "done"]
    run.confirm(ONE, world.look, is_so=True, by=CEM)
    world.tick()
    assert world.said == ["go"]
    assert run.ending is Ending.DONE


def test_a_no_stops_it_and_closes_the_other_questions(world):
    run = world.start("- confirm: tight?\n  each: true\n- do: hold", (ONE, TWO))
    run.confirm(ONE, world.look, is_so=False, by=AYSE)
    world.tick()
    assert states(run, 1) == ["failed", "skipped"]
    assert words(run, 1) == f"declined by {AYSE}"
    assert (run.ending, run.questions, world.sent) == (Ending.FAILED, (), [])


def test_a_question_waits_as_long_as_it_says(world):
    run = world.start("- confirm: clear?\n  within_s: 30")
    world.pass_time(29.9)
    assert run.questions
    world.pass_time(0.3)
    assert words(run, 1) == "nobody confirmed it; waited 30 s"


# ---- stop ----


def test_stop_cancels_what_is_under_way_and_nothing_new_goes_out(world):
    run = world.start("- do: takeoff 15\n  stagger_s: 5\n- do: hold", (ONE, TWO, THREE))
    world.pass_time(5.2)
    world.end(ONE)
    cancels = world.runs.stop(run, say("procedure_stopped", who=str(AYSE)), world.look)
    assert len(cancels) == 1
    world.pass_time(20.0)
    assert world.orders() == [(ONE, Verb.TAKEOFF), (TWO, Verb.TAKEOFF), (TWO, Verb.CANCEL)]
    assert run.ending is Ending.STOPPED
    assert states(run, 1) == ["done", "failed", "failed"]
    assert states(run, 2) == ["skipped"] * 3
    assert words(run, 2) == f"stopped by {AYSE}"
    assert world.runs.stop(run, "", world.look) == []


def test_stop_before_anything_was_sent(world):
    run = world.runs.start(procedure(UP), (ONE,))
    world.runs.stop(run, "", world.look)
    world.pass_time(1.0)
    assert (run.ending, world.sent) == (Ending.STOPPED, [])


# ---- others ----


def test_who_loses_control_leaves_and_is_told_nothing_more(world):
    run = world.start("- wait: height > 13\n  within_s: 60\n  on_fail: return\n- do: hold", (ONE, TWO))
    world.change(TWO, control=Control(owner=CEM, lease=8))
    world.tick()
    assert states(run, 1) == ["running", "failed"]
    assert words(run, 1, TWO) == f"{CEM} took control"
    world.tell(ONE, height_m=15.0, armed=True)
    world.tick()
    world.tick()
    assert world.orders() == [(ONE, Verb.HOLD)]
    assert states(run, 2) == ["running", "skipped"]


def test_control_taken_where_failing_stops_ends_it_for_all(world):
    run = world.start("- wait: height > 13\n  within_s: 60\n- do: hold", (ONE, TWO))
    world.change(TWO, control=Control(owner=CEM, lease=8))
    world.pass_time(0.5)
    assert (run.ending, world.sent) == (Ending.FAILED, [])
    assert states(run, 1) == ["skipped", "failed"]


def by_hand(world, key, mode=None, at_s=None):
    """The bridge tells of another hand, and perhaps of a mode."""
    at_s = world.now_s if at_s is None else at_s
    event = Event(at_s=at_s, kind=EventKind.EXTERNAL_CONTROL, text="mode LOITER, was GUIDED: by no command of ours")
    world.change(key, messages=(*world.states[key].messages, event))
    if mode is not None:
        world.change(key, mode=Mode(at_s=world.now_s, name=mode))


def test_a_pilot_who_takes_the_radio_decides_from_then_on(world):
    run = world.start("- wait: height > 13\n  within_s: 60\n  on_fail: return\n- do: hold", (ONE, TWO))
    by_hand(world, TWO, "LOITER")
    world.tick()
    assert states(run, 1) == ["running", "failed"]
    assert "by no command of ours" in words(run, 1, TWO)
    world.tell(ONE, height_m=15.0, armed=True)
    world.tick()
    world.tick()
    # not even what was to be done where it fails
    assert world.orders() == [(ONE, Verb.HOLD)]


@pytest.mark.parametrize(("apart_s", "leaves"), [(TOGETHER_S - 0.3, True), (TOGETHER_S + 0.3, False)])
@pytest.mark.parametrize("first", ["mode", "word"])
def test_the_mode_and_the_word_come_by_two_ways(world, apart_s, leaves, first):
    run = world.start("- wait: height > 13\n  within_s: 60\n- do: hold")

    def mode():
        world.change(ONE, mode=Mode(at_s=world.now_s, name="LOITER"))

    both = [mode, lambda: by_hand(world, ONE)]
    for act in both if first == "mode" else reversed(both):
        act()
        world.pass_time(apart_s)
    assert (states(run, 1) == ["failed"]) is leaves


def test_what_another_hand_did_before_or_without_a_mode_changes_nothing(world):
    by_hand(world, ONE, "LOITER")
    run = world.start("- wait: height > 13\n  within_s: 60\n- do: hold")
    world.pass_time(1.0)
    # a message that another station asked for
    by_hand(world, ONE)
    world.pass_time(7.0)
    # and a mode that the autopilot, or a command of ours, changed
    world.change(ONE, mode=Mode(at_s=world.now_s, name="GUIDED"))
    world.pass_time(1.0)
    assert states(run, 1) == ["running"]


def test_control_that_was_never_ours_is_asked_for_as_for_any_order(world):
    world.change(ONE, control=Control(owner=CEM, lease=8))
    run = world.start("- do: takeoff 15")
    world.tick()
    assert states(run, 1) == ["running"]
    world.pass_time(14.0)
    assert run.ending is Ending.FAILED
    assert world.sent == []


@pytest.mark.parametrize(
    ("verb", "state", "leaves"),
    [
        (Verb.HOLD, CommandState.RECEIVED, True),
        (Verb.FORCE_DISARM, CommandState.SUCCEEDED, True),
        (Verb.HOLD, CommandState.REJECTED, False),
        (Verb.GOTO, CommandState.ACCEPTED, True),
        (Verb.GOTO, CommandState.RECEIVED, False),
        (Verb.GOTO, CommandState.FAILED, False),
        (Verb.CAMERA_TRIGGER, CommandState.SUCCEEDED, False),
    ],
)
def test_a_vehicle_that_somebody_else_sends_somewhere_leaves(world, verb, state, leaves):
    run = world.start("- wait: height > 13\n  within_s: 60\n  on_fail: land", (ONE, TWO))
    world.hear_order(TWO, verb, state)
    assert states(run, 1) == ["running", "failed" if leaves else "running"]
    world.tick()
    assert world.sent == []


def test_a_dry_run_of_another_and_an_order_from_before_are_no_reason_to_leave(world):
    world.hear_order(ONE, Verb.GOTO, CommandState.ACCEPTED)
    run = world.start("- wait: height > 13\n  within_s: 60")
    world.hear_order(ONE, Verb.GOTO, CommandState.IN_PROGRESS)
    world.hear_order(ONE, Verb.LAND, CommandState.SUCCEEDED, reason=Reason.DRY_RUN)
    assert states(run, 1) == ["running"]


@pytest.mark.parametrize("reason", [Reason.SUPERSEDED, Reason.EXTERNAL, Reason.FAILSAFE, Reason.NOT_OWNER])
def test_where_somebody_else_decides_nothing_is_ordered_against_it(world, reason):
    run = world.start("- do: takeoff 15\n  on_fail: land")
    world.tick()
    world.end(ONE, CommandState.FAILED, reason=reason)
    world.pass_time(0.5)
    assert world.orders() == [(ONE, Verb.TAKEOFF)]
    assert run.ending is Ending.FAILED


# ---- several ----


def test_a_second_procedure_for_a_vehicle_is_refused_until_the_first_is_over(world):
    run = world.start("- confirm: clear?", (ONE, TWO))
    with pytest.raises(UsageError, match="sim/uav-2 is in the procedure t; stop that first"):
        world.start("- say: x", (TWO, THREE))
    assert world.start("- say: x", (THREE,)).ending is Ending.DONE
    run.confirm(None, world.look, is_so=True, by=AYSE)
    world.tick()
    assert world.start("- say: x", (TWO,)).ending is Ending.DONE


def test_nobody_and_too_many_are_refused(world):
    with pytest.raises(UsageError, match="there is no vehicle"):
        world.start("- say: x", ())
    many = [VehicleKey("sim", f"m-{number}") for number in range(MAX_VEHICLES + 1)]
    assert len(world.start("- say: x", many[:-1]).keys) == MAX_VEHICLES
    with pytest.raises(UsageError, match=f"{MAX_VEHICLES + 1} vehicles are too many"):
        world.start("- say: x", many)


def test_the_last_runs_are_kept_and_those_under_way(world):
    first = world.start("- confirm: clear?", (ONE,))
    for _ in range(MAX_RUNS + 5):
        world.start("- say: x", (TWO,))
    assert len(world.runs.all) == MAX_RUNS
    assert world.runs.all[0] is first


# ---- what is written down ----


def test_each_begin_and_end_is_written_down_with_who_when_what_and_for_whom(world):
    run = world.start("- confirm: clear?\n  title: Clear\n- say: go")
    world.tick(3.0)
    run.confirm(None, world.look, is_so=True, by=CEM)
    world.tick()
    told = [(one.number, one.kind, one.state.value, one.by.op, one.key) for one in world.notes]
    assert told == [
        (0, "", "running", "ayse", ONE),
        (1, "confirm", "running", "ayse", ONE),
        (1, "confirm", "done", "cem", ONE),
        (2, "say", "running", "ayse", ONE),
        (2, "say", "done", "ayse", ONE),
        (0, "", "done", "ayse", ONE),
    ]
    assert str(world.notes[2].said) == f"t, step 1 of 2, confirm: Clear; confirmed by {CEM}"
    assert world.notes[2].at_unix_s - world.notes[1].at_unix_s == pytest.approx(3.0)
    assert {one.run for one in world.notes} == {run.name}


def test_a_wait_writes_no_note_at_each_tick(world):
    world.start("- wait: height > 5\n  within_s: 100", KEYS)
    before = len(world.notes)
    world.pass_time(50.0)
    assert len(world.notes) == before


def test_an_order_that_is_forgotten_fails(world):
    run = world.start("- do: hold")
    world.tick()
    run.tick(world.look._replace(record=_nothing))
    assert words(run, 1) == "what became of the order is no longer known"


def _nothing(key, name):
    del key, name
