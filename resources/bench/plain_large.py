# SPDX-License-Identifier: Apache-2.0
"""The peer of our recorder where a message is large: a subscriber of paho that writes each payload to a file.

Usage: python plain_large.py PORT TOPIC FOLDER; says "ready" on standard error, ends after one message, and prints how
much memory it had before and at most, MB, and the SHA-256 of what it wrote, as JSON.
"""

import hashlib
import json
import resource
import sys
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt


def main(port: int, topic: str, folder: Path) -> None:
    """Hear one."""
    found: dict[str, Any] = {}
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)

    def on_subscribe(*_: Any) -> None:
        found["before_mb"] = int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
        sys.stderr.write("ready\n")
        sys.stderr.flush()

    def on_message(_client: Any, _data: Any, message: mqtt.MQTTMessage) -> None:
        (folder / "payload").write_bytes(message.payload)
        found["sha256"] = hashlib.sha256(message.payload).hexdigest()
        client.disconnect()

    client.on_connect = lambda *_: client.subscribe(topic, 1)
    client.on_subscribe, client.on_message = on_subscribe, on_message
    client.connect("127.0.0.1", port)
    client.loop_forever()
    # kB on Linux
    found["most_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
