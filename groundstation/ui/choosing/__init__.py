# SPDX-License-Identifier: Apache-2.0
"""How vehicles are chosen: counts that filter, the query box, saved filters and groups, keys. GUI thread."""
