# SPDX-License-Identifier: Apache-2.0
"""Orders as people write them: `takeoff 20`, `goto lat_deg=41 lon_deg=29`. Pure."""

from __future__ import annotations

from groundstation.fleet.commands import Args, Verb
from groundstation.fleet.errors import UsageError
from groundstation.fleet.verbs import VERBS, ArgKind, checked_args


def parse_verb(word: str) -> Verb:
    """A verb from a word; `-` and `_` are the same.

    Raises:
        UsageError: there is no such verb; names them all.
    """
    verb = Verb(word.strip().lower().replace("-", "_"))
    if verb not in VERBS:
        raise UsageError(f"there is no verb '{word[:40]}'; there are {', '.join(one.value for one in VERBS)}")
    return verb


def parse_args(verb: Verb, words: list[str]) -> Args:
    """Arguments from words: in the verb's order, or as NAME=VALUE.

    Raises:
        UsageError: too many words, an argument given twice, or a number that is none.
    """
    specs = VERBS[verb].args
    by_name = {arg.name: arg for arg in specs}
    given: Args = {}
    places = iter(specs)
    for word in words:
        name, equals, value = word.partition("=")
        if equals and name not in by_name:
            raise UsageError(
                f"{verb.value}: there is no argument '{name[:40]}'; it takes {', '.join(by_name) or 'none'}"
            )
        arg = by_name[name] if equals else next(places, None)
        if arg is None:
            raise UsageError(
                f"{verb.value}: '{word[:40]}' is one argument too many; it takes {', '.join(by_name) or 'none'}"
            )
        # else an argument by name and again by place would take the second: a go-to could swap its coordinates
        if arg.name in given:
            raise UsageError(f"{verb.value}: {arg.name} is given twice; '{word[:40]}' is the second")
        text = value if equals else word
        given[arg.name] = text.upper() if arg.name == "mode" else text
        if arg.kind is ArgKind.NUMBER:
            try:
                given[arg.name] = float(text)
            except ValueError:
                raise UsageError(f"{verb.value}: {arg.name} is a number ({arg.help}), not '{text[:40]}'") from None
    return given


def parse_order(text: str) -> tuple[Verb, Args]:
    """A verb with all of its arguments, from one line.

    Raises:
        UsageError: there is no such verb, or an argument can't be meant.
    """
    word, *words = text.split() or [""]
    verb = parse_verb(word)
    return verb, checked_args(verb, parse_args(verb, words))
