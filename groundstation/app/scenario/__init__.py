# SPDX-License-Identifier: Apache-2.0
"""Scenarios, flown in a world of their own."""
