# SPDX-License-Identifier: Apache-2.0
"""Flights on paper: who flies, what goes wrong when, and what is expected of it. Pure."""
