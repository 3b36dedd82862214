# SPDX-License-Identifier: Apache-2.0
"""Links that are added, paused, replaced and removed while the bridge runs, and ports that are plugged in."""

from __future__ import annotations

import os
import socket
import termios
import tty

import msgspec
import pytest

from groundstation.bridge import service
from groundstation.bridge.link_set import SETTLE_S, KeptLink, KeptLinks
from groundstation.bridge.link_text import parse_link
from groundstation.bridge.serial_port import HUNT_S
from groundstation.bridge.service import TICK_S, BridgeService, BridgeSettings
from groundstation.bridge.usb_ids import PortPlan, UsbPort, known_as
from groundstation.fleet.commands import Actor, Role
from groundstation.fleet.link_table import LinkAction, LinkOrigin, LinkRequest, LinkTable, LinkUse
from groundstation.transport import payloads, topics
from groundstation.transport.bus import Message
from groundstation.transport.leaves import BRIDGE_LINKS
from tests.support.clock import ManualClock
from tests.support.fake_bus import FakeBus
from tests.support.vehicles import Autopilot
from tests.support.waiting import wait_until

AYSE = Actor(op="ayse", gs="gs-1")
CUBE = UsbPort(device="", vid=0x2DAE, pid=0x1058, product="Cube Orange+", maker="CubePilot", serial="42")
RADIO = UsbPort(device="", vid=0x10C4, pid=0xEA60, product="CP2102", maker="Silicon Labs", serial="7")
GNSS = UsbPort(device="", vid=0x1546, pid=0x01A9, product="u-blox GNSS receiver", maker="u-blox")


class Ports:
    """What is plugged in, as the finder tells."""

    def __init__(self):
        self.ports = ()

    def start(self): ...

    def stop(self): ...


class Rig:
    def __init__(self, *texts, kept=None, finder=None):
        self.bus, self.clock, self.keeps = FakeBus(), ManualClock(), []
        settings = BridgeSettings(
            links=tuple(parse_link(one) for one in texts), root="fleet", bridge_id="br", kept=kept
        )
        self.service = BridgeService(settings, self.bus, "session", self.clock, keep=self.keeps.append)
        self.service.link_desk._finder = self.service._finder = finder
        self.number = 0
        self.service.open()

    def turn(self, seconds=TICK_S):
        for _ in range(max(1, round(seconds / TICK_S))):
            self.clock.advance(TICK_S)
            self.service.step()

    def until(self, is_true, what=""):
        wait_until(lambda: (self.turn(), is_true())[1], what=what)

    def wish(self, action, link, new="", *, is_sure=False, actor=AYSE, retain=False, name=None):
        self.number += 1
        name = name or f"r{self.number}"
        asked = LinkRequest(id=name, actor=actor, action=action, link=link, new=new, is_sure=is_sure)
        payload = payloads.encode_request(asked)
        topic = topics.bridge("fleet", "br", topics.LINKS_REQ)
        self.service.on_message(Message(topic, payload, len(payload), 1, retain, 0.0))
        self.turn(0.1)
        return next((str(one.refused) for one in self.told.answers if one.id == name), None)

    @property
    def told(self):
        sent = [one for one in self.bus.sent if one.topic == "fleet/_bridge/br/links"]
        return payloads.decode(BRIDGE_LINKS, sent[-1].payload).d if sent else LinkTable()

    @property
    def uses(self):
        return {one.text: one.use for one in self.told.links}


@pytest.fixture
def rig(monkeypatch):
    monkeypatch.setattr(service, "TICK_S", 0.0)
    made = []

    def make(*texts, **more):
        made.append(Rig(*texts, **more))
        return made[-1]

    yield make
    for one in made:
        one.service._end()


@pytest.fixture
def caller():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock


@pytest.fixture
def port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture
def terminal():
    ours, theirs = os.openpty()
    tty.setraw(theirs, termios.TCSANOW)
    os.set_blocking(ours, False)
    yield ours, os.ttyname(theirs)
    os.close(theirs)
    os.close(ours)


def test_a_link_that_is_added_hears_a_vehicle_and_is_remembered(rig, caller, port):
    bridge, text = rig(), f"udpin:127.0.0.1:{port}"
    assert bridge.wish(LinkAction.ADD, text) == ""
    assert bridge.keeps[-1].links == (KeptLink(text=text),)
    caller.sendto(Autopilot(sysid=7).heartbeat(), ("127.0.0.1", port))
    bridge.until(lambda: bool(bridge.service.hearing.vehicles), "the vehicle")
    bridge.turn(6.0)
    (one,) = bridge.told.links
    assert (one.use, one.vehicles, one.origin) == (LinkUse.OPEN, ("uav-7",), LinkOrigin.ADDED)
    # and the birth of the bridge names it
    assert text in payloads.decode(service.BRIDGE_CONN, _last(bridge, "conn")).d.links


def _last(bridge, leaf):
    bridge.service._publish_all(None)
    bridge.turn()
    return next(one.payload for one in reversed(bridge.bus.sent) if one.topic == f"fleet/_bridge/br/{leaf}")


def test_what_was_remembered_is_there_again(rig, port):
    kept = KeptLinks(
        links=(
            KeptLink(text=f"udpin:127.0.0.1:{port}"),
            KeptLink(text="udpin:127.0.0.1:1", is_paused=True),
            KeptLink(text="nonsense"),
        )
    )
    bridge = rig(kept=kept)
    bridge.turn(1.0)
    assert bridge.uses == {f"udpin:127.0.0.1:{port}": LinkUse.OPEN, "udpin:127.0.0.1:1": LinkUse.PAUSED}


def test_paused_nobody_is_heard_and_resumed_again(rig, caller, port):
    bridge, text = rig(f"udpin:127.0.0.1:{port}"), f"udpin:127.0.0.1:{port}"
    assert bridge.wish(LinkAction.PAUSE, text) == ""
    assert bridge.uses == {text: LinkUse.PAUSED}
    # the port is free for another program
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port))
    assert bridge.wish(LinkAction.RESUME, text) == ""
    bridge.turn(0.2)
    assert bridge.uses == {text: LinkUse.OPEN}
    caller.sendto(Autopilot().heartbeat(), ("127.0.0.1", port))
    bridge.until(lambda: bool(bridge.service.hearing.vehicles), "the vehicle")


def test_a_tcp_link_with_a_caller_goes_and_leaves_nothing_registered(rig):
    bridge = rig("tcpin:127.0.0.1:0")
    text, own = "tcpin:127.0.0.1:0", bridge.service.links[0].port
    with socket.create_connection(("127.0.0.1", own)) as call:
        call.sendall(Autopilot().heartbeat())
        bridge.until(lambda: bool(bridge.service.hearing.peers), "the vehicle")
        assert bridge.wish(LinkAction.REMOVE, text, is_sure=True) == ""
        assert not bridge.service._selector.get_map()
        assert not bridge.service.hearing.peers
    # a descriptor that is used again must be able to register
    assert bridge.wish(LinkAction.ADD, text) == ""
    bridge.turn(0.2)
    assert bridge.uses == {text: LinkUse.OPEN}


def test_a_taken_port_is_told_with_its_holder_and_had_once_it_is_free(rig, port):
    text = f"udpin:127.0.0.1:{port}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port))
        bridge = rig(kept=KeptLinks(links=(KeptLink(text=text),)))
        bridge.turn(1.0)
        (one,) = bridge.told.links
        assert one.use is LinkUse.WAITING
        assert f"(process {os.getpid()}) holds the port: close it" in one.problem
    bridge.turn(3.0)
    assert bridge.uses == {text: LinkUse.OPEN}
    assert not bridge.told.links[0].problem


@pytest.mark.parametrize(
    ("action", "link", "new", "words"),
    [
        (LinkAction.ADD, "nonsense", "", "write kind:address"),
        (LinkAction.ADD, "udpin:127.0.0.1:0", "", "there is a link udpin:127.0.0.1:0 already"),
        (LinkAction.ADD, "tlog:/etc/hostname", "", "a bridge of its own"),
        (LinkAction.REMOVE, "udpin:127.0.0.1:9", "", "there is no link udpin:127.0.0.1:9"),
        (LinkAction.REPLACE, "udpin:127.0.0.1:0", "udpin:127.0.0.1:x", "it must end with a port"),
        (LinkAction.UNKNOWN, "udpin:127.0.0.1:0", "", "does not know such a wish"),
    ],
)
def test_what_can_not_be_is_refused_with_the_reason_and_costs_no_link(rig, action, link, new, words):
    bridge = rig("udpin:127.0.0.1:0")
    assert words in bridge.wish(action, link, new)
    assert bridge.uses == {"udpin:127.0.0.1:0": LinkUse.OPEN}
    assert not bridge.keeps


def test_only_operators_change_links_and_what_a_broker_kept_is_no_wish(rig):
    bridge = rig("udpin:127.0.0.1:0")
    looks = msgspec.structs.replace(AYSE, role=Role.OBSERVER)
    assert "only looks" in bridge.wish(LinkAction.REMOVE, "udpin:127.0.0.1:0", actor=looks)
    assert bridge.wish(LinkAction.REMOVE, "udpin:127.0.0.1:0", retain=True) is None
    assert bridge.uses == {"udpin:127.0.0.1:0": LinkUse.OPEN}
    bridge.service.on_message(Message("fleet/_bridge/br/links/req", b"{", 1, 1, False, 0.0))
    bridge.turn()
    assert bridge.service._requests.undecodable == 1


def test_a_wish_that_comes_twice_is_carried_out_once(rig):
    bridge = rig()
    bridge.wish(LinkAction.ADD, "udpin:127.0.0.1:0", name="one")
    bridge.wish(LinkAction.REMOVE, "udpin:127.0.0.1:0")
    bridge.wish(LinkAction.ADD, "udpin:127.0.0.1:0", name="one")
    assert bridge.uses == {}


@pytest.mark.parametrize("armed", [True, False])
def test_the_only_link_of_an_armed_vehicle_goes_only_when_one_is_sure(rig, caller, armed):
    bridge, text = rig("udpin:127.0.0.1:0"), "udpin:127.0.0.1:0"
    pilot = Autopilot()
    for _ in range(3):
        caller.sendto(pilot.heartbeat(armed=armed), ("127.0.0.1", bridge.service.links[0].port))
        bridge.turn(1.0)
    refused = bridge.wish(LinkAction.PAUSE, text)
    assert refused == ("uav-1 may be armed and heard by no other link" if armed else "")
    assert bridge.uses == {text: LinkUse.OPEN if armed else LinkUse.PAUSED}
    assert bridge.wish(LinkAction.PAUSE, text, is_sure=True) == ""
    assert bridge.uses == {text: LinkUse.PAUSED}


def test_replaced_it_stands_where_it_stood(rig, port):
    bridge = rig("udpin:127.0.0.1:0", "tcpin:127.0.0.1:0")
    assert bridge.wish(LinkAction.REPLACE, "udpin:127.0.0.1:0", f"udpin:127.0.0.1:{port}") == ""
    bridge.turn(0.2)
    assert list(bridge.uses) == [f"udpin:127.0.0.1:{port}", "tcpin:127.0.0.1:0"]
    assert set(bridge.uses.values()) == {LinkUse.OPEN}


def test_another_ground_station_is_named_where_no_vehicle_appears(rig, caller):
    bridge = rig("udpin:127.0.0.1:0")
    other = Autopilot(sysid=255, mav_type=6, firmware=8, compid=190)
    for _ in range(11):
        caller.sendto(other.heartbeat(), ("127.0.0.1", bridge.service.links[0].port))
        bridge.turn(1.0)
    (who,) = bridge.told.links[0].hears
    assert (who.sysid, who.role, who.vehicle) == (255, "ground station", "")
    assert 0.8 <= who.messages_per_s <= 1.3
    bridge.turn(12.0)
    assert not bridge.told.links[0].hears


def test_a_host_that_has_to_be_looked_up_holds_up_nobody(rig, monkeypatch):
    asked = []

    def slow(host, port, **more):
        asked.append(host)
        raise socket.gaierror(-2, "Name or service not known")

    bridge = rig("udpin:127.0.0.1:0")
    monkeypatch.setattr("groundstation.bridge.link_set.socket.getaddrinfo", slow)
    assert bridge.wish(LinkAction.ADD, "tcp:no.such.host:5760") == ""
    bridge.until(lambda: (bridge.turn(2.5), "is not known" in bridge.told.links[1].problem)[1], "the reason")
    assert set(asked) == {"no.such.host"}
    # the caller's thread looked nothing up: it goes on while the name server is silent
    assert bridge.told.links[1].use is LinkUse.WAITING


# ---- what is plugged in ----


def plugged(port, device):
    return msgspec.structs.replace(port, device=device)


def test_an_autopilot_that_is_plugged_in_appears_within_five_seconds(rig, terminal):
    ours, device = terminal
    finder = Ports()
    bridge = rig(finder=finder)
    bridge.turn(1.0)
    finder.ports = (plugged(CUBE, device),)
    begin_s, pilot = bridge.clock(), Autopilot(sysid=3)

    def seen():
        os.write(ours, pilot.heartbeat())
        return any(one.vehicles for one in bridge.told.links)

    bridge.until(seen, "the vehicle")
    assert SETTLE_S <= bridge.clock() - begin_s < 5.0
    (one,) = bridge.told.links
    assert (one.origin, one.title, one.text) == (LinkOrigin.FOUND, "Cube Orange+", f"serial:{device}:115200")
    assert "2dae:1058" in one.about
    # unplugged it is gone
    finder.ports = ()
    bridge.turn(1.0)
    assert not bridge.told.links


def test_nothing_is_sent_into_an_adapter_before_an_autopilot_was_heard(rig, terminal):
    ours, device = terminal
    finder = Ports()
    finder.ports = (plugged(RADIO, device),)
    bridge = rig(finder=finder)
    bridge.turn(3.0)
    with pytest.raises(BlockingIOError):
        os.read(ours, 100)
    pilot = Autopilot()
    os.write(ours, pilot.heartbeat())
    bridge.until(lambda: bool(bridge.service.hearing.vehicles), "the vehicle")
    bridge.turn(1.5)
    assert os.read(ours, 1000)


def test_speeds_are_tried_until_frames_come_and_then_kept(rig, terminal):
    ours, device = terminal
    finder = Ports()
    finder.ports = (plugged(RADIO, device),)
    bridge = rig(finder=finder)
    bridge.turn(SETTLE_S + 0.2)
    (link,) = bridge.service.links
    bauds = [link.baud]
    for _ in range(3):
        bridge.turn(HUNT_S + 0.1)
        bauds.append(link.baud)
    assert bauds == [57_600, 115_200, 921_600, 57_600]
    pilot = Autopilot()
    os.write(ours, pilot.heartbeat())
    bridge.until(lambda: bool(bridge.service.hearing.vehicles), "the vehicle")
    kept = link.baud
    bridge.turn(4 * HUNT_S)
    assert link.baud == kept


def test_what_is_no_autopilot_is_left_alone_until_an_operator_wants_it(rig, terminal):
    _, device = terminal
    finder = Ports()
    finder.ports = (plugged(GNSS, device),)
    bridge = rig(finder=finder)
    bridge.turn(2.0)
    (one,) = bridge.told.links
    assert one.use is LinkUse.LEFT_ALONE
    assert not bridge.service.links
    assert "it goes when it is unplugged" in bridge.wish(LinkAction.REMOVE, one.text)
    assert bridge.wish(LinkAction.RESUME, one.text) == ""
    bridge.turn(1.0)
    assert bridge.uses == {one.text: LinkUse.OPEN}
    # decided for this device, not for the name of its port
    assert bridge.keeps[-1].ports == {finder.ports[0].identity: True}


def test_paused_it_stays_paused_when_it_is_plugged_in_again(rig, terminal):
    _, device = terminal
    finder = Ports()
    finder.ports = (plugged(CUBE, device),)
    bridge = rig(finder=finder)
    bridge.turn(2.0)
    text = bridge.told.links[0].text
    assert bridge.wish(LinkAction.PAUSE, text) == ""
    for ports in ((), (plugged(CUBE, device),)):
        finder.ports = ports
        bridge.turn(2.0)
    assert bridge.uses == {text: LinkUse.PAUSED}


def test_of_two_ports_of_one_board_the_first_is_opened(rig, terminal):
    _, device = terminal
    finder = Ports()
    first, second = (
        msgspec.structs.replace(CUBE, device=name, interface=name) for name in (device, "/dev/no-such-port")
    )
    finder.ports = (first, second)
    bridge = rig(finder=finder)
    bridge.turn(2.0)
    assert list(bridge.uses.values()) == [LinkUse.OPEN, LinkUse.LEFT_ALONE]


@pytest.mark.parametrize(
    ("vid", "pid", "product", "plan"),
    [
        (0x2DAE, 0x1058, "Cube Orange+", PortPlan.OPEN),
        (0x2DAE, 0x1058, "CubeOrangePlus-BL", PortPlan.LEAVE),
        (0x1209, 0x5740, "fmuv3", PortPlan.OPEN),
        (0x1209, 0x5740, "fmuv2-bl", PortPlan.LEAVE),
        (0x1209, 0x5740, "PX4 BL FMU v5.x", PortPlan.LEAVE),
        (0x26AC, 0x0016, "", PortPlan.LEAVE),
        (0x26AC, 0x9999, "", PortPlan.OPEN),
        (0x0403, 0x6015, "FT231X USB UART", PortPlan.LISTEN),
        (0x1546, 0x01A9, "", PortPlan.LEAVE),
        (0x1234, 0x5678, "Holybro KakuteH7", PortPlan.OPEN),
        (0x1234, 0x5678, "Blue keyboard", PortPlan.LEAVE),
    ],
)
def test_what_is_done_with_a_port_by_its_ids_and_names(vid, pid, product, plan):
    assert known_as(UsbPort(device="x", vid=vid, pid=pid, product=product)).plan is plan
