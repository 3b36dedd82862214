# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from groundstation.fleet.topics import topic_search
from groundstation.fleet.topics.topic_search import TopicSearch
from groundstation.fleet.topics.topic_tree import TopicTree


def tree_of(*topics):
    tree = TopicTree(0.0)
    for topic in topics:
        tree.take(topic, b"1", 1, 0.0)
    return tree


def found(tree, text):
    search = TopicSearch(tree, text)
    while search.step(3):
        pass
    return {tree.path(node) for node in search.hits}


@pytest.mark.parametrize("text", ["ışık", "IŞIK", "İŞİK", "isik", "ISIK", "Işık"])
def test_the_dot_of_the_i_is_no_matter_in_any_case(text):
    tree = tree_of("ev/IŞIK/1", "ev/ışık/2", "ev/Isik/3", "ev/İşik/4", "ev/kapı/5")
    assert found(tree, text) == {"ev/IŞIK", "ev/ışık", "ev/Isik", "ev/İşik"}


def test_a_hit_brings_what_is_below_and_above_it():
    tree = tree_of("a/kabin/nem", "a/kabin/derin/x", "b/y")
    search = TopicSearch(tree, "kabin")
    assert not search.step(100)
    assert {tree.path(node) for node in search.hits} == {"a/kabin"}
    assert {tree.path(node) for node in search.above} == {"a"}
    assert (search.topics, search.is_over, search.is_cut) == (2, True, False)


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("1/nem", {"kabin1/nem"}),
        ("/nem", {"kabin1/nem", "kabin12/nem"}),
        ("kabin1/", {"kabin1/nem"}),
        ("a/b/c", {"x/a/b/c"}),
        ("c/nem", set()),
    ],
)
def test_a_slash_is_a_border_of_levels(text, hits):
    assert found(tree_of("kabin1/nem", "kabin12/nem", "x/a/b/c"), text) == hits


def test_both_unicode_forms_are_found_by_either():
    tree = tree_of("x/Ölçüm", "x/O\u0308lc\u0327u\u0308m")
    assert found(tree, "ölçüm") == found(tree, "o\u0308lc") == {"x/Ölçüm", "x/O\u0308lc\u0327u\u0308m"}


@pytest.mark.parametrize(("topics", "is_cut"), [(99, False), (101, True)])
def test_hits_are_bounded(topics, is_cut, monkeypatch):
    monkeypatch.setattr(topic_search, "MOST_HITS", 100)
    search = TopicSearch(tree_of(*(f"a/hit-{number}" for number in range(topics))), "hit")
    while search.step(7):
        pass
    assert (len(search.hits), search.is_cut) == (min(topics, 100), is_cut)


def test_what_is_forgotten_meanwhile_is_stepped_over():
    tree = tree_of(*(f"a/{number}/hit" for number in range(20)))
    search = TopicSearch(tree, "hit")
    search.step(5)
    for number in range(10, 20):
        tree.forget(tree.find(f"a/{number}/hit"))
    # in the numbers of those that went
    for number in range(20):
        tree.take(f"z/{number}/hit", b"1", 1, 0.0)
    while search.step(5):
        pass
    assert {tree.path(node) for node in search.hits} == {f"a/{number}/hit" for number in range(10)}
