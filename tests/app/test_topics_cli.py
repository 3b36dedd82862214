# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from groundstation.app.topics_cli import app
from groundstation.fleet.errors import GroundStationError

DATA = Path(__file__).parents[1] / "data" / "sensors.yaml"
NEM = "Türkiye/Trabzon/Orta Hisar/KTÜ/Kabin1/Nem-Sıcaklık/Nem"


def run(*words):
    return CliRunner().invoke(app, [str(one) for one in words])


def test_a_file_is_looked_at_and_a_topic_is_told():
    found = run("check", DATA, "--topic", NEM, "--payload", "61,5")
    assert found.exit_code == 0
    assert found.stdout.splitlines()[0].endswith("2 rows, all mean something")
    for line in ("name    Kabin1 humidity", "period  60 s", "place   40.995000, 39.772000", "value   Humidity: 61.5 %"):
        assert line in found.stdout.splitlines()


def test_a_place_in_the_payload_is_told():
    payload = json.dumps({"position": {"lat": 41.0, "lon": 39.5}, "temp": 20})
    assert "place   41.000000, 39.500000" in run("check", DATA, "--topic", "city/air/9", "--payload", payload).stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((DATA, "--topic", "elsewhere"), "no row fits 'elsewhere'"),
        (("/nowhere/x.yaml",), "can't be read: No such file or directory"),
        ((DATA.parent,), "can't be read: Is a directory"),
    ],
)
def test_what_can_not_be_is_one_line(words, told):
    found = run("check", *words)
    assert isinstance(found.exception, GroundStationError)
    assert told in str(found.exception)


def test_the_schema_is_json_and_takes_the_file_that_comes_along():
    schema = json.loads(run("schema").stdout)
    assert "SensorRow" in schema["$defs"]
    assert set(schema["$defs"]["SensorRow"]["properties"]) >= {"topics", "name", "values", "place", "period_s"}
