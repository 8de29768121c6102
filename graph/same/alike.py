"""Open actions that are likely the same: titles that share their telling words, and what both rest on."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from itertools import chain, combinations, pairwise
from math import fsum, log, sqrt
from typing import NamedTuple

from rapidfuzz import fuzz, utils

from graph import collecting
from graph.network import Network, living, of_kind, reached

# Nobody looks through more; when these are decided others come forward.
MOST_KEPT = 500
# How much of their telling words two titles share, out of 1. Within one plan, actions that stand side by side are
# often written alike on purpose, so more is asked of them.
NEAR_IN_ONE_PLAN, NEAR_IN_TWO = 0.47, 0.4
# Two titles that differ in a plural, a letter or the order of their words, however common these are.
NEAR_AS_WRITTEN = 92
# What a source or a priority behind both adds.
FOR_COMMON_GROUND = 0.05
# Titles are compared only where they share a word that no more titles than these have.
MOST_WITH_WORD = 30
# Words are the same when they begin the same: psychology, psychological.
STEM = 5
# The same sentence with up to so many other words in one place is a list of different things.
LONGEST_SLOT = 3
_NUMBERS = re.compile(r"\d+")
_SMALL = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "how", "in", "into", "is", "it"),
        *("its", "of", "on", "or", "out", "that", "the", "their", "this", "to", "up", "what", "when", "which"),
        *("who", "will", "with"),
    )
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two actions, the older first; the words that both titles have, and the sources and priorities behind both."""

    one: int
    other: int
    nearness: float
    words: tuple[str, ...]
    ground: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Near:
    """Two actions by their titles alone: how near they are and have to be, and the beginnings of the words of both."""

    one: int
    other: int
    nearness: float
    least: float
    words: frozenset[str]


class _Title(NamedTuple):
    """A title as it is compared: its words in order and as a set, each by its beginning, and its numbers."""

    whole: str
    in_order: str  # the whole with its words by the alphabet
    order: tuple[str, ...]
    words: frozenset[str]
    numbers: tuple[str, ...]


class _Action(NamedTuple):
    """An action by its title."""

    id: int
    plan_id: int | None
    title: _Title


def likely(network: Network, seen: Collection[int], closed: Set[int]) -> tuple[Pair, ...]:
    """The pairs among the open actions that the reader may see, the nearest first."""
    live = living(network, seen)
    nodes = (network.nodes[id] for id in sorted(of_kind(network, live - closed, "action")))
    found = []
    with collecting.later():
        all_near = _near(tuple((node.id, node.plan_id, node.title) for node in nodes))
    for near in all_near:
        ground = _common_ground(network, near.one, near.other, live)
        nearness = near.nearness + FOR_COMMON_GROUND * bool(ground)
        if nearness >= near.least:
            words = _in_full(network.nodes[near.one].title, near.words)
            found.append(Pair(near.one, near.other, nearness, words, ground))
    found.sort(key=lambda pair: (-pair.nearness, pair.one, pair.other))
    return tuple(found)


def in_common(network: Network, one: int, other: int, seen: Collection[int]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The words that the titles of two actions share, and the sources and priorities behind both."""
    first, second = (_title(network.nodes[id].title) for id in (one, other))
    words = _in_full(network.nodes[one].title, first.words & second.words)
    return words, _common_ground(network, one, other, living(network, seen))


# The map changes with every update of an owner, titles seldom do.
@lru_cache(maxsize=8)
def _near(given: tuple[tuple[int, int | None, str], ...]) -> tuple[_Near, ...]:
    """The pairs that have titles near enough, or would have with something in common behind them."""
    actions = [_Action(id, plan_id, _title(title)) for id, plan_id, title in given]
    counts = Counter(chain.from_iterable(action.title.words for action in actions))
    # A word weighs the more the fewer titles have it.
    weights = {word: log(1 + len(actions) / number) ** 2 for word, number in counts.items()}
    lengths = [sqrt(fsum(map(weights.__getitem__, action.title.words))) for action in actions]
    found = []
    for first, second in _worth_comparing(actions, counts, weights, lengths):
        one, other = actions[first], actions[second]
        words = one.title.words & other.title.words
        if one.title.numbers != other.title.numbers or len(words) < min(2, len(one.title.words)):
            continue
        nearness = fsum(map(weights.__getitem__, words)) / (lengths[first] * lengths[second])
        least = NEAR_IN_ONE_PLAN if one.plan_id == other.plan_id else NEAR_IN_TWO
        if fuzz.ratio(one.title.in_order, other.title.in_order, score_cutoff=NEAR_AS_WRITTEN):
            nearness = 1.0
        if nearness >= least - FOR_COMMON_GROUND and not _is_list(one, other):
            found.append(_Near(one.id, other.id, nearness, least, words))
    return tuple(nlargest(MOST_KEPT, found, key=lambda near: near.nearness))


# A title that changes leaves the others as they were read.
@lru_cache(maxsize=20_000)
def _title(title: str) -> _Title:
    whole = utils.default_process(title)
    words = whole.split()
    order = tuple(word[:STEM] for word in words if word not in _SMALL)
    return _Title(whole, " ".join(sorted(words)), order, frozenset(order), tuple(_NUMBERS.findall(whole)))


def _worth_comparing(
    actions: Sequence[_Action], counts: Mapping[str, int], weights: Mapping[str, float], lengths: Sequence[float]
) -> Iterator[tuple[int, int]]:
    """The places of each pair once that shares rare words of half the weight that is asked, or the whole title."""
    with_word: dict[str, list[int]] = defaultdict(list)
    with_title: dict[str, list[int]] = defaultdict(list)
    rare = {word for word, number in counts.items() if 1 < number <= MOST_WITH_WORD}
    for place, action in enumerate(actions):
        with_title[action.title.whole].append(place)
        for word in action.title.words & rare:
            with_word[word].append(place)
    # Hundreds of thousands of pairs are told apart quicker as one number each.
    many = len(actions)
    shared: dict[int, float] = defaultdict(float)
    for word, places in with_word.items():
        weight = 2 * weights[word]
        for first, second in combinations(places, 2):
            shared[first * many + second] += weight
    least = [NEAR_IN_TWO**0.5 * length for length in lengths]
    pairs = {first * many + second for places in with_title.values() for first, second in pairwise(places)}
    pairs.update(pair for pair, weight in shared.items() if weight >= least[pair // many] * least[pair % many])
    for pair in sorted(pairs):
        yield divmod(pair, many)


def _is_list(one: _Action, other: _Action) -> bool:
    """Whether two actions of one plan are one sentence with other words in one place: of Leeds, of York."""
    if one.plan_id != other.plan_id:
        return False
    ours, theirs = _differing(one.title.order, other.title.order)
    if not ours or not theirs or max(len(ours), len(theirs)) > LONGEST_SLOT:
        return False
    # Another spelling is not another thing.
    return fuzz.ratio(" ".join(ours), " ".join(theirs)) < 75


def _differing(one: Sequence[str], other: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """What stands between the words that two titles begin with and those that they end with."""
    most = min(len(one), len(other))
    start = next((place for place in range(most) if one[place] != other[place]), most)
    end = next((place for place in range(most - start) if one[-1 - place] != other[-1 - place]), most - start)
    return one[start : len(one) - end], other[start : len(other) - end]


def _common_ground(network: Network, one: int, other: int, live: Set[int]) -> tuple[int, ...]:
    """The sources and priorities that both rest on, at any distance."""
    behind = reached(network, [one], live, back=True) & reached(network, [other], live, back=True)
    return tuple(sorted(of_kind(network, behind, "source", "priority")))


def _in_full(title: str, shared: Set[str]) -> tuple[str, ...]:
    """The shared words as the title has them."""
    words = utils.default_process(title).split()
    return tuple(dict.fromkeys(word for word in words if word[:STEM] in shared and word not in _SMALL))
