# SPDX-License-Identifier: Apache-2.0
"""What every simulated autopilot is built on: physics, faults, links, a vehicle. It knows no firmware."""
