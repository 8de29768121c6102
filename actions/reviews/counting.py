"""What a meeting counts of a plan's actions and of their owners, from what was read of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from actions.reviews import slipping
from actions.reviews.happened import Happened
from actions.reviews.pack import Named, Silent
from actions.schedule import counted_from
from kb.models.record import Kind
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from actions.reviews.cycle import Cycle
    from actions.reviews.slipping import Slip
    from graph.gaps.facts import ActionRow, Facts
    from graph.network import Node

_ORDER = {"on-track": 0, "at-risk": 1, "off-track": 2}
TWICE = 2
# Of the actions of a post that said nothing.
TITLES = 3


@dataclass(frozen=True)
class Found:
    """What one number counts; `ids` are the actions among it, and `records` are named only where they are wanted."""

    key: str
    number: int = 0
    records: Callable[[], Iterable[Named]] = tuple
    note: str = ""
    ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Stand:
    """How the plan's actions stand on a day, and what happened to them since the meeting before, None for ever."""

    today: date
    since: date | None
    cycle: Cycle | None
    stale_after_days: int
    facts: Facts
    happened: Happened = field(default_factory=Happened)
    published: AbstractSet[int] = frozenset()

    def is_since(self, day: date | None) -> bool:
        """Whether something happened since; what has no day did at some time."""
        return self.since is None or (day is not None and day >= self.since)

    def begun(self) -> list[ActionRow]:
        """The open actions that have begun."""
        return [row for row in self.facts.open_actions if row.starts_on is None or row.starts_on <= self.today]

    def owner(self, row: ActionRow) -> str:
        return self.facts.owner_of.get(row.node.id, gettext("no owner"))


def named(node: Node, note: str = "") -> Named:
    """A record of the map as a pack names it."""
    return Named(node.kind, node.ref, node.title, note)


def closed(stand: Stand) -> list[Found]:
    """What was done and what was verified."""
    rows = stand.facts.actions
    done = [row for row in rows if row.closure in ("done", "verified") and stand.is_since(row.done_on)]
    verified = [row for row in rows if row.closure == "verified" and stand.is_since(row.verified_on)]
    done.sort(key=lambda row: (row.done_on is None, row.done_on))
    verified.sort(key=lambda row: (row.verified_on is None, row.verified_on))
    also = ngettext("by the owner; %(num)s verified", "by the owner; %(num)s verified", len(verified))
    also = also if verified else gettext("by the owner; none verified")
    return [
        _found("done", done, lambda row: _on(gettext("done"), row.done_on), also),
        _found("verified", verified, lambda row: _on(gettext("verified"), row.verified_on)),
    ]


def overdue(stand: Stand) -> list[Found]:
    """What is overdue, the worst first, and what came to be so."""
    late = [(row.due_on, row) for row in stand.begun() if row.due_on is not None and row.due_on < stand.today]
    rows = [row for _, row in sorted(late, key=lambda one: (one[0], one[1].node.id))]
    newly = [row for row in rows if stand.is_since(row.due_on)]
    note = "" if stand.since is None else ngettext("%(num)s newly so", "%(num)s newly so", len(newly))

    def words(row: ActionRow) -> str:
        days = (stand.today - row.due_on).days if row.due_on else 0
        return ngettext("%(num)s day overdue", "%(num)s days overdue", days)

    return [_found("overdue", rows, words, note), _found("newly-overdue", newly, words)]


def slipped(stand: Stand) -> list[Found]:
    """What is to be done later than it was, the furthest first."""
    slips: dict[int, Slip] = {}
    rows = []
    for row in stand.facts.open_actions:
        id = row.node.id
        if id in stand.happened.moved or id in stand.happened.forecasts:
            slip = slipping.slip_of(_dates(stand, row))
            if slip is not None:
                slips[id] = slip
                rows.append(row)
    rows.sort(key=lambda row: (-slips[row.node.id].days, row.node.id))
    note = ""
    if slips:
        days = slipping.middle(slips.values())
        note = ngettext("%(num)s day in the middle", "%(num)s days in the middle", days)
        again = sum(slip.times >= TWICE for slip in slips.values())
        if again:
            note += "; " + ngettext("%(num)s moved twice or more", "%(num)s moved twice or more", again)
    return [_found("slipped", rows, lambda row: _slip_words(slips[row.node.id]), note)]


def confidence(stand: Stand) -> list[Found]:
    """Of what the owner is less sure, and of what surer."""
    before = stand.happened.confidences
    fell: list[ActionRow] = []
    rose: list[ActionRow] = []
    for row in stand.facts.open_actions:
        if row.node.id in before and row.confidence is not None:
            (fell if _ORDER[row.confidence] > _ORDER[before[row.node.id]] else rose).append(row)

    def words(row: ActionRow) -> str:
        return gettext("from %(before)s to %(now)s", before=_sure(before[row.node.id]), now=_sure(row.confidence or ""))

    note = ngettext("%(num)s rose", "%(num)s rose", len(rose))
    return [_found("confidence-fell", fell, words, note), _found("confidence-rose", rose, words)]


@dataclass(frozen=True)
class Answers:
    """How many owners were asked, and what those lack an answer for who said nothing, the longest silence first."""

    asked: int
    lacking: Mapping[int, Sequence[ActionRow]]

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(row.node.id for rows in self.lacking.values() for row in rows)


def answers(stand: Stand) -> Answers:
    """Who said nothing since the request went out; till then by the plan's own rule."""
    named = stand.facts.named
    begun = [row for row in stand.begun() if row.owner_id in named and row.node.id in stand.published]
    quiet = [row for row in begun if _is_silent(stand, row)]
    quiet.sort(key=lambda row: (row.last_said_on is not None, row.last_said_on, row.node.id))
    lacking: dict[int, list[ActionRow]] = {}
    for row in quiet:
        lacking.setdefault(row.owner_id or 0, []).append(row)
    return Answers(len({row.owner_id for row in begun}), lacking)


def silences(stand: Stand, given: Answers) -> tuple[Silent, ...]:
    """The posts that said nothing, with the actions."""
    found = []
    for post_id, rows in given.lacking.items():
        post = stand.facts.named[post_id]
        said_on = max((row.last_said_on for row in rows if row.last_said_on), default=None)
        found.append(Silent(Named(Kind.POST, post.ref, post.title), tuple(named(row.node) for row in rows), said_on))
    return tuple(found)


def _is_silent(stand: Stand, row: ActionRow) -> bool:
    if stand.cycle is not None and stand.today >= stand.cycle.asks_on:
        return not stand.cycle.is_answered(row.last_said_on)
    heard = row.last_said_on
    if heard is None:
        heard = stand.today if row.made_at is None else counted_from(row.starts_on, row.made_at.date())
    return (stand.today - heard).days > stand.stale_after_days


def silent(stand: Stand, given: Answers) -> list[Found]:
    """The posts that said nothing."""
    if stand.cycle is not None and stand.today >= stand.cycle.asks_on:
        note = gettext("no answer since %(day)s", day=spoken(stand.cycle.asks_on))
    else:
        days = stand.stale_after_days
        note = ngettext("nothing said for over %(num)s day", "nothing said for over %(num)s days", days)

    def records() -> Iterable[Named]:
        return map(_silence, silences(stand, given))

    number = len(given.lacking)
    return [Found("silent", number, records, note if number else "", given.ids)]


def _silence(one: Silent) -> Named:
    titles = [action.title for action in one.actions[:TITLES]]
    more = len(one.actions) - TITLES
    if more > 0:
        titles.append(ngettext("and %(num)s more", "and %(num)s more", more))
    when = spoken(one.last_said_on) if one.last_said_on else gettext("never")
    said = gettext("%(what)s (last word: %(when)s)", what="; ".join(titles), when=when)
    return Named(one.post.kind, one.post.ref, one.post.title, said)


def reasons(found: Iterable[Found]) -> dict[int, tuple[str, ...]]:
    """For each action the keys of the numbers that it is in."""
    by_action: dict[int, list[str]] = {}
    for one in found:
        for id in dict.fromkeys(one.ids):
            by_action.setdefault(id, []).append(one.key)
    return {id: tuple(keys) for id, keys in by_action.items()}


def _found(key: str, rows: Sequence[ActionRow], words: Callable[[ActionRow], str], note: str = "") -> Found:
    def records() -> Iterable[Named]:
        return (named(row.node, words(row)) for row in rows)

    return Found(key, len(rows), records, note, tuple(row.node.id for row in rows))


def _dates(stand: Stand, row: ActionRow) -> slipping.Dates:
    happened, id = stand.happened, row.node.id
    forecasts = happened.forecasts.get(id, [])
    had = stand.since is not None and bool(forecasts) and forecasts[0][0] < stand.since
    expected = [day for _, day in forecasts]
    return slipping.Dates(row.due_on, row.forecast_on, happened.moved.get(id, ()), expected, had_forecast=had)


def _slip_words(slip: Slip) -> str:
    later = ngettext("%(num)s day later", "%(num)s days later", slip.days)
    told = gettext("expected on %(day)s", day=spoken(slip.after)) if slip.is_forecast else spoken(slip.after)
    return gettext("%(later)s: %(after)s instead of %(before)s", later=later, after=told, before=spoken(slip.before))


def _on(what: str, day: date | None) -> str:
    return gettext("%(what)s on %(day)s", what=what, day=spoken(day)) if day else gettext("the day is not stated")


def _sure(word: str) -> str:
    return {"on-track": gettext("on track"), "at-risk": gettext("at risk"), "off-track": gettext("off track")}[word]
