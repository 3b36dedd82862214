# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from groundstation.transport import lanes as module
from groundstation.transport.bus import Outgoing
from groundstation.transport.lanes import STALE_S, Lane, Lanes, lane_of

EVENT = Outgoing("fleet/a/evt", b"event", 1)
STATE = Outgoing("fleet/a/state", b"state", 1, retain=True)
MOTION = Outgoing("fleet/a/tlm/motion", b"motion")
FRAMES = Outgoing("fleet/a/raw/_mav", b"frames")


def taken(lanes: Lanes, room: int = 1_000_000, acks: int = 1_000, now_s: float = 0.0) -> list[Outgoing]:
    return list(lanes.take(room, acks, now_s))


def test_every_message_has_its_lane() -> None:
    wanted = {
        "fleet/a/cmd/req": (1, False, Lane.URGENT),
        "fleet/a/cmd/ack": (1, False, Lane.URGENT),
        "fleet/_all/sync/req": (1, False, Lane.URGENT),
        "fleet/a/evt": (1, False, Lane.URGENT),
        "fleet/a/conn": (1, True, Lane.STATE),
        "fleet/_bridge/b/conn": (1, True, Lane.STATE),
        "fleet/a/state": (1, True, Lane.STATE),
        "fleet/a/tlm/motion": (0, False, Lane.MOTION),
        "fleet/a/tlm/detail": (0, False, Lane.TELEMETRY),
        "fleet/a/link": (0, False, Lane.STATE),
        "fleet/a/raw/_mav": (0, False, Lane.BULK),
        "fleet/_bridge/b/raw/_mav": (0, False, Lane.BULK),
        "fleet/a/late/evt": (1, False, Lane.BULK),
        "fleet/a/late/end": (1, False, Lane.BULK),
        "a/sensor": (0, False, Lane.TELEMETRY),
    }
    found = {
        topic: (qos, retain, lane_of(Outgoing(topic, b"", qos, retain))) for topic, (qos, retain, _) in wanted.items()
    }
    assert found == wanted


def test_what_matters_goes_first_and_the_urgent_in_any_case() -> None:
    lanes = Lanes()
    assert lanes.put([FRAMES, MOTION, STATE, EVENT], 0.0) == 4
    assert taken(lanes, room=0) == [EVENT]
    assert taken(lanes, room=60) == [STATE, MOTION]
    assert taken(lanes) == [FRAMES]
    assert len(lanes) == 0


def test_where_there_is_room_for_all_they_go_in_their_order() -> None:
    """A birth comes before what is told of the life."""
    for room in (sum(len(one.topic) + len(one.payload) + module.PACKET_BYTES for one in (STATE, EVENT, MOTION)), 0):
        lanes = Lanes()
        lanes.put([MOTION, STATE, EVENT], 0.0)
        assert taken(lanes, room=room) == ([MOTION, STATE, EVENT] if room else [EVENT])
        lanes.put([STATE], 0.0)
        assert len(taken(lanes)) == (1 if room else 3)
        assert (lanes._bytes, lanes._acks) == (0, 0)


def test_room_is_not_gone_beyond_by_more_than_one_message() -> None:
    lanes = Lanes()
    lanes.put([MOTION] * 10, 0.0)
    one = len(MOTION.topic) + len(MOTION.payload) + module.PACKET_BYTES
    assert len(taken(lanes, room=3 * one)) == 3
    assert len(taken(lanes, room=3 * one + 1)) == 4


def test_state_waits_for_acknowledgements_and_telemetry_does_not_overtake_it() -> None:
    lanes = Lanes()
    lanes.put([STATE, MOTION], 0.0)
    assert taken(lanes, acks=0) == []
    assert taken(lanes, acks=1) == [STATE, MOTION]


def test_what_waited_too_long_gives_way_to_the_newest_of_its_topic() -> None:
    for waited_s, kept in ((STALE_S, 4), (STALE_S + 0.01, 2)):
        lanes = Lanes()
        words = [
            Outgoing(f"fleet/a/tlm/{name}", text) for name, text in (("x", b"1"), ("y", b"1"), ("x", b"2"), ("x", b"3"))
        ]
        lanes.put(words, 0.0)
        assert taken(lanes, room=0, now_s=waited_s) == []
        left = taken(lanes)
        assert len(left) == kept
        assert left[-2:] == ([words[3], words[1]] if kept == 2 else [words[2], words[3]])
        assert lanes.thinned == 4 - kept


def test_events_and_orders_never_give_way() -> None:
    lanes = Lanes()
    lanes.put([EVENT] * 50 + [MOTION] * 50, 0.0)
    assert len(taken(lanes, room=0, now_s=100.0)) == 50


def test_what_is_for_recordings_is_bounded() -> None:
    lanes = Lanes()
    big = Outgoing("fleet/a/raw/_mav", bytes(100_000))
    assert lanes.put([big] * 5, 0.0) == 3
    assert lanes.thinned == 2
    assert len(taken(lanes)) == 3
    assert lanes.put([big], 0.0) == 1


def test_motion_has_most_of_the_room_and_the_rest_does_not_starve() -> None:
    lanes = Lanes()
    motion, detail = (Outgoing(f"fleet/a/tlm/{name}", bytes(100)) for name in ("motion", "detail"))
    lanes.put([motion, detail] * 1_000, 0.0)
    sent = taken(lanes, room=100_000)
    share = sum(one is motion for one in sent) / len(sent)
    assert abs(share - module.MOTION_SHARE) < 0.02
    rest = taken(lanes, room=10_000_000)
    assert len(sent) + len(rest) == 2_000
