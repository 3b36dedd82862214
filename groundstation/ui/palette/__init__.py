# SPDX-License-Identifier: Apache-2.0
"""The search box that finds every panel and action by its name."""
