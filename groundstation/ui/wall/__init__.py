# SPDX-License-Identifier: Apache-2.0
"""The wall: all vehicles at once, each as large as the room and its trouble make it. GUI thread."""
