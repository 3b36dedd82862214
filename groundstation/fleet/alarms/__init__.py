# SPDX-License-Identifier: Apache-2.0
"""Alarms: rules, the life of one, the engine that raises them, which of several does (docs/adr/0038). Pure."""
