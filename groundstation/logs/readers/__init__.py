# SPDX-License-Identifier: Apache-2.0
"""Readers of every format behind `logs/log.py`."""
