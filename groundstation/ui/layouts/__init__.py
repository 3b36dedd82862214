# SPDX-License-Identifier: Apache-2.0
"""Layouts of the window: named, in files, and those that come along for a pilot, a supervisor, an engineer."""
