# SPDX-License-Identifier: Apache-2.0
"""What is said travels as a code with arguments; words are made where they are shown, in any language."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import groundstation
from groundstation.fleet.commands import CommandReport, CommandState, Verb
from groundstation.fleet.control import Outcome
from groundstation.fleet.english import ENGLISH
from groundstation.fleet.phrases import (
    MAX_WRITTEN,
    Phrase,
    RefusedError,
    Words,
    code_of,
    every_part,
    joined,
    restored,
    say,
    stored,
    written,
)
from groundstation.fleet.verbs import checked_args
from groundstation.transport import payloads
from groundstation.transport.payloads import PayloadError

ROOT = Path(groundstation.__file__).parent
CODES_BY_TABLE = {
    *("bridge_lost", "bridge_stopped", "rebooting", "link_lost", "battery_low", "battery_critical"),
    *("not_armed", "still_armed", "is_armed", "is_disarmed", "no_answer_as_before", "no_answer_not_known"),
    *("told_to_stop", "not_watched"),
    *(code for code in ENGLISH if code.startswith(("arg_", "ack_"))),
}
"""Said by a code that is chosen among several: not found where `say` is called with a word."""


def calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def fields(template: str) -> set[str]:
    plain = template.replace("!w", "").replace("[", "").replace("]", "")
    return {name for _, name, _, _ in string.Formatter().parse(plain) if name}


@pytest.mark.long
def test_every_code_that_is_said_has_a_template_with_its_arguments() -> None:
    wrong = []
    said = set(CODES_BY_TABLE)
    for place, call in calls():
        if not isinstance(call.args[0], ast.Constant):
            continue
        code = call.args[0].value
        said.add(code)
        given = {one.arg for one in call.keywords}
        template = ENGLISH.get(code, "")
        if code not in ENGLISH or not fields(re.sub(r"\[.*?\]", "", template)) <= given <= fields(template):
            wrong.append((place, code, given ^ fields(template)))
    assert not wrong
    assert set(ENGLISH) == said, "templates that nobody says, or codes without one"


def test_no_sentence_travels_as_text() -> None:
    """In the rooms that judge, no f-string of several words is given as a reason."""
    judges = (
        "fleet/preconditions.py",
        "fleet/proofs.py",
        "fleet/place_proofs.py",
        "fleet/conditions.py",
        "bridge/endings.py",
    )
    nodes = [node for name in judges for node in ast.walk(ast.parse((ROOT / name).read_text()))]
    texts = [ast.unparse(node) for node in nodes if isinstance(node, ast.JoinedStr)]
    assert not [text for text in texts if " " in text]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (say("link_lost", age_s=12.4), "link lost 12 s"),
        (say("link_lost", age_s=None), "link lost"),
        (say("battery_low", name=say("battery", number=2), percent=24.9), "battery 2 low 25 %"),
        (say("battery_low", name="Lidar box"), "Lidar box low"),
        (say("estimator", failed=("velocity", "compass")), "estimator: velocity, compass"),
        (say("no_progress", patience_s=20.0, shown=""), "no progress for 20 s"),
        (say("no_progress", patience_s=20.0, shown=say("to_go", left_m=8.2)), "no progress for 20 s, 8 m to go"),
        (joined(say("not_armed"), "", "PreArm: Compass"), "it is not armed; PreArm: Compass"),
        (joined("", ""), ""),
        (joined(say("not_armed")), "it is not armed"),
        ("Arm: Gyros [1] {0} 100%", "Arm: Gyros [1] {0} 100%"),
        (say("not_armable", why="Arm: [x] {y}"), "not armable: Arm: [x] {y}"),
    ],
)
def test_words_are_made_of_code_and_arguments(words: Words, text: str) -> None:
    assert written(words) == text
    assert str(words) == text
    assert restored(stored(words)) == words
    assert msgspec.json.decode(msgspec.json.encode(words), type=Words) == words


def test_another_language_is_another_table_and_the_words_of_others_stay() -> None:
    turkish = {
        "{step!w}: {said}": "{step!w} adımı: {said}",
        "no progress for {patience_s:.0f} s[, {shown}]": "{patience_s:.0f} s ilerleme yok[; {shown}]",
        "{left_m:.0f} m to go": "{left_m:.0f} m kaldı",
        "go there": "oraya git",
    }
    inner = say("no_progress", patience_s=20.0, shown=say("to_go", left_m=8.0))
    words = joined(say("at_step", step="go there", said=inner), "go there")
    assert written(words, lambda text: turkish.get(text, text)) == (
        "oraya git adımı: 20 s ilerleme yok; 8 m kaldı; go there"
    )


def test_what_a_newer_bridge_says_is_shown_with_its_arguments() -> None:
    assert written(Phrase("wings_fell_off", {"wings": 2.0, "name": "left"})) == "wings fell off (wings 2.0, name left)"
    assert written(Phrase("to_go", {"miles": 3.0})) == "to go (miles 3.0)"
    assert written(Phrase("to_go", {"left_m": "far"})) == "to go (left_m far)"
    assert written(Phrase("to_go", {"left_m": say("on_circle")})) == "to go (left_m on the circle)"


def test_what_is_no_number_in_json_is_not_said() -> None:
    assert say("link_lost", age_s=float("nan")) == say("link_lost", age_s=float("inf")) == say("link_lost")


def nested(depth: int) -> Words:
    words: Words = "x"
    for _ in range(depth):
        words = Phrase("not_sent", {"why": words})
    return words


def test_a_strangers_phrase_has_bounds() -> None:
    assert len(written(Phrase("x", {"a": "y" * 10_000}))) == MAX_WRITTEN
    assert written(nested(6)).endswith("x")
    assert written(nested(8)).endswith("...")
    assert written(joined(*[say("not_armed")] * 1_000)).count("not armed") <= 64
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"code": "' + b"x" * 65 + b'"}', type=Phrase)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(
            msgspec.json.encode({"code": "x", "args": dict.fromkeys(map(str, range(17)), 1)}), type=Phrase
        )
    endless = b'{"id":"a","state":"failed","step":0,"verb":"arm","detail":' + b'{"code":"x","args":{"a":' * 50_000
    with pytest.raises(PayloadError):
        payloads.decode_request(CommandReport, endless)


def test_texts_of_former_bridges_are_read_and_a_phrase_is_found_in_what_was_joined() -> None:
    old = b'{"id":"a","state":"failed","step":0,"verb":"arm","detail":"arm: Arm: Gyros"}'
    assert msgspec.json.decode(old, type=CommandReport).detail == "arm: Arm: Gyros"
    report = CommandReport(
        id="a", state=CommandState.FAILED, step=1, verb=Verb.ARM, detail=joined(say("no_answer"), "x")
    )
    assert msgspec.json.decode(msgspec.json.encode(report), type=CommandReport) == report
    assert [code_of(one) for one in every_part(report.detail)] == ["no_answer", ""]
    assert Outcome.GRANTED.value == "granted"


@pytest.mark.parametrize("text", ['{"code":1}', '{"code":"x","args":[]}', '{"code":', '{"code":"x"} and more'])
def test_a_text_that_looks_like_a_phrase_and_is_none_stays_a_text(text: str) -> None:
    assert restored(text) == text


def test_wrong_arguments_are_refused_by_code() -> None:
    with pytest.raises(RefusedError) as found:
        checked_args(Verb.TAKEOFF, {"height_m": 1_000.0})
    assert found.value.said.code == "arg_outside"  # type: ignore[union-attr]
    assert str(found.value) == "takeoff: height_m 1000 is outside 1 to 500 (height above home, metres)"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (say("lease_lost", lease=5, now=6), "control 5 was lost; now it is 6"),
        (say("mission_not_taken", ack=13), "the vehicle did not take the mission (MISSION_ACK 13)"),
    ],
)
def test_whole_numbers_stay_whole_on_their_way(said: Phrase, words: str) -> None:
    arrived = restored(stored(said))
    assert (written(said), written(arrived)) == (words, words)


@pytest.mark.parametrize(
    "template", ["{}", "{0}", "{verb.name}", "{verb[0][9]}", "{verb[x]}", "{other}", "{", "{verb:d}"]
)
def test_a_slip_of_a_translator_costs_its_words_only(template: str) -> None:
    assert written(say("superseded", verb="land"), lambda _: template) == "superseded (verb land)"
