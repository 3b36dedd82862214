# SPDX-License-Identifier: Apache-2.0
"""A ground station for fleets of drones that speaks MQTT."""

__version__ = "0.1.0"
