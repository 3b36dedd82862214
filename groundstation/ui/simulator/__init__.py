# SPDX-License-Identifier: Apache-2.0
"""Vehicles that are not there, started, made to fail and ended from the window."""
