# SPDX-License-Identifier: Apache-2.0
"""How it travels: topics, payloads, the MQTT worker thread and the embedded broker."""
