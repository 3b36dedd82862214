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

from groundstation.transport.embedded_broker import find_mosquitto
from tests.support.brokers import BrokerChild, amqtt, mosquitto

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_user_data = tempfile.TemporaryDirectory(prefix="groundstation-tests-")
os.environ["XDG_DATA_HOME"] = _user_data.name
"""Journals, outboxes and recordings of the tests are not those of who runs them."""

ROOMS = ("fleet", "mavlink", "transport", "bridge", "simulator", "recording", "ui", "app", "end_to_end")
TESTS = Path(__file__).parent
SHARED = TESTS.parents[1] / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def room(item: pytest.Item) -> int:
        parts = item.path.relative_to(Path(__file__).parent).parts
        return ROOMS.index(parts[0]) if parts[0] in ROOMS else -1

    items.sort(key=room)


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=5.0)
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


@pytest.fixture(params=["mosquitto", "amqtt"])
def any_broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BrokerChild]:
    """Each of the embedded brokers."""
    if request.param == "mosquitto" and find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    broker = (mosquitto(tmp_path) if request.param == "mosquitto" else amqtt()).start()
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
