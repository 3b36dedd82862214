# SPDX-License-Identifier: Apache-2.0
"""Arguments and confirmation of one order. GUI thread."""
