# SPDX-License-Identifier: Apache-2.0
"""The table of verbs: complete, with limits that hold against everything that may stand in a request."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstation.fleet.commands import Actor, Verb
from groundstation.fleet.errors import UsageError
from groundstation.fleet.verbs import (
    EMERGENCY_VERBS,
    SPECS,
    TRANSFER_VERBS,
    URGENT_VERBS,
    VERBS,
    Arg,
    ArgKind,
    Risk,
    checked_args,
    risk_of,
)

NUMBERS = [(spec.verb, arg) for spec in SPECS for arg in spec.args if arg.kind is ArgKind.NUMBER]
CHOICES = [(spec.verb, arg) for spec in SPECS for arg in spec.args if arg.choices]
TEXTS = [(spec.verb, arg) for spec in SPECS for arg in spec.args if arg.kind is ArgKind.TEXT]
IDS = [f"{verb.value}-{arg.name}" for verb, arg in NUMBERS]


def filled(verb: Verb, **changes: object) -> dict:
    """Arguments that are taken, but for the changes."""
    values = {arg.name: example(arg) for arg in VERBS[verb].args if arg.is_required}
    return {**values, **changes}


def example(arg: Arg) -> float | str:
    if arg.kind is ArgKind.TEXT:
        return "word"
    return arg.choices[0] if arg.choices else arg.low


def test_every_verb_has_its_line_and_only_one() -> None:
    assert set(VERBS) == set(Verb) - {Verb.UNKNOWN}
    assert len(SPECS) == len(VERBS)
    assert len({spec.label for spec in SPECS}) == len(SPECS)
    assert all(spec.help.endswith(".") for spec in SPECS)
    assert {spec.verb for spec in SPECS if spec.is_emergency} == set(EMERGENCY_VERBS)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.verb.value)
def test_a_command_line_can_leave_out_only_what_stands_last(spec) -> None:
    required = [arg.is_required for arg in spec.args]
    assert required == sorted(required, reverse=True)
    assert len({arg.name for arg in spec.args}) == len(spec.args)


@pytest.mark.parametrize(("verb", "arg"), NUMBERS, ids=IDS)
def test_every_number_is_taken_to_its_limits_and_not_beyond(verb: Verb, arg: Arg) -> None:
    assert math.isfinite(arg.low)
    assert math.isfinite(arg.high)
    for value in (arg.low, arg.high):
        assert checked_args(verb, filled(verb, **{arg.name: value}))[arg.name] == value
    for value in (math.nextafter(arg.low, -math.inf), math.nextafter(arg.high, math.inf), arg.low - 1, 1e300, -1e300):
        with pytest.raises(UsageError, match=f"^{verb.value}: {arg.name} "):
            checked_args(verb, filled(verb, **{arg.name: value}))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, False, "1", "", "x" * 10_000, [1.0], {}])
@pytest.mark.parametrize(("verb", "arg"), NUMBERS, ids=IDS)
def test_what_is_no_number_is_not_taken_for_one(verb: Verb, arg: Arg, value: object) -> None:
    with pytest.raises(UsageError, match=f"^{verb.value}: {arg.name} is a number") as raised:
        checked_args(verb, filled(verb, **{arg.name: value}))
    assert len(str(raised.value)) < 250


def test_whole_numbers_of_any_size_are_judged_not_raised_on() -> None:
    assert checked_args(Verb.TAKEOFF, {"height_m": 20}) == {"height_m": 20.0}
    for value in (10**400, -(10**400)):
        with pytest.raises(UsageError):
            checked_args(Verb.TAKEOFF, {"height_m": value})


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        (Verb.MISSION_JUMP, "item"),
        (Verb.SERVO, "channel"),
        (Verb.RELAY, "number"),
        (Verb.GRIPPER, "number"),
        (Verb.MAV_CMD, "command"),
        (Verb.MAV_CMD, "mav_frame"),
    ],
)
def test_what_is_counted_has_no_fraction(verb: Verb, name: str) -> None:
    assert checked_args(verb, filled(verb, **{name: 2.0}))[name] == 2.0
    with pytest.raises(UsageError, match="no whole number"):
        checked_args(verb, filled(verb, **{name: 2.5}))


@pytest.mark.parametrize(("verb", "arg"), CHOICES, ids=lambda one: getattr(one, "value", None) or one.name)
def test_a_choice_takes_its_words_only(verb: Verb, arg: Arg) -> None:
    for word in arg.choices:
        assert checked_args(verb, filled(verb, **{arg.name: word}))[arg.name] == word
    for word in (arg.choices[0].upper(), f"{arg.choices[0]} ", "", 1.0, True, math.nan, []):
        with pytest.raises(UsageError, match=arg.name):
            checked_args(verb, filled(verb, **{arg.name: word}))


@pytest.mark.parametrize(("verb", "arg"), TEXTS, ids=lambda one: getattr(one, "value", None) or one.name)
def test_a_text_is_one_short_printable_word(verb: Verb, arg: Arg) -> None:
    assert checked_args(verb, {arg.name: " GUIDED "})[arg.name] == "GUIDED"
    for text in ("", "   ", "a\nb", "\x1b[2J", "x" * 65, 5.0, True, math.nan):
        with pytest.raises(UsageError):
            checked_args(verb, {arg.name: text})


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.verb.value)
def test_missing_and_strange_arguments_are_named(spec) -> None:
    for arg in spec.args:
        if arg.is_required:
            given = {name: value for name, value in filled(spec.verb).items() if name != arg.name}
            for nothing in (given, {**given, arg.name: None}):
                with pytest.raises(UsageError, match=f"{arg.name} is missing"):
                    checked_args(spec.verb, nothing)
    with pytest.raises(UsageError, match="there is no argument 'wings'"):
        checked_args(spec.verb, filled(spec.verb, wings=2.0))
    with pytest.raises(UsageError) as raised:
        checked_args(spec.verb, filled(spec.verb, **{"x" * 5_000: 2.0}))
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.verb.value)
def test_defaults_are_filled_in_and_are_taken_again(spec) -> None:
    args = checked_args(spec.verb, filled(spec.verb))
    assert list(args) == [arg.name for arg in spec.args]
    assert checked_args(spec.verb, args) == args


def test_an_unknown_verb_has_no_arguments() -> None:
    with pytest.raises(UsageError, match="not known"):
        checked_args(Verb.UNKNOWN, {})


JSON = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=80), st.just(10**400))


@settings(max_examples=400, deadline=None)
@given(data=st.data(), verb=st.sampled_from(list(Verb)))
@pytest.mark.long
def test_whatever_is_given_the_answer_is_arguments_or_a_usage_error(data: st.DataObject, verb: Verb) -> None:
    names = [arg.name for arg in VERBS[verb].args] if verb in VERBS else []
    keys = st.one_of(st.sampled_from([*names, "wings"]), st.text(max_size=10))
    given_args = data.draw(st.dictionaries(keys, JSON, max_size=8))
    try:
        args = checked_args(verb, given_args)
    except UsageError:
        return
    for arg in VERBS[verb].args:
        value = args[arg.name]
        assert value is None or isinstance(value, str | float)
        assert not isinstance(value, float) or arg.low <= value <= arg.high


# ---- risk and time ----


def test_risk_grows_with_the_group_and_in_the_air_and_ends_at_typing() -> None:
    for spec in SPECS:
        alone = risk_of(spec.verb, 1, any_flying=False)
        many = risk_of(spec.verb, 2, any_flying=False)
        flying = risk_of(spec.verb, 1, any_flying=True)
        worst = risk_of(spec.verb, 1_000, any_flying=True)
        assert alone is spec.risk
        assert alone <= many <= worst <= Risk.TYPE
        assert alone <= flying <= worst
    assert risk_of(Verb.GOTO, 1, any_flying=True) is Risk.CLICK, "motion is what flying vehicles are told"
    assert risk_of(Verb.GOTO, 2, any_flying=True) is Risk.HOLD
    assert risk_of(Verb.DISARM, 1, any_flying=True) is Risk.HOLD
    assert risk_of(Verb.DISARM, 2, any_flying=True) is Risk.TYPE
    assert risk_of(Verb.ARM, 2, any_flying=False) is Risk.TYPE


def test_many_simulated_ones_are_held_for_and_not_typed_for_but_what_is_typed_for_one_alone_is() -> None:
    for spec in SPECS:
        worst = risk_of(spec.verb, 1_000, any_flying=True, are_simulated=True)
        assert worst is min(risk_of(spec.verb, 1_000, any_flying=True), max(spec.risk, Risk.HOLD))
    assert risk_of(Verb.ARM, 2, any_flying=False, are_simulated=True) is Risk.HOLD
    assert risk_of(Verb.MISSION_START, 2, any_flying=False, are_simulated=True) is Risk.HOLD
    assert risk_of(Verb.FORCE_DISARM, 1, any_flying=False, are_simulated=True) is Risk.TYPE
    assert risk_of(Verb.GOTO, 1, any_flying=True, are_simulated=True) is Risk.CLICK, "nothing becomes harder"


def test_an_emergency_is_never_made_harder() -> None:
    for verb in EMERGENCY_VERBS:
        assert risk_of(verb, 1_000, any_flying=True) <= Risk.CLICK
        assert VERBS[verb].ttl_ms == 15_000
        assert VERBS[verb].is_motion
    assert risk_of(Verb.HOLD, 1_000, any_flying=True) is Risk.NONE
    assert {Verb.FORCE_DISARM, *EMERGENCY_VERBS} == URGENT_VERBS
    assert not VERBS[Verb.FORCE_DISARM].is_emergency, "who kills motors is in control"


def test_no_command_lives_longer_than_a_mission_start_but_lists_which_travel_in_parts() -> None:
    assert {spec.ttl_ms for spec in SPECS if spec.verb not in TRANSFER_VERBS} == {5_000, 15_000, 30_000}
    assert {VERBS[verb].ttl_ms for verb in TRANSFER_VERBS} == {60_000}
    assert VERBS[Verb.MISSION_START].ttl_ms == 30_000


def test_an_operator_is_named_with_the_computer_and_not_with_a_number_by_chance() -> None:
    assert str(Actor(op="ayse", gs="gs-gui-vm-30184-b2d5ab")) == "ayse at vm"
    assert str(Actor(op="ayse", gs="gs-cli-field-laptop-7-00ff00")) == "ayse at field-laptop"
    assert str(Actor(op="ayse", gs="tower")) == "ayse at tower"
