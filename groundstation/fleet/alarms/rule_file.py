# SPDX-License-Identifier: Apache-2.0
"""Rules of alarms as YAML, to be kept, compared and shared. Pure: bytes in, bytes out."""

from __future__ import annotations

import msgspec
import yaml

from groundstation.fleet.alarms.rule import AlarmRule, RuleSet, understood
from groundstation.fleet.conditions import Level
from groundstation.fleet.errors import UsageError
from groundstation.fleet.yaml_file import from_yaml

_LEVELS = {level.name.lower(): level for level in Level if level is not Level.NORMAL}


class _WrittenRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule as people write it: levels have names."""

    name: str
    title: str
    when: str = ""
    until: str = ""
    conditions: tuple[str, ...] = ()
    vehicles: str = ""
    topics: str = ""
    level: str = "caution"
    after_s: float = 0.0
    off_after_s: float = 0.0
    advice: str = ""
    shown: str = ""
    is_on: bool = True
    is_silent: bool = False


class _WrittenRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rules: tuple[_WrittenRule, ...]


def read_rules(name: str, data: bytes) -> RuleSet:
    """Read a file.

    Args:
        name: of the file, for messages.
        data: all of it.

    Raises:
        YamlFileError: it is none; says where.
        UsageError: a rule means nothing; says which and why.
    """
    written = from_yaml(name, data, _WrittenRules, "set of rules", "rules")
    rules = tuple(_rule(one) for one in written.rules)
    understood(rules)
    return RuleSet(rules=rules)


def _rule(written: _WrittenRule) -> AlarmRule:
    level = _LEVELS.get(written.level)
    if level is None:
        raise UsageError(f"rule '{written.name}': its level is {', '.join(_LEVELS)}, not '{written.level[:30]}'")
    told = msgspec.structs.asdict(written) | {"level": level}
    try:
        return msgspec.convert(told, AlarmRule)
    except msgspec.ValidationError as error:
        raise UsageError(f"rule '{written.name[:40]}': {error}") from error


def write_rules(rules: RuleSet) -> bytes:
    """A file that reads back equal, but for the revision."""
    plain = []
    for rule in rules.rules:
        told = msgspec.structs.asdict(rule) | {"level": rule.level.name.lower()}
        plain.append(msgspec.to_builtins(_WrittenRule(**told)))
    text: str = yaml.safe_dump({"rules": plain}, sort_keys=False, width=10_000, allow_unicode=True)
    return text.encode()
