# SPDX-License-Identifier: Apache-2.0
"""The tiles under the map: read or fetched on threads, kept, painted."""
