# SPDX-License-Identifier: Apache-2.0
"""Languages of the window: files, the one that is spoken, standing widgets, numbers and dates."""
