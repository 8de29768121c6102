"""Answering a “what if” for one reader: what they may not see counts in nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import null, select

from actions.indicator_models import Indicator
from actions.models import Action, Closure
from graph import snapshot
from graph.impact import dates, touching
from graph.impact import words as impact_words
from graph.impact.contributing import list_helped
from graph.impact.told import ORGANISATION, Carried, Named, Owned, Row, Told, Waiting, What
from graph.network import of_kind
from kb.models.organisation import Post
from kb.models.plan import Response
from kb.models.record import Kind, Record, Visibility
from kb.permissions import Capability, visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Set
    from datetime import date

    from sqlalchemy.orm import Session

    from graph.impact.questions import Question
    from graph.impact.touching import Heir, Line
    from graph.snapshot import Snapshot
    from kb.permissions import Person

# On paper and on the page the priorities come before what is done for them.
_ORDER = ("priority", "response", "action", "indicator")


@dataclass(frozen=True)
class Answer:
    """What is told, and for the picture what is lost, and how many bearers others keep.

    An answer that names drafts, or is counted from forecasts, is not for all to read.
    """

    told: Told
    names_drafts: bool
    tells_forecasts: bool = False
    lost: frozenset[int] = frozenset()
    kept: Mapping[int, int] = field(default_factory=dict)


def ask(session: Session, asked: Question, person: Person, today: date) -> Answer:
    """What the change would touch, as far as the person may see it."""
    asking = _Asking(session, asked, person, today)
    kind = asked.chosen[0].kind
    if kind == Kind.SOURCE:
        return asking.of_sources()
    if kind == Kind.ACTION:
        return asking.of_delay() if asked.what == What.DELAYED else asking.of_actions()
    return asking.of_posts()


class _Asking:
    """One question at one state of the map."""

    def __init__(self, session: Session, asked: Question, person: Person, today: date) -> None:
        self.session, self.asked, self.person, self.today = session, asked, person, today
        self.held: Snapshot = snapshot.current(session)
        self.network, self.keep = self.held.network, self.held.seen_by(person)
        self.ids = [record.id for record in asked.chosen]
        self.chosen = tuple(map(_named, asked.chosen))

    def of_sources(self) -> Answer:
        """What rests on sources, and on which others."""
        lines = touching.of_sources(self.network, self.ids, self._open("priority", "action"), keep=self.keep)
        rows = self._rows(lines)
        worst, actions = self._worst(lines)
        row = next((row for row in rows if worst and row.record == self._node(worst)), None)
        told = impact_words.of_sources(rows, row, actions, self.asked.what, is_one=len(self.ids) == 1)
        remarks = self._already_over()
        if self.asked.what == What.ENDED:
            remarks.append(impact_words.when_ended())
        heirs: list[Heir] = []
        if self.asked.by is not None:
            among = self._mine()
            heirs = touching.heirs(self.network, self.ids, self.asked.by.id, among, keep=self.keep)
            remarks += self._of_successor(self.asked.by, heirs, lines)
        ends = {end for heir in heirs for end in (heir.edge.source, heir.edge.target)}
        carried = tuple(
            Carried(self._node(heir.edge.source), self._node(heir.edge.target), heir.edge.reason or "", heir.is_there)
            for heir in heirs
        )
        return self._answer(lines, rows, told, remarks, also=ends, carried=carried)

    def of_actions(self) -> Answer:
        """What actions serve, and what waits for them."""
        among = self._open("priority", "response", "indicator")
        lines = touching.of_actions(self.network, self.ids, among, keep=self.keep)
        rows, (ids, waits) = self._rows(lines), self._waits()
        told = impact_words.of_actions(rows, waits, is_one=len(self.ids) == 1)
        return self._answer(lines, rows, told, self._already_over(), also=ids, waits=waits)

    def of_delay(self) -> Answer:
        """Which dates depend on actions that come later than expected today."""
        asked = dates.list_days(self.session, self.ids, with_forecast=self.person.may(Capability.READ_UPDATES))
        days = {id: each for id, each in asked.items() if each.is_open}
        last = max((day for each in days.values() if (day := each.expected(self.today))), default=None)
        ids, waits = self._waits(last)
        roomy = sum((one.room or 0) > 0 for one in waits)
        said = [
            impact_words.expected(_named(one), days[one.id], self.today)
            if one.id in days
            else impact_words.cannot_be_late(_named(one))
            for one in self.asked.chosen
        ]
        said.append(impact_words.without_room_known(sum(one.room is None for one in waits)))
        told = Told(
            **self._asked(),
            figures=(len(waits), roomy, len(waits) - roomy),
            sentence=impact_words.of_waiting(waits),
            remarks=tuple(filter(None, said)),
            waits=waits,
        )
        return Answer(told, self._names_drafts(ids), tells_forecasts=any(each.forecast for each in days.values()))

    def of_posts(self) -> Answer:
        """What posts own, and which priorities nobody else answers for."""
        is_body = self.asked.chosen[0].kind == ORGANISATION
        posts = self._posts() if is_body else {record.id: _named(record) for record in self.asked.chosen}
        actions = self._owned(Action, Action.closure == Closure.OPEN)
        names = posts | self._titles({row.owner_id for row in actions} - {None, *posts})
        owners = {row.id: row.owner_id for row in actions if row.owner_id in names}
        lines = touching.of_posts(self.network, posts.keys(), owners, self._open("priority"), keep=self.keep)
        mine = [row for row in actions if row.owner_id in posts]
        mine += [row for model in (Response, Indicator) for row in self._owned(model, model.owner_id.in_(posts))]
        mine.sort(key=lambda row: (_ORDER.index(row.kind), row.due_on is None, str(row.due_on), row.title))
        owned = tuple(Owned(_named(row), posts[row.owner_id], row.due_on) for row in mine)
        rows = self._rows(lines, names)
        sponsored = sum(row.sponsor_id in posts for row in actions)
        bodies = self.ids if is_body else []
        helped, involved = list_helped(self.session, bodies, posts, self.asked.plan, self.person)
        told = Told(
            **self._asked(),
            figures=(len(owned), *_kept_and_lost(lines)),
            sentence=impact_words.of_posts(rows, len(owned), is_one=len(self.ids) == 1),
            remarks=tuple(filter(None, (impact_words.helped(helped), impact_words.sponsored(sponsored)))),
            rows=rows,
            owned=owned,
            posts=tuple(posts.values()) if is_body else (),
            helped=helped,
        )
        near = {each for line in lines for each in (line.id, *line.now)}
        return Answer(told, self._names_drafts({*near, *involved, *posts, *(row.id for row in mine)}))

    def _answer(
        self,
        lines: Sequence[Line],
        rows: tuple[Row, ...],
        sentence: str,
        remarks: Sequence[str],
        *,
        also: Iterable[int],
        **parts: Any,
    ) -> Answer:
        told = Told(
            **self._asked(),
            figures=(len(lines), *_kept_and_lost(lines)),
            sentence=sentence,
            remarks=tuple(remarks),
            rows=rows,
            **parts,
        )
        involved = {*also, *(each for line in lines for each in (line.id, *line.now))}
        lost = frozenset(line.id for line in lines if line.is_lost)
        return Answer(told, self._names_drafts(involved), lost=lost, kept={line.id: len(line.then) for line in lines})

    def _asked(self) -> dict[str, Any]:
        by, plan = self.asked.by, self.asked.plan
        return {
            "what": self.asked.what,
            "chosen": self.chosen,
            "by": _named(by) if by else None,
            "plan": _named(plan) if plan else None,
        }

    def _open(self, *kinds: str) -> set[int]:
        """What the plan, or any plan, still has to do, of these kinds."""
        return set(of_kind(self.network, (self._mine() & self.keep.living) - self.held.closed, *kinds))

    def _mine(self) -> Set[int]:
        """All that belongs to the plan, or to any."""
        plan, network = self.asked.plan, self.network
        return network.of_plan(plan.id) if plan else network.nodes.keys() - network.of_plan(None)

    def _rows(self, lines: Sequence[Line], names: Mapping[int, Named] | None = None) -> tuple[Row, ...]:
        """The lines as they are shown: what is lost first, then what keeps least."""
        days = dates.list_days(self.session, of_kind(self.network, (line.id for line in lines), "action"))
        rows = [
            Row(
                self._node(line.id),
                len(line.now),
                tuple(names[each] if names else self._node(each) for each in line.then),
                days[line.id].due if line.id in days else None,
            )
            for line in lines
        ]
        return tuple(sorted(rows, key=lambda row: (row.then, _ORDER.index(row.record.kind), row.record.title)))

    def _worst(self, lines: Sequence[Line]) -> tuple[int | None, int]:
        """The lost record that takes most lost actions with it, and how many those are."""
        lost = {line.id for line in lines if line.is_lost}
        taken = {id: len(lost.intersection(self.network.after[id])) for id in lost}
        worst = min(
            lost, key=lambda id: (-taken[id], _ORDER.index(self._node(id).kind), self._node(id).title), default=None
        )
        return worst, taken.get(worst, 0) if worst is not None else 0

    def _of_successor(self, by: Record, heirs: Sequence[Heir], lines: Sequence[Line]) -> list[str]:
        """What is to be said of the source that takes the place."""
        if by.id not in self.keep.living:
            return [impact_words.successor_is_over(_named(by))]
        new = [heir for heir in heirs if not heir.is_there]
        if not new or not any(line.is_lost for line in lines):
            return []
        left = touching.left_after_carrying(self.network, lines, new, keep=self.keep)
        return [impact_words.after_carrying(len(new), len(left), _named(by))]

    def _waits(self, last: date | None = None) -> tuple[list[int], tuple[Waiting, ...]]:
        """The open actions that wait for those chosen, by due date; `last` is the day on which those are expected."""
        found = touching.waits(self.network, self.ids, self._open("action"))
        days = dates.list_days(self.session, [one.id for one in found])
        told = []
        for one in found:
            each = days[one.id]
            room, by_start = dates.room(each, last, self.today)
            starts = each.starts if by_start else None
            told.append(Waiting(self._node(one.id), self._node(one.needed), one.is_direct, each.due, room, starts))
        told.sort(key=lambda one: (one.due is None, str(one.due), one.record.title))
        return [one.id for one in found], tuple(told)

    def _owned(self, model: Any, *narrowed: Any) -> list[Any]:
        """The records of a model that narrow so, with who owns them and when they are due."""
        nothing = null().label("due_on"), null().label("sponsor_id")
        of_actions = (model.due_on, model.sponsor_id) if model is Action else nothing
        query = select(model.id, model.kind, model.ref, model.title, model.owner_id, *of_actions)
        query = query.where(visible_to(self.person), *narrowed)
        if self.asked.plan is not None:
            query = query.where(model.plan_id == self.asked.plan.id)
        return list(self.session.execute(query))

    def _posts(self) -> dict[int, Named]:
        """The posts of the organisations."""
        query = select(Post.id, Post.kind, Post.ref, Post.title).where(
            Post.organisation_id.in_(self.ids), visible_to(self.person)
        )
        return {row.id: _named(row) for row in self.session.execute(query.order_by(Post.title, Post.id))}

    def _titles(self, ids: Iterable[int]) -> dict[int, Named]:
        query = select(Record.id, Record.kind, Record.ref, Record.title)
        query = query.where(Record.id.in_(list(ids)), visible_to(self.person))
        return {row.id: _named(row) for row in self.session.execute(query)}

    def _already_over(self) -> list[str]:
        return [impact_words.already_over(_named(one)) for one in self.asked.chosen if one.id not in self.keep.living]

    def _names_drafts(self, involved: Iterable[int]) -> bool:
        by = [self.asked.by.id] if self.asked.by else []
        ids = {*self.ids, *by, *involved}
        query = select(Record.id).where(Record.id.in_(list(ids)), Record.visibility != Visibility.PUBLISHED).limit(1)
        return self.session.scalar(query) is not None

    def _node(self, id: int) -> Named:
        return _named(self.network.nodes[id])


def _named(record: Any) -> Named:
    return Named(str(record.kind), record.ref, record.title)


def _kept_and_lost(lines: Sequence[Line]) -> tuple[int, int]:
    lost = sum(line.is_lost for line in lines)
    return len(lines) - lost, lost
