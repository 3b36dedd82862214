# SPDX-License-Identifier: Apache-2.0
"""YAML that people write: what is wrong is said with its place and its line. Pure: bytes in, bytes out."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
import yaml

from groundstation.fleet.errors import GroundStationError

MOST_BYTES = 1_000_000
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<field>.*?)`(?: - at `\$(?P<path>.*)`)?")
_WRONG = re.compile(r"(?:field `(?P<field>\w+)`: )?(?P<words>.*?)(?: - at `\$(?P<path>.*)`)?")
_STEP = re.compile(r"\.(?P<name>\w+)|\[(?P<index>\d+|\.\.\.)\]")
Content = TypeVar("Content")


class YamlFileError(GroundStationError):
    """A file is not what it should be."""


def from_yaml(name: str, data: bytes, kind: type[Content], what: str, begins: str) -> Content:
    """Read a file.

    Args:
        name: of the file, for messages.
        data: all of it.
        kind: what it holds.
        what: the same in a word, as `scenario`.
        begins: key that it begins with.

    Raises:
        YamlFileError: it is none; says where.
    """
    if len(data) > MOST_BYTES:
        raise YamlFileError(f"{name} has more than {MOST_BYTES // 1000} kB, which is no {what}")
    try:
        # a few aliases can stand for a million values
        for event in yaml.parse(data, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark is not None else "?"
                raise YamlFileError(f"{name}, line {line}: anchors and aliases are not read; write it out")
        node = yaml.compose(data, Loader=yaml.SafeLoader)
        told = yaml.safe_load(data)
    except RecursionError as error:
        raise YamlFileError(f"{name} is nested too deep for a {what}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise YamlFileError(f"{name} is no YAML: {_reason(error)}") from error
    if not isinstance(told, dict):
        raise YamlFileError(f"{name}: a {what} begins with '{begins}:' and a list of them")
    try:
        return msgspec.convert(told, kind)
    except msgspec.ValidationError as error:
        raise YamlFileError(f"{name}{_where(node, str(error))}") from error


def wrong_field(name: str, words: str) -> ValueError:
    """What a type raises in its `__post_init__` where the content of a field means nothing: it is told with its line.

    Args:
        name: of the field.
        words: what is wrong, and what helps.
    """
    return ValueError(f"field `{name}`: {' '.join(words.split())}")


def to_yaml(content: Any) -> bytes:
    """A file that reads back equal."""
    # escaped where it is not ASCII: YAML folds some line ends that Unicode has (U+0085)
    text: str = yaml.safe_dump(msgspec.to_builtins(content), sort_keys=False, width=10_000)
    return text.encode()


def _reason(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"{error.problem or error.context}, line {error.problem_mark.line + 1}"
    return " ".join(str(error).split())[:200]


def _where(node: yaml.Node | None, words: str) -> str:
    """Line, path and trouble, as `, line 4: vehicles[0].bateri: no such field`."""
    match = _UNKNOWN.fullmatch(words)
    if match is not None:
        path, trouble = f"{match['path'] or ''}.{match['field']}", "no such field"
    else:
        wrong = _WRONG.fullmatch(words)
        path, trouble = (wrong["path"] or "", wrong["words"]) if wrong is not None else ("", words)
        if wrong is not None and wrong["field"] is not None:
            path = f"{path}.{wrong['field']}"
        trouble = trouble[:1].lower() + trouble[1:]
    line = _line(node, path)
    place = f", line {line}" if line is not None else ""
    return f"{place}: {path.removeprefix('.') + ': ' if path else ''}{trouble}"


def _line(node: Any, path: str) -> int | None:
    """The line of a place in the file; None where it can't be told."""
    line: int | None = None
    for step in _STEP.finditer(path):
        if isinstance(node, yaml.MappingNode) and step["name"] is not None:
            pair = next(((key, value) for key, value in node.value if key.value == step["name"]), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and (step["index"] or "").isdecimal():
            index = int(step["index"])
            if index >= len(node.value):
                return line
            node = node.value[index]
            line = node.start_mark.line + 1
        else:
            return line
    return line
