# SPDX-License-Identifier: Apache-2.0
"""Broker, bridges and links. GUI thread."""
