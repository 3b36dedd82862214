# SPDX-License-Identifier: Apache-2.0
"""Each kind of link on real sockets, a real pseudo-terminal and real files."""

from __future__ import annotations

import contextlib
import io
import os
import selectors
import socket
import statistics
import termios
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from groundstation.bridge import service
from groundstation.bridge.link_text import parse_link
from groundstation.bridge.links import make_link
from groundstation.bridge.peer import Chunk, Peer
from groundstation.bridge.service import TICK_S, BridgeService, BridgeSettings, root_of
from groundstation.bridge.tcp import TcpOut
from groundstation.fleet.errors import GroundStationError
from groundstation.mavlink.dialect import MSGIDS
from groundstation.mavlink.frames import Frame, FrameParser
from tests.conftest import shared_log
from tests.support.clock import ManualClock
from tests.support.fake_bus import FakeBus
from tests.support.vehicles import Autopilot
from tests.support.waiting import PATIENCE_S, wait_until

HEARTBEAT = MSGIDS["HEARTBEAT"]


class Rig:
    """A bridge on one link, driven turn by turn; its clock goes on by a tick a turn, whatever the machine does."""

    def __init__(self, *texts: str) -> None:
        self.bus = FakeBus()
        specs = tuple(parse_link(text) for text in texts)
        settings = BridgeSettings(links=specs, root=root_of(specs, ""), bridge_id="br")
        self.clock = ManualClock()
        self.service = BridgeService(settings, self.bus, "session", self.clock)
        self.service.open()

    def turn(self) -> None:
        self.clock.advance(TICK_S)
        self.service.step()

    @property
    def link(self) -> Any:
        return self.service.links[0]

    def until(self, is_true: Callable[[], bool], what: str = "") -> None:
        def turned() -> bool:
            self.turn()
            return is_true()

        wait_until(turned, what=what)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK_S)):
            self.turn()


Make = Callable[..., Rig]


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    # a turn waits for nothing: time is the rig's
    monkeypatch.setattr(service, "TICK_S", 0.0)
    made: list[Rig] = []

    def make(*texts: str) -> Rig:
        made.append(Rig(*texts))
        return made[-1]

    yield make
    for one in made:
        one.service._end()


@pytest.fixture
def udp() -> Iterator[Callable[[], socket.socket]]:
    made: list[socket.socket] = []

    def make() -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        made.append(sock)
        return sock

    yield make
    for one in made:
        one.close()


def frames_of(sock: socket.socket) -> list[Frame]:
    """Everything that waits on a socket."""
    parser, found = FrameParser(), []
    while True:
        try:
            data = sock.recv(65_536)
        except (BlockingIOError, ConnectionError):
            return found
        if not data:
            return found
        found += parser.feed(data)


def heartbeats_of(sock: socket.socket) -> int:
    return sum(frame.msgid == HEARTBEAT and (frame.sysid, frame.compid) == (255, 190) for frame in frames_of(sock))


# ---- UDP ----


def test_udpin_hears_several_peers_and_answers_each(rig: Make, udp: Callable[[], socket.socket]) -> None:
    bridge = rig("udpin:127.0.0.1:0")
    talkers = {sysid: udp() for sysid in (1, 2, 3)}
    for sysid, sock in talkers.items():
        sock.sendto(Autopilot(sysid).heartbeat(), ("127.0.0.1", bridge.link.port))
    bridge.until(lambda: len(bridge.service.hearing.vehicles) == 3)
    heard: dict[int, list[Frame]] = {sysid: [] for sysid in talkers}

    def all_answered() -> bool:
        for sysid, sock in talkers.items():
            heard[sysid] += frames_of(sock)
        return all(any(one.msgid == HEARTBEAT for one in frames) for frames in heard.values())

    bridge.until(all_answered, "our heartbeat at every peer")
    for sysid, frames in heard.items():
        requests = [one.payload for one in frames if one.msgid == MSGIDS["COMMAND_LONG"]]
        assert requests
        assert all(payload[30] == sysid for payload in requests), "target_system"


def test_udpin_never_speaks_to_a_peer_before_its_autopilots_heartbeat(
    rig: Make, udp: Callable[[], socket.socket]
) -> None:
    bridge = rig("udpin:127.0.0.1:0")
    stranger, camera, known = udp(), udp(), udp()
    port = bridge.link.port
    stranger.sendto(b"GET / HTTP/1.1\r\n\r\n", ("127.0.0.1", port))
    stranger.sendto(Autopilot().attitude(1_000.0), ("127.0.0.1", port))
    camera.sendto(Autopilot(1, mav_type=30, firmware=8).heartbeat(), ("127.0.0.1", port))
    known.sendto(Autopilot(7).heartbeat(), ("127.0.0.1", port))
    bridge.until(lambda: bool(bridge.service.hearing.vehicles))
    bridge.run(1.3)
    assert frames_of(known)
    assert frames_of(stranger) == frames_of(camera) == []


def test_an_empty_datagram_is_not_the_end_of_a_peer(rig: Make, udp: Callable[[], socket.socket]) -> None:
    bridge, sock = rig("udpin:127.0.0.1:0"), udp()
    address = ("127.0.0.1", bridge.link.port)
    sock.sendto(Autopilot().heartbeat(), address)
    bridge.until(lambda: bool(bridge.service.hearing.vehicles))
    sock.sendto(b"", address)
    bridge.run(0.1)
    assert len(bridge.service.hearing.peers) == 1
    frames_of(sock)
    bridge.until(lambda: heartbeats_of(sock) > 0, "a heartbeat after the empty datagram")


def test_an_empty_datagram_is_not_the_end_of_udpout(rig: Make, udp: Callable[[], socket.socket]) -> None:
    other = udp()
    bridge = rig(f"udpout:127.0.0.1:{other.getsockname()[1]}")
    bridge.turn()
    _, address = other.recvfrom(1_000)
    other.sendto(b"", address)
    bridge.run(0.1)
    frames_of(other)
    bridge.until(lambda: heartbeats_of(other) > 0, "a heartbeat after the empty datagram")


def test_udpout_calls_at_once_and_once_a_second(rig: Make, udp: Callable[[], socket.socket]) -> None:
    other = udp()
    bridge = rig(f"udpout:127.0.0.1:{other.getsockname()[1]}")
    bridge.turn()
    assert heartbeats_of(other) == 1
    bridge.run(2.3)
    assert heartbeats_of(other) == 2


def test_udpout_hears_the_answer_and_survives_that_nobody_is_there(rig: Make, udp: Callable[[], socket.socket]) -> None:
    other = udp()
    address = other.getsockname()
    other.close()
    bridge = rig(f"udpout:127.0.0.1:{address[1]}")
    bridge.until(lambda: "nothing listens" in bridge.link.problem)
    late = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with late:
        late.bind(address)
        late.settimeout(PATIENCE_S)
        bridge.run(1.1)
        _, caller = late.recvfrom(1_000)
        late.sendto(Autopilot(9).heartbeat(), caller)
        bridge.until(lambda: bool(bridge.service.hearing.vehicles))
        assert bridge.link.problem == ""


# ---- TCP ----


def listener(port: int = 0) -> socket.socket:
    server = socket.create_server(("127.0.0.1", port))
    server.settimeout(PATIENCE_S)
    return server


def accepted(bridge: Rig, server: socket.socket) -> socket.socket:
    server.setblocking(False)
    found: list[socket.socket] = []

    def has_called() -> bool:
        try:
            found.append(server.accept()[0])
        except BlockingIOError:
            return False
        return True

    bridge.until(has_called, "a call")
    found[0].setblocking(False)
    return found[0]


def test_tcp_calls_again_when_the_other_side_hangs_up(rig: Make) -> None:
    with listener() as server:
        bridge = rig(f"tcp:127.0.0.1:{server.getsockname()[1]}")
        autopilot = Autopilot(4)
        with accepted(bridge, server) as first:
            first.sendall(autopilot.heartbeat())
            bridge.until(lambda: bool(bridge.service.hearing.vehicles))
            assert bridge.link.problem == ""
        bridge.until(lambda: not bridge.service.hearing.peers, "the hang-up")
        with accepted(bridge, server) as second:
            second.sendall(autopilot.heartbeat())
            bridge.until(lambda: bool(bridge.service.hearing.peers))
            bridge.until(lambda: heartbeats_of(second) > 0)
            assert len(bridge.service.hearing.vehicles) == 1


def test_tcp_keeps_calling_until_somebody_is_there(rig: Make) -> None:
    with listener() as server:
        port = server.getsockname()[1]
    bridge = rig(f"tcp:127.0.0.1:{port}")
    bridge.until(lambda: "is the vehicle there?" in bridge.link.problem)
    with listener(port) as server, accepted(bridge, server) as other:
        bridge.until(lambda: bridge.link.problem == "")
        other.sendall(Autopilot(5).heartbeat())
        bridge.until(lambda: bool(bridge.service.hearing.vehicles))


def test_tcp_gives_a_first_call_its_five_seconds() -> None:
    """A listener whose queue is full answers nothing, as one behind a slow way."""
    with socket.socket() as server, contextlib.ExitStack() as callers, selectors.DefaultSelector() as selector:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(3):
            caller = callers.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(server.getsockname())
        link = TcpOut(parse_link(f"tcp:127.0.0.1:{server.getsockname()[1]}"))
        link.open(selector)
        link.tick(100.0)
        first = link._calling
        assert first is not None
        link.tick(104.9)
        assert link._calling is first
        link.tick(105.1)
        assert link._calling is not first
        link.close()


def test_tcp_says_its_heartbeat_before_it_hears_one(rig: Make) -> None:
    with listener() as server:
        bridge = rig(f"tcp:127.0.0.1:{server.getsockname()[1]}")
        with accepted(bridge, server) as other:
            bridge.until(lambda: heartbeats_of(other) > 0, "a vehicle that waits for us must hear us")


def test_a_frame_cut_by_tcp_is_put_together(rig: Make) -> None:
    with listener() as server:
        bridge = rig(f"tcp:127.0.0.1:{server.getsockname()[1]}")
        with accepted(bridge, server) as other:
            for byte in Autopilot(6).heartbeat():
                other.sendall(bytes([byte]))
                bridge.turn()
            bridge.until(lambda: bool(bridge.service.hearing.vehicles))


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_tcpin_takes_several_calls_and_forgets_who_hangs_up(rig: Make, host: str) -> None:
    if host == "[::1]" and not _has_ipv6():
        pytest.skip("no IPv6 here")
    bridge = rig(f"tcpin:{host}:0")
    address = (host.strip("[]"), bridge.link.port)
    with socket.create_connection(address) as first, socket.create_connection(address) as second:
        first.sendall(Autopilot(1).heartbeat())
        second.sendall(Autopilot(2).heartbeat())
        bridge.until(lambda: len(bridge.service.hearing.vehicles) == 2)
        for sock in (first, second):
            sock.setblocking(False)
            bridge.until(lambda sock=sock: heartbeats_of(sock) > 0)
        first.close()
        bridge.until(lambda: len(bridge.service.hearing.peers) == 1)


def test_tcpin_is_silent_towards_a_caller_that_is_no_vehicle(rig: Make) -> None:
    bridge = rig("tcpin:127.0.0.1:0")
    with socket.create_connection(("127.0.0.1", bridge.link.port)) as other:
        other.sendall(b"GET / HTTP/1.1\r\n\r\n")
        bridge.run(1.2)
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.recv(100)


# ---- what every link tells of itself ----


@pytest.mark.parametrize("kind", ["udpin", "udpout", "tcp", "tcpin", "serial"])
def test_a_living_link_says_that_it_lives_and_whom_it_calls(kind: str) -> None:
    link = make_link(parse_link("serial:/dev/nothing" if kind == "serial" else f"{kind}:127.0.0.1:14550"))
    assert not link.is_recorded
    assert not link.was_empty
    assert (link.peer is not None) == (kind == "udpout"), "only UDP has its other end before it is open"


def test_a_file_says_that_it_is_recorded_and_at_its_end_whether_anything_was_in_it(tmp_path: Path) -> None:
    file = tmp_path / "a.tlog"
    for content, was_empty in ((b"no log" * 9, True), ((10**15).to_bytes(8, "big") + Autopilot().heartbeat(), False)):
        file.write_bytes(content)
        link = make_link(parse_link(f"tlog:{file}@max"))
        with selectors.DefaultSelector() as selector:
            link.open(selector)
        assert (link.is_recorded, link.peer, link.was_empty) == (True, None, False)
        while not link.is_ended:
            link.tick(0.0)
        assert link.was_empty is was_empty
        link.close()


@pytest.mark.parametrize(("callers", "forgotten"), [(3, 0), (4, 1)])
def test_one_peer_more_than_a_listening_link_may_have_is_counted(
    rig: Make, udp: Callable[[], socket.socket], monkeypatch: pytest.MonkeyPatch, callers: int, forgotten: int
) -> None:
    for module in ("udp", "tcp"):
        monkeypatch.setattr(f"groundstation.bridge.{module}.MAX_PEERS", 3)
    by_datagram, by_call = rig("udpin:127.0.0.1:0"), rig("tcpin:127.0.0.1:0")
    with contextlib.ExitStack() as calls:
        for count in range(callers):
            udp().sendto(b"x", ("127.0.0.1", by_datagram.link.port))
            calls.enter_context(socket.create_connection(("127.0.0.1", by_call.link.port)))
            by_call.until(lambda count=count: len(by_call.link._streams) + by_call.link.forgotten == count + 1)
            by_datagram.until(
                lambda count=count: len(by_datagram.link._peers) + by_datagram.link.forgotten == count + 1
            )
        assert (by_datagram.link.forgotten, by_call.link.forgotten) == (forgotten, forgotten)


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_udpin_listens_on_ipv6_too(rig: Make) -> None:
    if not _has_ipv6():
        pytest.skip("no IPv6 here")
    bridge = rig("udpin:[::1]:0")
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.sendto(Autopilot(3).heartbeat(), ("::1", bridge.link.port))
        bridge.until(lambda: bool(bridge.service.hearing.vehicles))
        sock.setblocking(False)
        bridge.until(lambda: heartbeats_of(sock) > 0)


@pytest.mark.parametrize("kind", ["udpin", "tcpin"])
def test_a_port_in_use_is_told_with_the_link_and_a_remedy(kind: str) -> None:
    sort = socket.SOCK_DGRAM if kind == "udpin" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, sort) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind == "tcpin":
            holder.listen()
        text = f"{kind}:127.0.0.1:{holder.getsockname()[1]}"
        with pytest.raises(GroundStationError, match="port") as caught:
            make_link(parse_link(text)).open(selectors.DefaultSelector())
    assert text in str(caught.value)
    assert "in use" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["udpin", "udpout", "tcp", "tcpin"])
def test_a_host_that_does_not_exist_is_told_with_the_link(kind: str) -> None:
    text = f"{kind}:no.such.host.invalid:14550"
    with pytest.raises(GroundStationError) as caught:
        make_link(parse_link(text)).open(selectors.DefaultSelector())
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


# ---- serial ----


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """Our end of a pseudo-terminal and the name of the other."""
    ours, theirs = os.openpty()
    tty.setraw(theirs, termios.TCSANOW)
    os.set_blocking(ours, False)
    yield ours, os.ttyname(theirs)
    os.close(theirs)
    os.close(ours)


def read_all(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except BlockingIOError:
        return b""


def test_serial_hears_and_speaks(rig: Make, terminal: tuple[int, str]) -> None:
    ours, name = terminal
    bridge = rig(f"serial:{name}:115200")
    bridge.until(lambda: bridge.link.problem == "", "the port to open")
    os.write(ours, Autopilot(8).heartbeat())
    bridge.until(lambda: bool(bridge.service.hearing.vehicles))
    parser = FrameParser()
    heard: list[Frame] = []

    def has_heard() -> bool:
        heard.extend(parser.feed(read_all(ours)))
        return any(one.msgid == HEARTBEAT for one in heard)

    bridge.until(has_heard)
    assert {one.sysid for one in heard} == {255}


def test_serial_says_its_heartbeat_before_it_hears_one(rig: Make, terminal: tuple[int, str]) -> None:
    ours, name = terminal
    bridge = rig(f"serial:{name}:57600")
    parser = FrameParser()
    bridge.until(lambda: any(one.msgid == HEARTBEAT for one in parser.feed(read_all(ours))))


def test_a_serial_device_that_takes_nothing_does_not_stop_the_bridge(rig: Make, terminal: tuple[int, str]) -> None:
    _, name = terminal
    bridge = rig(f"serial:{name}:57600")
    bridge.until(lambda: bridge.link.problem == "")
    took_s = []
    for _ in range(200):
        began_s = time.monotonic()
        bridge.link._send(bytes(1_000))
        took_s.append(time.monotonic() - began_s)
    # one that waits for the device waits each time; what a busy machine holds up are a few
    assert statistics.median(took_s) < 0.01
    bridge.turn()


def test_a_serial_device_that_is_not_there_is_told_and_tried_again(rig: Make, tmp_path: Path) -> None:
    device = tmp_path / "ttyDRONE"
    bridge = rig(f"serial:{device}:57600")
    bridge.until(lambda: "is it plugged in" in bridge.link.problem)
    ours, theirs = os.openpty()
    tty.setraw(theirs, termios.TCSANOW)
    device.symlink_to(os.ttyname(theirs))
    bridge.until(lambda: bridge.link.problem == "", "the device was plugged in")
    os.write(ours, Autopilot(8).heartbeat())
    bridge.until(lambda: bool(bridge.service.hearing.peers))
    device.unlink()
    os.close(theirs)
    os.close(ours)
    bridge.until(lambda: bridge.link.problem != "", "the device was pulled out")
    assert not bridge.service.hearing.peers
    bridge.until(lambda: "is it plugged in" in bridge.link.problem)


# ---- tlog ----

BEGAN_US = 1_700_000_000_000_000


def stamped(frame: bytes, at_s: float) -> bytes:
    return (BEGAN_US + int(at_s * 1e6)).to_bytes(8, "big") + frame


def flight(count: int = 100, period_s: float = 0.1) -> list[tuple[float, bytes]]:
    autopilot = Autopilot()
    return [(number * period_s, autopilot.attitude(1_000.0 + number * period_s)) for number in range(count)]


class Player:
    """A log played with a manual clock."""

    def __init__(self, file: Path, data: bytes, speed: str) -> None:
        file.write_bytes(data)
        self.clock = ManualClock()
        self.link: Any = make_link(parse_link(f"tlog:{file}@{speed}"))
        self.link.open(selectors.DefaultSelector())
        self.peers: set[Peer] = set()
        self.data = b""

    def tick(self, seconds: float = 0.0) -> bytes:
        chunks: list[Chunk] = self.link.tick(self.clock.advance(seconds))
        self.peers |= {peer for peer, _ in chunks}
        new = b"".join(data for _, data in chunks)
        self.data += new
        return new

    def to_the_end(self, step_s: float = 0.05, limit: int = 10_000) -> float:
        """Play; returns the seconds that it took."""
        began_s = self.clock()
        for _ in range(limit):
            self.tick()
            if self.link.is_ended:
                self.link.close()
                return self.clock() - began_s
            self.clock.advance(step_s)
        raise AssertionError("it never ends")


@pytest.mark.parametrize("speed", ["1", "5", "0.1"])
def test_a_log_is_played_in_its_own_time_or_faster(tmp_path: Path, speed: str) -> None:
    frames = flight()
    player = Player(tmp_path / "a.tlog", b"".join(stamped(frame, at_s) for at_s, frame in frames), speed)
    factor = float(speed)
    assert player.tick() == frames[0][1]
    for _ in range(10):
        player.tick(0.499 / factor)
    assert player.data == b"".join(frame for at_s, frame in frames if at_s <= 4.99)
    assert player.tick(0.02 / factor) == frames[50][1]
    assert player.to_the_end(0.05 / factor) == pytest.approx(4.9 / factor, abs=0.15 / factor)
    assert player.data == b"".join(frame for _, frame in frames)
    assert player.link.damaged_bytes == 0


def test_as_fast_as_possible_hands_over_all_at_once_in_bounded_pieces(tmp_path: Path) -> None:
    frames = flight(20_000, 60.0)
    player = Player(tmp_path / "a.tlog", b"".join(stamped(frame, at_s) for at_s, frame in frames), "max")
    sizes = []
    while not player.link.is_ended:
        sizes.append(len(player.tick()))
    assert max(sizes) < 200_000
    assert player.data == b"".join(frame for _, frame in frames)


def test_damage_in_the_middle_is_skipped_and_counted(tmp_path: Path) -> None:
    frames = flight()
    pieces = [stamped(frame, at_s) for at_s, frame in frames]
    noise = bytes(range(1, 200)) * 3
    player = Player(tmp_path / "a.tlog", b"".join(pieces[:50]) + noise + b"".join(pieces[50:]), "1")
    assert player.to_the_end() == pytest.approx(9.9, abs=0.1)
    assert player.data == b"".join(frame for _, frame in frames)
    assert player.link.damaged_bytes == len(noise)


def test_stamps_that_make_no_sense_are_skipped_with_their_frame(tmp_path: Path) -> None:
    frames = flight()
    pieces = [stamped(frame, at_s) for at_s, frame in frames]
    for number, stamp in ((20, 0), (40, (1 << 64) - 1), (60, 5_000_000_000_000_000)):
        pieces[number] = stamp.to_bytes(8, "big") + frames[number][1]
    player = Player(tmp_path / "a.tlog", b"".join(pieces), "1")
    assert player.to_the_end() == pytest.approx(9.9, abs=0.1)
    assert player.data == b"".join(frame for number, (_, frame) in enumerate(frames) if number not in (20, 40, 60))
    assert player.link.damaged_bytes == sum(len(pieces[number]) for number in (20, 40, 60))


@pytest.mark.parametrize("speed", ["1", "5", "0.1"])
def test_a_long_pause_is_shortened_to_ten_seconds_of_the_log(tmp_path: Path, speed: str) -> None:
    frames = flight(20, 0.1)
    data = b"".join(stamped(frame, at_s + (3_600.0 if at_s > 1.05 else 0.0)) for at_s, frame in frames)
    player = Player(tmp_path / "a.tlog", data, speed)
    factor = float(speed)
    assert player.to_the_end(0.05 / factor) == pytest.approx((1.0 + 10.0 + 0.8) / factor, abs=0.2 / factor)
    assert player.data == b"".join(frame for _, frame in frames)


def test_a_pause_of_less_than_ten_seconds_is_kept(tmp_path: Path) -> None:
    frames = [(0.0, Autopilot().heartbeat()), (9.5, Autopilot().heartbeat())]
    player = Player(tmp_path / "a.tlog", b"".join(stamped(frame, at_s) for at_s, frame in frames), "1")
    assert player.to_the_end() == pytest.approx(9.5, abs=0.1)


def test_a_clock_that_jumps_back_in_the_log_does_not_stop_it(tmp_path: Path) -> None:
    frames = flight(20, 0.1)
    data = b"".join(stamped(frame, at_s - (7_200.0 if at_s > 1.05 else 0.0)) for at_s, frame in frames)
    player = Player(tmp_path / "a.tlog", data, "1")
    assert player.to_the_end() == pytest.approx(1.9, abs=0.2)
    assert player.data == b"".join(frame for _, frame in frames)


def test_a_log_cut_at_any_byte_gives_every_frame_before_the_cut(tmp_path: Path) -> None:
    data = shared_log("copter_boot.tlog").read_bytes()[:4_000]
    whole = Player(tmp_path / "whole.tlog", data, "max")
    whole.to_the_end()
    ends: list[tuple[int, int]] = []
    place = size = 0
    for _, frame in whole.link._read_frames((tmp_path / "whole.tlog").open("rb")):
        place, size = place + 8 + len(frame), size + len(frame)
        ends.append((place, size))
    assert len(ends) > 50
    for cut in range(len(data) + 1):
        link: Any = make_link(parse_link(f"tlog:{tmp_path / 'whole.tlog'}@max"))
        played = b"".join(frame for _, frame in link._read_frames(io.BytesIO(data[:cut])))
        end, wanted = max((one for one in ends if one[0] <= cut), default=(0, 0))
        assert played == whole.data[:wanted], cut
        assert link.damaged_bytes == cut - end


def test_a_file_that_is_no_log_ends_with_all_of_it_counted_as_damage(tmp_path: Path) -> None:
    player = Player(tmp_path / "a.tlog", b"This is a letter to my aunt.\n" * 1_000, "max")
    player.to_the_end()
    assert player.data == b""
    assert player.link.damaged_bytes == 29_000


def test_a_log_is_deaf(rig: Make, tmp_path: Path) -> None:
    file = tmp_path / "a.tlog"
    file.write_bytes(stamped(Autopilot().heartbeat(), 0.0))
    bridge = rig(f"tlog:{file}@max")
    bridge.until(lambda: bridge.link.is_ended)
    assert len(bridge.service.hearing.vehicles) == 1
    bridge.run(0.2)


def test_a_log_that_vanished_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.tlog"
    file.touch()
    link = make_link(parse_link(f"tlog:{file}"))
    file.unlink()
    with pytest.raises(GroundStationError, match="is the file there"):
        link.open(selectors.DefaultSelector())


def test_a_computer_that_slept_does_not_make_up_for_it(tmp_path: Path) -> None:
    frames = flight(1_000, 0.1)
    player = Player(tmp_path / "a.tlog", b"".join(stamped(frame, at_s) for at_s, frame in frames), "1")
    assert player.tick() == frames[0][1]
    player.tick(60.0)
    assert len(player.data) < 5 * len(frames[0][1])
    assert player.to_the_end() == pytest.approx(99.8, abs=0.3)
