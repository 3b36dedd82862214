# SPDX-License-Identifier: Apache-2.0
"""A recording that is sent out again: over MQTT under `replay/`, or as a living MAVLink vehicle (docs/adr/0030)."""
