# SPDX-License-Identifier: Apache-2.0
"""Procedures as YAML: what is written reads back equal, what means nothing is told with its line."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from groundstation.fleet.errors import GroundStationError, UsageError
from groundstation.fleet.procedures.procedure import (
    LONGEST_S,
    MAX_PROCEDURES,
    MAX_STEPS,
    OnFail,
    Step,
    StepKind,
)
from groundstation.fleet.procedures.procedure_file import named, read_procedures, write_procedures
from groundstation.fleet.verbs import Risk

ROOT = Path(__file__).parents[3]
FILES = sorted([*(ROOT / "resources/procedures").glob("*.yaml"), *(ROOT / "tests/data/procedures").glob("*.yaml")])


def file_of(*steps: str, name: str = "t") -> bytes:
    return f"procedures:\n  - name: {name}\n    steps:\n{''.join(f'      - {one}{chr(10)}' for one in steps)}".encode()


@pytest.mark.parametrize("path", FILES, ids=[one.name for one in FILES])
def test_a_file_reads_back_equal(path):
    found = read_procedures(path.name, path.read_bytes())
    assert read_procedures("again", write_procedures(found)) == found


def test_all_that_a_step_may_say():
    (one,) = read_procedures(
        "t.yaml",
        file_of(
            "{check: battery > 40, title: Full}",
            "{wait: height > 5, within_s: 9, on_fail: go_on}",
            "{confirm: 'clear?', each: true}",
            "{do: goto 41 29 30, stagger_s: 2, spread_m: 5, height_step_m: 10, on_fail: return}",
            "{say: up}",
        ),
    )
    assert [step.kind for step in one.steps] == [
        *(StepKind.CHECK, StepKind.WAIT, StepKind.CONFIRM, StepKind.DO, StepKind.SAY)
    ]
    assert [step.shown for step in one.steps[:2]] == ["Full", "height > 5"]
    assert one.steps[3].order[1]["height_m"] == 30.0
    assert one.steps[3].on_fail is OnFail.RETURN
    assert one.steps[3].policy.height_step_m == 10.0
    assert one.risk is Risk.CLICK


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("{do: fly_home}", "line 6: procedures[0].steps[1].do: there is no verb 'fly_home'; there are arm"),
        ("{do: takeoff high}", "line 6: procedures[0].steps[1].do: takeoff: height_m is a number"),
        ("{do: takeoff 9000}", "line 6: procedures[0].steps[1].do: takeoff: height_m"),
        ("{do: goto 41}", "procedures[0].steps[1].do: goto: lon_deg is missing"),
        ("{do: force_disarm}", "'force_disarm' is too dangerous for a procedure; give it by hand"),
        ("{do: plan_upload}", "'plan_upload' needs more than a line"),
        ("{do: cancel x}", "'cancel' needs more than a line"),
        ("{check: batery > 40}", "line 6: procedures[0].steps[1].check: 'batery' is nothing that can be compared"),
        ("{check: armabel}", "procedures[0].steps[1].check: 'armabel' is no question; there are armed"),
        ("{check: not armabel}", "'armabel' is no question"),
        ("{check: battery >}", "procedures[0].steps[1].check: a value is missing behind '>'"),
        ("{wait: height > 5}", "procedures[0].steps[1].wait: how long at most?"),
        ("{say: x, within_s: 5}", "steps[1].within_s: a step 'say' has no use for it; it takes nothing more"),
        ("{check: armed, each: true}", "steps[1].each: a step 'check' has no use for it"),
        ("{check: armed, do: arm}", "steps[1]: a step is one of check, confirm, do, wait, say; this one has check and do"),
        ("{title: nothing}", "this one has none"),
        ("{check: armed, withn_s: 5}", "line 6: procedures[0].steps[1].withn_s: no such field"),
        ("{check: armed, on_fail: explode}", "procedures[0].steps[1].on_fail: invalid enum value 'explode'"),
        ("{say: '  '}", "steps[1].say: write something"),
        ("{say: ''}", "steps[1].say: expected `str` of length >= 1"),
        ("{say: yes}", "steps[1].say: expected `str"),
        ("{wait: armed, within_s: -1}", "steps[1].within_s: expected `float` >= 0"),
        ("{wait: armed, within_s: .inf}", "steps[1].within_s: expected `float` <="),
        ("{wait: armed, within_s: .nan}", "steps[1].within_s"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_told_with_its_line(step, told):
    data = b"# one\n" + file_of("{say: first}", step)
    with pytest.raises(GroundStationError) as error:
        read_procedures("t.yaml", data)
    assert str(error.value).startswith("t.yaml, line 6: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_as_many_as_may_be_and_one_more():
    (one,) = read_procedures("t", file_of(*["say: x"] * MAX_STEPS))
    assert len(one.steps) == MAX_STEPS
    with pytest.raises(GroundStationError, match=f"length <= {MAX_STEPS}"):
        read_procedures("t", file_of(*["say: x"] * (MAX_STEPS + 1)))
    many = [f"  - {{name: p{number}, steps: [{{say: x}}]}}\n" for number in range(MAX_PROCEDURES + 1)]
    assert len(read_procedures("t", ("procedures:\n" + "".join(many[:-1])).encode())) == MAX_PROCEDURES
    with pytest.raises(GroundStationError, match=f"length <= {MAX_PROCEDURES}"):
        read_procedures("t", ("procedures:\n" + "".join(many)).encode())


@pytest.mark.long
def test_ten_thousand_steps_are_one_line_of_complaint():
    with pytest.raises(
        GroundStationError, match=f"line 3: procedures.0..steps: expected `array` of length <= {MAX_STEPS}"
    ):
        read_procedures("t", file_of(*["say: x"] * 10_000))


def test_the_longest_wait_and_a_little_more():
    read_procedures("t", file_of(f"{{wait: armed, within_s: {LONGEST_S}}}"))
    with pytest.raises(GroundStationError, match="within_s"):
        read_procedures("t", file_of(f"{{wait: armed, within_s: {LONGEST_S + 1}}}"))


@pytest.mark.parametrize("name", ["", "two words", "x" * 33, "a/b"])
def test_a_name_is_a_word(name):
    with pytest.raises(GroundStationError, match="name"):
        read_procedures("t", file_of("say: x", name=f"'{name}'"))
    read_procedures("t", file_of("say: x", name="x" * 32))


def test_two_of_one_name():
    data = b"procedures:\n  - {name: a, steps: [{say: x}]}\n  - {name: a, steps: [{say: y}]}\n"
    with pytest.raises(GroundStationError, match="two are called 'a'"):
        read_procedures("t", data)


@pytest.mark.parametrize("data", [b"", b"- 1", b"procedures: []", b"\xff\xfe", b"procedures: &a [*a]", b"[" * 3000])
def test_no_file_of_procedures(data):
    with pytest.raises(GroundStationError):
        read_procedures("t", data)


def test_one_is_chosen_by_its_name_and_the_only_one_without():
    path = ROOT / "tests/data/procedures/take_off_and_land.yaml"
    found = read_procedures("t", path.read_bytes())
    assert named(found, "land") is found[1]
    assert named(found[:1], None) is found[0]
    with pytest.raises(UsageError, match="several procedures; name one: take-off, land"):
        named(found, None)
    with pytest.raises(UsageError, match="no procedure 'lnd'; there are: take-off, land"):
        named(found, "lnd")


def test_a_step_that_is_made_by_hand_is_looked_at_too():
    with pytest.raises(ValueError, match="fly"):
        Step(do="fly")
    assert msgspec.to_builtins(Step(say="x")) == {"say": "x"}
