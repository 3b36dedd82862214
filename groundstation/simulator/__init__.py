# SPDX-License-Identifier: Apache-2.0
"""Pretend autopilots. Speaks MAVLink bytes only, never topics, so that it tests the bridge."""
