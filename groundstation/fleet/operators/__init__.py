# SPDX-License-Identifier: Apache-2.0
"""Who is on, and what operators say to each other (docs/adr/0042). Pure."""
