# SPDX-License-Identifier: Apache-2.0
"""What we know about vehicles. Pure: no Qt, no MQTT, no MAVLink, no threads, no clock."""
