# SPDX-License-Identifier: Apache-2.0
"""What writes sessions: the recorder and its files."""
