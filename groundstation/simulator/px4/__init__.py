# SPDX-License-Identifier: Apache-2.0
"""What a simulated PX4 does otherwise than a simulated ArduPilot."""
