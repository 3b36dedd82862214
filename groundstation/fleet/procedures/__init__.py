# SPDX-License-Identifier: Apache-2.0
"""Procedures: steps that are gone through with vehicles, one after the other (docs/adr/0044). Pure."""
