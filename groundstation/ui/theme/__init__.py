# SPDX-License-Identifier: Apache-2.0
"""How everything looks. GUI thread; knows nothing of vehicles but their ids."""
