# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import random
import unicodedata

import pytest

from groundstation.fleet.topics.flow import WINDOW_S
from groundstation.fleet.topics.hearing_order import KEPT_EACH_BYTES, Kept
from groundstation.fleet.topics.topic_tree import MAX_LEVELS, ROOT, TopicTree


def take(tree, topic, payload=b"1", at_s=0.0, **told):
    return tree.take(topic, payload, told.pop("size_bytes", len(payload)), at_s, **told)


def paths(tree):
    return {tree.path(node) for node in tree._topics()}


def test_a_message_counts_at_its_topic_and_at_all_that_it_is_under():
    tree = TopicTree(0.0)
    take(tree, "a/b/c", b"12", 1.0)
    take(tree, "a/b/c", b"345", 2.0)
    take(tree, "a/d", b"6", 3.0)
    numbers = {
        path: (tree.flows.counts[node], tree.flows.bytes[node], tree.flows.last_s[node], tree.topics_below(node))
        for path in ("a", "a/b", "a/b/c", "a/d")
        if (node := tree.find(path)) is not None
    }
    assert numbers == {"a": (3, 6, 3.0, 2), "a/b": (2, 5, 2.0, 1), "a/b/c": (2, 5, 2.0, 1), "a/d": (1, 1, 3.0, 1)}
    assert (len(tree), tree.flows.counts[ROOT], tree.flows.sizes[tree.find("a/b/c")]) == (2, 3, 3)


def test_a_topic_may_have_others_below_it():
    tree = TopicTree(0.0)
    both, below = take(tree, "a/b", b"1"), take(tree, "a/b/c", b"2")
    assert (tree.is_topic(both), tree.is_topic(below), tree.is_topic(tree.find("a"))) == (True, True, False)
    tree.forget(both)
    assert paths(tree) == {"a/b/c"}
    assert tree.find("a/b") == both
    take(tree, "a/b")
    tree.forget(below)
    # a table that once was needed is given back
    assert tree._kids[both] is None
    tree.forget(both)
    assert (len(tree), tree.nodes, tree.find("a")) == (0, 0, None)


@pytest.mark.parametrize(
    "topic", ["/", "//", "a//b", " a/b ", "ab\x01c", "A\u0308", "\u00c4", "a/" * 40 + "b", "$SYS/x"]
)
def test_names_are_kept_byte_for_byte(topic):
    tree = TopicTree(0.0)
    node = take(tree, topic)
    assert tree.path(node).encode() == topic.encode()
    assert tree.find(topic) == node
    assert len(tree) == 1


def test_what_is_deeper_than_the_limit_stays_one_level():
    tree = TopicTree(0.0)
    inside, outside = "/".join("a" * MAX_LEVELS), "/".join("a" * (MAX_LEVELS + 1))
    assert tree.name(take(tree, inside)) == "a"
    assert tree.name(take(tree, outside)) == "a/a"
    take(tree, "x/" * 30_000)
    assert tree.nodes <= 3 * MAX_LEVELS


@pytest.mark.parametrize(("hz", "now_s"), [(1.0, 30.0), (1.0, 34.9), (20.0, 33.3), (0.2, 40.0), (50.0, 59.9)])
def test_a_rate_is_of_the_last_seconds_wherever_a_span_begins(hz, now_s):
    tree = TopicTree(0.0)
    for number in range(round(now_s * hz)):
        node = take(tree, "a/b", b"1234", number / hz)
    assert tree.flows.rate_hz(node, now_s) == pytest.approx(hz, rel=0.1)
    assert tree.flows.bytes_per_s(tree.find("a"), now_s) == pytest.approx(4 * hz, rel=0.1)


def test_a_rate_right_after_the_beginning_is_of_the_time_since():
    tree = TopicTree(1000.0)
    for number in range(8):
        node = take(tree, "a", b"1", 1000.0 + number / 4)
    assert tree.flows.rate_hz(node, 1002.0) == pytest.approx(4.0)
    assert tree.flows.rate_hz(node, 1000.1) == pytest.approx(8.0)


def test_who_stops_has_no_rate_after_two_windows():
    tree = TopicTree(0.0)
    for number in range(200):
        node = take(tree, "a", b"1", 20.0 + number / 10)
    at_s = 40.0
    assert tree.flows.rate_hz(node, at_s - 0.01) == pytest.approx(10.0, rel=0.01)
    assert 0.0 < tree.flows.rate_hz(node, at_s + WINDOW_S - 0.01) < 0.1
    assert tree.flows.rate_hz(node, at_s + WINDOW_S + 0.01) == 0.0
    assert tree.flows.rate_hz(node, at_s + 1e6) == 0.0


def test_a_burst_long_ago_is_no_part_of_a_rate():
    tree = TopicTree(0.0)
    for _ in range(1_000):
        take(tree, "a", b"1", 25.0)
    node = take(tree, "a", b"1", 125.0)
    assert tree.flows.rate_hz(node, 125.5) == pytest.approx(0.1)
    assert tree.flows.rate_hz(node, 131.0) == pytest.approx(0.09)


def test_of_too_many_topics_the_one_heard_longest_ago_goes_first_and_is_counted():
    tree = TopicTree(0.0, max_topics=3)
    for topic in ("a/1", "a/2", "b/3"):
        take(tree, topic)
    assert tree.forgotten == 0
    take(tree, "a/1")
    take(tree, "c/4")
    assert (paths(tree), tree.forgotten) == ({"a/1", "b/3", "c/4"}, 1)
    take(tree, "c/5")
    assert (paths(tree), tree.forgotten, tree.find("b")) == ({"a/1", "c/4", "c/5"}, 2, None)
    assert tree.topics_below(tree.find("a")) == 1


@pytest.mark.parametrize(("limit", "forgotten"), [(40, 0), (39, 1)])
def test_what_topics_are_under_is_bounded_too(limit, forgotten):
    tree = TopicTree(0.0, max_nodes=limit)
    for number in range(20):
        take(tree, f"branch-{number}/value")
    assert (tree.forgotten, tree.nodes) == (forgotten, 40 - 2 * forgotten)


def test_long_names_are_bounded_by_their_bytes():
    tree = TopicTree(0.0, max_name_bytes=1_000_000)
    for number in range(100):
        take(tree, f"{number}" + "x" * 60_000)
        assert tree._name_bytes <= 1_000_000
    assert (len(tree), tree.forgotten) == (16, 84)
    assert tree.find("99" + "x" * 60_000) is not None


def test_payloads_are_bounded_together_and_the_topic_stays():
    tree = TopicTree(0.0, kept_bytes=10 * (1_000 + 33))
    nodes = [take(tree, f"a/{number}", b"x" * 1_000) for number in range(10)]
    assert tree.dropped_payloads == 0
    take(tree, "a/0", b"y" * 1_000)
    take(tree, "a/more", b"z" * 1_000)
    kept = [tree.kept(node) is not None for node in nodes]
    assert kept == [True, False, *[True] * 8]
    assert (tree.dropped_payloads, len(tree), tree.flows.counts[nodes[1]]) == (1, 11, 1)
    take(tree, "a/1", b"back")
    assert tree.kept(nodes[1]) == Kept(b"back")


def test_of_a_large_payload_the_beginning_is_kept_and_its_size_told():
    tree = TopicTree(0.0)
    node = take(tree, "a", b"x" * (KEPT_EACH_BYTES + 1), size_bytes=10_000_000)
    assert len(tree.kept(node).payload) == KEPT_EACH_BYTES
    assert (tree.flows.sizes[node], tree.flows.bytes[node]) == (10_000_000, 10_000_000)


def test_a_model_of_lists_and_the_tree_agree_whatever_comes():
    """The order of hearing, of payloads and what is counted, beside the simplest thing that can be true."""
    rng = random.Random(4)
    tree, heard, kept = TopicTree(0.0, max_topics=50, kept_bytes=60 * 40), [], {}
    for step in range(5_000):
        topic = f"{rng.randrange(4)}/{rng.randrange(30)}"
        payload = b"x" * rng.randrange(120)
        take(tree, topic, payload, float(step))
        heard = [one for one in heard if one != topic] + [topic]
        kept[topic] = payload
        for one in heard[:-1]:
            if sum(len(found) + 33 for found in kept.values()) <= 60 * 40:
                break
            kept.pop(one, None)
        for gone in heard[:-50]:
            kept.pop(gone, None)
        heard = heard[-50:]
        if step % 97 == 0:
            assert paths(tree) == set(heard)
            told = {one: tree.kept(tree.find(one)) for one in heard}
            assert {one: found.payload for one, found in told.items() if found is not None} == kept
            assert tree.kept_bytes == sum(len(found) + 33 for found in kept.values())


def test_the_mark_of_a_retained_message_stays_until_it_is_taken_back():
    tree = TopicTree(0.0)
    node = take(tree, "a", b"1", is_retained=True)
    assert (tree.is_retained(node), tree.is_of_the_broker(node)) == (True, True)
    take(tree, "a", b"2")
    assert (tree.is_retained(node), tree.is_of_the_broker(node)) == (True, False)
    take(tree, "a", b"")
    assert not tree.is_retained(node)


def test_properties_are_kept_with_the_payload():
    tree = TopicTree(0.0)
    node = take(tree, "a", b"1", properties=(("ContentType", "text/plain"),))
    assert tree.kept(node) == Kept(b"1", (("ContentType", "text/plain"),))
    take(tree, "a", b"2")
    assert tree.kept(node) == Kept(b"2")
    assert tree.kept_bytes == 34


def test_a_paused_branch_holds_its_values_and_goes_on_counting():
    tree = TopicTree(0.0)
    one, other = take(tree, "a/b/c", b"1"), take(tree, "x", b"1")
    branch = tree.find("a/b")
    tree.pause(branch, 5.0)
    take(tree, "a/b/c", b"2", 6.0)
    take(tree, "x", b"2", 6.0)
    new = take(tree, "a/b/new", b"first", 6.0)
    take(tree, "a/b/new", b"second", 7.0)
    assert [tree.kept(node).payload for node in (one, other, new)] == [b"1", b"2", b"first"]
    assert [tree.flows.counts[node] for node in (one, branch, new)] == [2, 4, 2]
    assert [tree.paused_s(node) for node in (one, branch, tree.find("a"), other)] == [5.0, 5.0, None, None]
    tree.resume(branch)
    take(tree, "a/b/c", b"3", 8.0)
    assert (tree.kept(one).payload, tree.paused_s(one)) == (b"3", None)


def test_a_pause_outlives_that_its_topics_were_forgotten():
    tree = TopicTree(0.0, max_topics=1)
    take(tree, "a/b", b"1")
    tree.pause(tree.find("a"), 2.0)
    take(tree, "x", b"1")
    assert tree.find("a") is None
    node = take(tree, "a/b", b"2")
    take(tree, "a/b", b"3")
    assert (tree.kept(node).payload, tree.paused_s(node)) == (b"2", 2.0)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_of_two_unicode_forms_are_two_and_are_marked(form):
    tree = TopicTree(0.0)
    first = take(tree, "site/" + unicodedata.normalize(form, "Ölçüm") + "/x")
    alone = tree.parent(first)
    assert (tree.has_twin(alone), tree.twins) == (False, 0)
    other = "NFD" if form == "NFC" else "NFC"
    second = take(tree, "site/" + unicodedata.normalize(other, "Ölçüm") + "/x")
    both = (alone, tree.parent(second))
    assert alone != both[1]
    assert [tree.has_twin(node) for node in both] == [True, True]
    assert tree.twins == 2
    assert tree.twins_of(alone) == [tree.name(both[1])]
    # not below, not beside
    assert not tree.has_twin(first)
    assert not tree.has_twin(take(tree, "site/Olcum/x"))
    tree.forget(second)
    assert (tree.has_twin(alone), tree.twins) == (False, 0)


def test_children_that_come_and_go_are_told_of_what_is_watched_alone():
    tree = TopicTree(0.0)
    node = take(tree, "a/b/c")
    branch = tree.find("a/b")
    tree.watched |= {ROOT, branch}
    take(tree, "a/b/c")
    take(tree, "a/other/x")
    assert tree.take_changed() == set()
    take(tree, "a/b/d")
    take(tree, "z")
    assert tree.take_changed() == {branch, ROOT}
    tree.forget(node)
    assert tree.take_changed() == {branch}


def test_a_number_that_means_another_topic_by_now_is_seen():
    tree = TopicTree(0.0, max_topics=1)
    node = take(tree, "a")
    assert tree.is_at(node, ROOT, "a")
    take(tree, "b")
    again = take(tree, "c")
    assert {node, tree.find("c")} == {again, node}
    assert not tree.is_at(node, ROOT, "a")
    assert tree.flows.counts[again] == 1


def test_topics_that_nobody_wants_any_more_go_step_by_step():
    tree = TopicTree(0.0)
    for number in range(10):
        take(tree, f"{'ab'[number % 2]}/{number}")
    steps = sum(1 for _ in tree.pruning(lambda topic: topic.startswith("a/")))
    assert steps == 10
    assert paths(tree) == {f"a/{number}" for number in range(0, 10, 2)}
    assert tree.forgotten == 0
