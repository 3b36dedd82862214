# SPDX-License-Identifier: Apache-2.0
"""Room order, so that the first red test is nearest to the cause; real brokers; no thread left behind."""

from __future__ import annotations

import lzma
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from groundstation.transport.embedded_broker import find_mosquitto
from tests.support.brokers import BrokerChild, iotcore, mosquitto
from tests.support.waiting import PATIENCE_S

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_user_data = tempfile.TemporaryDirectory(prefix="groundstation-tests-")
for _kind in ("DATA", "CONFIG", "CACHE", "STATE"):
    os.environ[f"XDG_{_kind}_HOME"] = f"{_user_data.name}/{_kind.lower()}"
"""Journals, outboxes, recordings and settings of the tests are not those of who runs them, nor of another process."""
# how long an example takes says something of the machine only
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")

ROOMS = ("fleet", "mavlink", "transport", "bridge", "simulator", "recording", "ui", "app", "end_to_end")
TESTS = Path(__file__).parent
SHARED = TESTS.parents[1] / "shared" / "data"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    is_one_of_several = hasattr(config, "workerinput")

    def place(item: pytest.Item) -> tuple[bool, int]:
        parts = item.path.relative_to(Path(__file__).parent).parts
        # what takes long begins first: else one process still waits when all others are done
        is_long = item.get_closest_marker("long") is not None
        return not (is_one_of_several and is_long), ROOMS.index(parts[0]) if parts[0] in ROOMS else -1

    items.sort(key=place)


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=PATIENCE_S)
    left = [one.name for one in set(threading.enumerate()) - before if not one.name.startswith(("asyncio", "Thread-"))]
    assert not left, f"threads left behind: {left}"


@pytest.fixture
def mosquitto_broker(tmp_path: Path) -> Iterator[BrokerChild]:
    """mosquitto from the system's packages; `make test` installs it."""
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    broker = mosquitto(tmp_path).start()
    yield broker
    broker.stop()


@pytest.fixture(params=["mosquitto", "iotcore"])
def any_broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BrokerChild]:
    """Each of the embedded brokers."""
    if request.param == "mosquitto" and find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    broker = (mosquitto(tmp_path) if request.param == "mosquitto" else iotcore()).start()
    yield broker
    broker.stop()


def shared_log(name: str) -> Path:
    """A recording that lies beside the project, in tests/data, or in tests/flown, where large ones are packed."""
    for folder in (SHARED / "own", SHARED / "public", TESTS / "data", TESTS / "flown"):
        if (folder / name).exists():
            return folder / name
    packed, unpacked = TESTS / "flown" / f"{name}.xz", Path(_user_data.name) / "flown" / name
    if packed.exists() and not unpacked.exists():
        unpacked.parent.mkdir(exist_ok=True)
        unpacked.write_bytes(lzma.decompress(packed.read_bytes()))
    if not unpacked.exists():
        pytest.skip(f"{name} is not in ../shared/data; tests/flown/README.md says where it comes from")
    return unpacked
