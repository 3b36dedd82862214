# SPDX-License-Identifier: Apache-2.0
"""Payloads of Sparkplug B: the schema, reading, writing, and the way to the host (docs/adr/0041)."""
