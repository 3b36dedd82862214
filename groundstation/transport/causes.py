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


_TLS_ALERTS = (
    ("CERTIFICATE_REQUIRED", "the broker wants a certificate of ours; name one with ?cert=FILE&key=FILE"),
    ("HANDSHAKE_FAILURE", "the broker refused TLS; it may want a certificate of ours: ?cert=FILE&key=FILE"),
    ("ALERT_UNKNOWN_CA", "the broker does not trust our certificate; take one that its CA signed"),
    ("ALERT_CERTIFICATE", "the broker refused our certificate ({error}); take one that it accepts"),
    ("ALERT_BAD_CERTIFICATE", "the broker refused our certificate ({error}); take one that it accepts"),
)
"""What a broker says in TLS, by the name of its alert, where it can mean but one thing."""


def cause_of(error: BaseException, url: BrokerUrl) -> str:
    """One line that says why a connection failed and what helps."""
    said = str(getattr(error, "reason", "") or "") if isinstance(error, ssl.SSLError) else ""
    alerts = tuple((ssl.SSLError, text) for name, text in _TLS_ALERTS if name in said)
    for kind, text in (*alerts, *_CAUSES):
        if isinstance(error, kind):
            reason = getattr(error, "verify_message", "") or getattr(error, "reason", "") or str(error)
            return text.format(error=reason, host=url.host, port=url.port, file=getattr(error, "filename", None) or "?")
    return f"{type(error).__name__}: {error}"


def hangs_up(url: BrokerUrl) -> str:
    """One line about a broker that ends the connection without a word, in both versions of MQTT."""
    where = f"{url.host}:{url.port} hangs up without an answer"
    if url.is_tls and url.cert is None:
        return f"{where}; it may want a certificate: name one with ?cert=FILE&key=FILE"
    helps = "does it let us in?" if url.is_tls else "does it want mqtts://?"
    return f"{where}; is it an MQTT broker, and {helps}"
