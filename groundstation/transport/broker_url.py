# SPDX-License-Identifier: Apache-2.0
"""How an operator names a broker: `mqtts://user:password@host:8883?ca=FILE&cert=FILE&key=FILE`. No I/O."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import msgspec

from groundstation.fleet.errors import UsageError

DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}
"""IANA ports of each scheme; `ws` and `wss` are those of HTTP."""
ALIASES = {"tcp": "mqtt", "ssl": "mqtts", "tls": "mqtts"}
FILE_OPTIONS = frozenset({"ca", "cert", "key"})
EXAMPLE = "write it as mqtt://host:1883 (or mqtts://, ws://, wss://)"


class BrokerUrl(msgspec.Struct, frozen=True, kw_only=True):
    """A broker and how to get in."""

    scheme: str = "mqtt"
    """`mqtt`, `mqtts`, `ws` or `wss`."""
    host: str = "127.0.0.1"
    """Host name or address."""
    port: int = 1883
    """TCP port."""
    path: str = "/mqtt"
    """Path of a WebSocket."""
    user: str | None = None
    """User name."""
    password: str | None = None
    """Password; never shown or logged."""
    ca: str | None = None
    """File with the certificates to trust; None for the system's."""
    cert: str | None = None
    """File with this client's certificate."""
    key: str | None = None
    """File with its private key."""

    @property
    def is_tls(self) -> bool:
        """True when the connection is encrypted."""
        return self.scheme in ("mqtts", "wss")

    @property
    def is_websocket(self) -> bool:
        """True when MQTT runs in a WebSocket."""
        return self.scheme in ("ws", "wss")

    @property
    def shown(self) -> str:
        """The URL for the screen and the log, without the password."""
        user = f"{self.user}@" if self.user else ""
        path = self.path if self.is_websocket else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{user}{host}:{self.port}{path}"

    def secret_text(self) -> str:
        """The URL with all that it takes to connect, the password too: for a child's environment alone."""
        user = quote(self.user, safe="") if self.user is not None else ""
        password = f":{quote(self.password, safe='')}" if self.password is not None else ""
        at = "@" if user or password else ""
        path = self.path if self.is_websocket else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        files = urlencode({name: value for name in ("ca", "cert", "key") if (value := getattr(self, name))})
        return f"{self.scheme}://{user}{password}{at}{host}:{self.port}{path}{'?' if files else ''}{files}"


def parse_broker_url(text: str) -> BrokerUrl:
    """A broker from its URL; a bare `host` or `host:port` means `mqtt://`.

    Raises:
        UsageError: one line that says what is wrong and how to write it.
    """
    text = text.strip()
    # without a scheme urlsplit would take the host for one
    parts = urlsplit(text if "://" in text else f"mqtt://{text}")
    scheme = ALIASES.get(parts.scheme, parts.scheme)
    if scheme not in DEFAULT_PORTS:
        raise UsageError(f"broker URL: unknown scheme '{parts.scheme}'; {EXAMPLE}")
    try:
        # urllib looks at the port only when it is asked for, and raises then
        port = parts.port
    except ValueError:
        raise UsageError(f"broker URL: the port is no number from 1 to 65535; {EXAMPLE}") from None
    if not parts.hostname:
        raise UsageError(f"broker URL: no host in it; {EXAMPLE}")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(set(options) - FILE_OPTIONS)
    if unknown:
        raise UsageError(f"broker URL: unknown option '{unknown[0]}'; there are ca, cert and key")
    return BrokerUrl(
        scheme=scheme,
        host=parts.hostname,
        port=port or DEFAULT_PORTS[scheme],
        # brokers serve WebSockets under /mqtt by custom (MQTT 5, section 6 leaves it open)
        path=parts.path if len(parts.path) > 1 else "/mqtt",
        # an empty name is one too; percent signs are how `@` and `:` get into a password
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        ca=options.get("ca"),
        cert=options.get("cert"),
        key=options.get("key"),
    )
