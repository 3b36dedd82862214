# SPDX-License-Identifier: Apache-2.0
"""What nodes of Sparkplug B say: births, values, deaths, and what a host makes of them (docs/adr/0041). Pure."""
