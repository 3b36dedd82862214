# SPDX-License-Identifier: Apache-2.0
"""Looks for a text in all topics of a tree, a few at a time, since a million take a second. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from groundstation.fleet.folded import folded
from groundstation.fleet.topics.topic_tree import ROOT, TopicTree

MOST_HITS = 5_000
"""More are not looked for: nobody reads them."""


class TopicSearch:
    """Which nodes are shown while a text is looked for: those whose path holds it, what is below, what is above.

    Case, accents and the dot of the i are no matter, so that `SICAKLIK`, `sıcaklık` and `Sicaklik` find each other;
    a `/` in the text is a border between two levels.
    """

    def __init__(self, tree: TopicTree, text: str) -> None:
        """Begin; nothing is found yet.

        Args:
            tree: may change meanwhile: what comes behind the place that is looked at is found by the next search.
            text: as the operator wrote it.
        """
        self._tree, self._wanted = tree, folded(text)
        self.hits: set[int] = set()
        """Nodes whose path holds the text, and whose parent's does not."""
        self.above: set[int] = set()
        """What these are under."""
        self.topics = 0
        """How many topics are at and below the hits."""
        self.is_over = False
        self.is_cut = False
        """Whether there are more hits than `MOST_HITS`."""
        self._walk = self._all() if self._wanted else iter(())

    def step(self, nodes: int) -> bool:
        """Look at so many nodes more; returns whether there are others left."""
        for _ in range(nodes):
            if next(self._walk, None) is None:
                self.is_over = True
                break
        return not self.is_over

    def _all(self) -> Iterator[int]:
        tree, wanted = self._tree, self._wanted
        # of what is above only so much can be part of a hit
        tail = len(wanted)
        waiting: list[tuple[int, Iterator[int], str]] = [(ROOT, iter(list(tree.children(ROOT).values())), "")]
        while waiting:
            parent, left, before = waiting[-1]
            node = next(left, None)
            if node is None:
                waiting.pop()
                continue
            if tree.parent(node) != parent:
                continue  # it was forgotten meanwhile
            path = before + folded(tree.name(node))
            if wanted in path:
                self._hit(node)
                if len(self.hits) >= MOST_HITS:
                    self.is_cut = True
                    return
            elif tree.children(node):
                end = f"{path}/"
                waiting.append((node, iter(list(tree.children(node).values())), end[-tail:]))
            yield node

    def _hit(self, node: int) -> None:
        self.hits.add(node)
        self.topics += self._tree.topics_below(node)
        above = self._tree.parent(node)
        while above > ROOT and above not in self.above:
            self.above.add(above)
            above = self._tree.parent(above)
