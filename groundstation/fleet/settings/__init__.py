# SPDX-License-Identifier: Apache-2.0
"""What an operator has settled for all windows of a computer, and what follows of it for numbers and places. Pure."""
