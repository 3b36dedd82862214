# SPDX-License-Identifier: Apache-2.0
"""Surveys and corridors: lines laid over an area, shared among vehicles, and given as items. Pure."""
