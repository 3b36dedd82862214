# SPDX-License-Identifier: Apache-2.0
"""The links of a bridge: opened, tried again, paused, closed, and serial ports as they come and go. Bridge thread.

A host is looked up on a thread of its own (`link-names`): a slow name server would hold up heartbeats to vehicles.
"""

from __future__ import annotations

import ipaddress
import selectors
import socket
import threading
from collections.abc import Callable, Iterable

import msgspec

from groundstation.bridge.link_text import LinkSpec, parse_link
from groundstation.bridge.links import make_link
from groundstation.bridge.peer import Link
from groundstation.bridge.serial_port import SerialListener, SerialPort
from groundstation.bridge.usb_ids import RADIO_BAUDS, USB_BAUD, PortPlan, UsbPort, known_as
from groundstation.fleet.errors import GroundStationError
from groundstation.fleet.link_table import MAX_LINKS, LinkOrigin, LinkUse

RETRY_S = 2.0
"""Between two tries to open what could not be had."""
SETTLE_S = 1.0
"""A port is opened so long after it was first seen: systems set its rights, and bootloaders leave it."""
MAX_FOUND = 32


class KeptLink(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A link that an operator added."""

    text: str
    is_paused: bool = False


class KeptLinks(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a bridge remembers over its end."""

    links: tuple[KeptLink, ...] = ()
    ports: dict[str, bool] = {}
    """Serial ports about which an operator decided, by identity: whether they are used."""
    v: int = 1
    """Version of this format."""


class OpenLink:
    """A link, and whether it is to be open."""

    def __init__(self, spec: LinkSpec, origin: LinkOrigin, port: UsbPort | None = None) -> None:
        """Not open yet.

        Args:
            spec: what was asked for.
            origin: by whom.
            port: what is plugged in; None for what is no found port.
        """
        self.spec, self.origin, self.port = spec, origin, port
        self.link: Link | None = None
        """None while it is not open."""
        self.use = LinkUse.WAITING
        self.problem = ""
        self.next_try_s = 0.0
        self.resolver: _Lookup | None = None

    @property
    def text(self) -> str:
        """Names it."""
        return self.spec.text


class _Lookup:
    """One host that is looked up."""

    def __init__(self, spec: LinkSpec) -> None:
        self.address: str | None = None
        self.problem = ""
        self._spec = spec
        threading.Thread(target=self._run, name="link-names", daemon=True).start()

    def _run(self) -> None:
        try:
            self.address = str(socket.getaddrinfo(self._spec.host, self._spec.port)[0][4][0])
        except (OSError, UnicodeError) as error:
            self.problem = f"the host '{self._spec.host}' is not known ({error}); check its name"


def is_address(host: str) -> bool:
    """Whether nothing has to be looked up."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


class LinkSet:
    """All links of one bridge."""

    def __init__(
        self, selector: selectors.BaseSelector, specs: Iterable[LinkSpec], gone: Callable[[str], None]
    ) -> None:
        """Begin with what the command line names.

        Args:
            selector: of the bridge's loop.
            specs: links that are opened by `open_fixed`.
            gone: told the text of each link that was closed.
        """
        self._selector, self._gone = selector, gone
        self.entries: list[OpenLink] = [OpenLink(spec, LinkOrigin.FIXED) for spec in specs]
        """In the order in which they are shown."""
        self._decided: dict[str, bool] = {}
        self._seen: tuple[UsbPort, ...] = ()

    @property
    def open_links(self) -> list[Link]:
        """Those that are open."""
        return [one.link for one in self.entries if one.link is not None]

    def get(self, text: str) -> OpenLink | None:
        """A link by its text."""
        return next((one for one in self.entries if one.text == text), None)

    # ---- opening and closing ----

    def open_fixed(self) -> None:
        """Open what the command line named.

        Raises:
            GroundStationError: a link can't be had; names it and the remedy.
        """
        fixed = [one for one in self.entries if one.origin is LinkOrigin.FIXED]
        for one in fixed:
            one.link = make_link(one.spec)
            one.link.open(self._selector)
            one.use = LinkUse.OPEN

    def tick(self, now_s: float) -> None:
        """Open what waits and is due."""
        for one in self.entries:
            if one.use is LinkUse.WAITING and one.link is None and now_s >= one.next_try_s:
                self._try(one, now_s)

    def _try(self, one: OpenLink, now_s: float) -> None:
        one.next_try_s = now_s + RETRY_S
        spec = self._looked_up(one)
        if spec is None:
            return
        link = self._made(one, spec)
        try:
            link.open(self._selector)
        except GroundStationError as error:
            # the reason once: to find who holds a port takes a look at all processes
            one.problem = one.problem or str(error).removeprefix(f"link '{one.text}': ")
            link.close()
            return
        one.link, one.use, one.problem = link, LinkUse.OPEN, ""

    def _looked_up(self, one: OpenLink) -> LinkSpec | None:
        spec = one.spec
        if not spec.host or is_address(spec.host):
            return spec
        if one.resolver is None:
            one.resolver = _Lookup(spec)
        found, problem = one.resolver.address, one.resolver.problem
        if found is not None:
            return msgspec.structs.replace(spec, host=found)
        one.problem = problem or f"looking up {spec.host}"
        if problem:
            one.resolver = None
        return None

    @staticmethod
    def _made(one: OpenLink, spec: LinkSpec) -> Link:
        if one.port is None:
            return make_link(spec)
        if known_as(one.port).plan is PortPlan.OPEN:
            return SerialPort(spec)
        return SerialListener(spec, RADIO_BAUDS)

    def close(self, one: OpenLink, use: LinkUse) -> None:
        """Close a link, which stays in the list."""
        if one.link is not None:
            one.link.close()
            one.link = None
            self._gone(one.text)
        one.use, one.problem, one.resolver = use, "", None

    def reopen(self, one: OpenLink) -> None:
        """Have a link that is not open opened in the next turn."""
        one.use, one.next_try_s = LinkUse.WAITING, 0.0

    def add(self, text: str, origin: LinkOrigin = LinkOrigin.ADDED) -> OpenLink:
        """Put a link in; it is opened in the next turn.

        Raises:
            UsageError: the text is none.
        """
        one = OpenLink(parse_link(text), origin)
        self.entries.append(one)
        return one

    def remove(self, one: OpenLink) -> None:
        """Close a link and forget it."""
        self.close(one, LinkUse.PAUSED)
        self.entries.remove(one)

    @property
    def is_full(self) -> bool:
        """Whether no further link is taken."""
        return sum(one.origin is not LinkOrigin.FOUND for one in self.entries) >= MAX_LINKS

    # ---- what is remembered ----

    def put_back(self, kept: KeptLinks) -> None:
        """Links of an earlier run; what means nothing any more is left out."""
        self._decided = dict(kept.ports)
        for one in kept.links:
            if self.get(one.text) is None and not self.is_full:
                try:
                    link = self.add(one.text)
                except GroundStationError:
                    continue
                link.use = LinkUse.PAUSED if one.is_paused else LinkUse.WAITING

    def kept(self) -> KeptLinks:
        """What is to be remembered."""
        added = [one for one in self.entries if one.origin is LinkOrigin.ADDED]
        return KeptLinks(
            links=tuple(KeptLink(text=one.text, is_paused=one.use is LinkUse.PAUSED) for one in added),
            ports=self._decided,
        )

    # ---- serial ports ----

    def decide(self, one: OpenLink, *, is_used: bool) -> None:
        """Remember what an operator said about a found port."""
        if one.port is not None:
            self._decided[one.port.identity] = is_used

    def see(self, ports: tuple[UsbPort, ...], now_s: float) -> None:
        """Take in which ports are plugged in.

        Args:
            ports: all of them, as the system tells.
            now_s: monotonic seconds.
        """
        if ports is not self._seen:
            self._seen = ports
            for one in [one for one in self.entries if one.port is not None and one.port not in ports]:
                self.remove(one)
            # a port that an operator named is no longer a found one
            known = {one.spec.device for one in self.entries}
            new = [one for one in ports if one.device not in known]
            room = MAX_FOUND - sum(one.port is not None for one in self.entries)
            for port in new[:room]:
                self._plugged_in(port, now_s)

    def _plugged_in(self, port: UsbPort, now_s: float) -> None:
        plan = known_as(port).plan
        baud = f":{USB_BAUD}" if plan is PortPlan.OPEN else ""
        one = OpenLink(parse_link(f"serial:{port.device}{baud}"), LinkOrigin.FOUND, port)
        is_second = any(
            other.port is not None and other.port.board == port.board and other.use is not LinkUse.LEFT_ALONE
            for other in self.entries
        )
        is_used = self._decided.get(port.identity, plan is not PortPlan.LEAVE and not is_second)
        not_used = LinkUse.PAUSED if port.identity in self._decided else LinkUse.LEFT_ALONE
        one.use = LinkUse.WAITING if is_used else not_used
        one.next_try_s = now_s + SETTLE_S
        self.entries.append(one)
