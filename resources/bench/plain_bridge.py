# SPDX-License-Identifier: Apache-2.0
"""The peer of our bridge: what one writes in an afternoon with pymavlink, json and paho, one publish a message.

Usage: python plain_bridge.py RECORDING HOST PORT PACE; prints messages and CPU seconds as JSON.
"""

import json
import os
import sys
import time
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt

os.environ["MAVLINK20"] = "1"
from pymavlink.dialects.v20 import ardupilotmega as mavlink


def plain(value: object) -> str:
    """Bytes and characters that json does not know."""
    return value.decode("latin-1") if isinstance(value, bytes | bytearray) else str(value)


def main(recording: str, host: str, port: str, pace: str) -> None:
    """Feed the recording through at `pace` times real time, or as fast as it goes."""
    chunks = msgspec.msgpack.decode(Path(recording).read_bytes())
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="bench-plain", protocol=mqtt.MQTTv5)
    client.connect(host, int(port))
    client.loop_start()
    while not client.is_connected():
        time.sleep(0.01)
    parsers: dict[int, mavlink.MAVLink] = {}
    count = 0
    began_s, cpu_s = time.monotonic(), time.process_time()
    for at_s, vehicle, data in chunks:
        parser = parsers.setdefault(vehicle, mavlink.MAVLink(None))
        for message in parser.parse_buffer(data) or ():
            topic = f"fleet/{message.get_srcSystem()}/{message.get_type()}"
            client.publish(topic, json.dumps(message.to_dict(), default=plain))
            count += 1
        ahead_s = began_s + at_s / float(pace) - time.monotonic()
        if ahead_s > 0:
            time.sleep(ahead_s)
    client.disconnect()
    client.loop_stop()
    sys.stdout.write(json.dumps({"messages": count, "cpu_s": time.process_time() - cpu_s}))


if __name__ == "__main__":
    main(*sys.argv[1:5])
