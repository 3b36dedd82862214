# SPDX-License-Identifier: Apache-2.0
"""Alarms on the screen and to the ear: the panel, shelving, history, sounds."""
