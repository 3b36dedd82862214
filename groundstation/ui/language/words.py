# SPDX-License-Identifier: Apache-2.0
"""What other rooms call things, in the operator's language: values, helps, states. Any thread; no widgets."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from groundstation.fleet.commands import Verb
from groundstation.fleet.raw import is_raw
from groundstation.fleet.units import label_of
from groundstation.fleet.value_path import field_of, label_of_path
from groundstation.fleet.verbs import VERBS, Arg


def value_name(field: str) -> str:
    """A field's name for reading, or an argument's: `Ground speed`."""
    return QCoreApplication.translate("Values", label_of(field))


def path_name(path: str) -> str:
    """What a value is called by its address; a log's own fields are called as the log does."""
    return label_of_path(path) if is_raw(path) else value_name(field_of(path))


def verb_help(verb: Verb) -> str:
    """What a verb does, in a line."""
    return QCoreApplication.translate("Verbs", VERBS[verb].help)


def arg_help(arg: Arg) -> str:
    """What an argument is, in a few words."""
    return QCoreApplication.translate("Verbs", arg.help)


def word(text: str) -> str:
    """A word of ours that travels as it is: a state of a link, a kind of vehicle, a choice; any other as it is."""
    return QCoreApplication.translate("Words", text)
