# SPDX-License-Identifier: Apache-2.0
"""Putting it together: settings, wiring, child processes, command line."""
