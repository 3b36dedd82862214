# SPDX-License-Identifier: Apache-2.0
"""What all of commanding in the window shares. GUI thread."""
