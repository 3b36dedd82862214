# SPDX-License-Identifier: Apache-2.0
"""Flights in the logs of a folder, and the hours of each vehicle. GUI thread."""
