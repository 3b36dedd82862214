# SPDX-License-Identifier: Apache-2.0
"""Logs in the formats of other programs: files made out of a `logs.log.Log`."""
