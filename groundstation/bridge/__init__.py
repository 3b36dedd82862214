# SPDX-License-Identifier: Apache-2.0
"""MAVLink on one side, MQTT topics on the other."""
