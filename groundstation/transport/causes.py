# SPDX-License-Identifier: Apache-2.0
"""Why a connection to a broker failed, in one line that says what helps. Pure."""

from __future__ import annotations

import socket
import ssl

from groundstation.transport.broker_url import BrokerUrl

_CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, "the broker's certificate was refused: {error}; name its CA with ?ca=FILE"),
    (ssl.SSLError, "TLS failed: {error}; is {host}:{port} a TLS port?"),
    (ConnectionRefusedError, "nothing listens on {host}:{port}; start the broker there or change the URL"),
    (socket.gaierror, "the host '{host}' is not known; check the name or the network"),
    (TimeoutError, "{host}:{port} does not answer; check address, network and firewall"),
    (FileNotFoundError, "no file '{file}' as named in the URL"),
    (PermissionError, "may not read '{file}'"),
)


def cause_of(error: BaseException, url: BrokerUrl) -> str:
    """One line that says why a connection failed and what helps."""
    for kind, text in _CAUSES:
        if isinstance(error, kind):
            reason = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
            return text.format(error=reason, host=url.host, port=url.port, file=getattr(error, "filename", None) or "?")
    return f"{type(error).__name__}: {error}"
