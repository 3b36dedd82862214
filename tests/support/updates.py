# SPDX-License-Identifier: Apache-2.0
"""Messages about the fleet as they come out of an inbox, and payloads taken apart by the name of their leaf."""

from __future__ import annotations

from typing import Any

from groundstation.fleet.identity import VehicleKey
from groundstation.fleet.operations import GOOD_ENDS, Operations
from groundstation.fleet.updates import ServiceUpdate, VehicleUpdate
from groundstation.transport import payloads, topics
from groundstation.transport.leaves import leaf_of

LONG_AFTER_S = 1e9
KEY = VehicleKey("fleet", "uav-1")


def kept(part: str, content: Any, session: str = "a", key: VehicleKey = KEY) -> VehicleUpdate:
    """As a broker had it: it may have been said at any time."""
    return VehicleUpdate(
        session=session, key=key, field=part, content=content, received_s=LONG_AFTER_S, is_retained=True
    )  # fmt: skip


def live(part: str, content: Any, now_s: float, session: str = "a", key: VehicleKey = KEY) -> VehicleUpdate:
    """As it was said just now, by a bridge whose clock is the station's."""
    return VehicleUpdate(session=session, key=key, field=part, content=content, received_s=now_s, written_s=now_s)


def service(name: str, content: Any, session: str, received_s: float = 0.0) -> ServiceUpdate:
    return ServiceUpdate(session=session, root="fleet", service=name, content=content, received_s=received_s)


def decoded(leaf: str, payload: bytes, owner: str = "uav-1") -> payloads.Envelope[Any]:
    """The envelope of a leaf of a vehicle, or of `_bridge/b`.

    Raises:
        PayloadError: it is none, or the leaf is not ours.
    """
    topic = topics.parse(f"fleet/{owner}/{leaf}")
    row = leaf_of(topic) if topic is not None else None
    if row is None:
        raise payloads.PayloadError("not ours")
    return payloads.decode(row, payload)


def failed_of(operations: Operations, batch: str) -> list[VehicleKey]:
    """Vehicles of a batch whose command ended, and not well."""
    return [one.key for one in operations.book.of_batch(batch) if one.is_over and one.state not in GOOD_ENDS]
