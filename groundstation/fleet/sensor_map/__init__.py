# SPDX-License-Identifier: Apache-2.0
"""What the topics of other devices mean: names, units, places, periods, out of one file (docs/adr/0043). Pure."""
