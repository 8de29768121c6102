"""Making records for tests with as little said as possible."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from actions.indicator_models import Indicator, Reading, Rebase, TrajectoryPoint
from actions.models import Action, Evidence, Milestone, Update
from actions.request_models import ChangeRequest
from actions.review_models import Review
from kb.accounts.sessions import person_of
from kb.models.figure import Comparison, Figure
from kb.models.history import Channel
from kb.models.impact_note import ImpactNote
from kb.models.importing import Import, ImportRow, ImportState, Outcome
from kb.models.link import DismissedPair, Link, LinkType
from kb.models.organisation import Organisation, Post, PostHolding, StaffGroup
from kb.models.plan import Plan, Priority, PrioritySet, Response, ResponseSource
from kb.models.record import Record, Theme
from kb.models.source import Implication, KeyPoint, Source, SourceNation
from kb.models.term import Meaning, Term
from kb.models.user import Membership, Role, User
from kb.permissions import Person


class Make:
    """Makes one record for each call; what is not said gets a sensible value."""

    def __init__(self, session: Session, today: date) -> None:
        self.session = session
        self.today = today
        self._numbers = count(1)
        self._plan: Plan | None = None

    def _save(self, thing: Any) -> Any:
        self.session.add(thing)
        self.session.flush()
        return thing

    def _named(self, kind: str, values: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        return {"ref": f"{kind}-{number}", "title": f"{kind.replace('-', ' ').capitalize()} {number}", **values}

    def plan(self, **values: Any) -> Plan:
        made: Plan = self._save(Plan(nation=values.pop("nation", "wales"), **self._named("plan", values)))
        self._plan = self._plan or made
        return made

    @property
    def the_plan(self) -> Plan:
        """The plan that records belong to when the test names none."""
        return self._plan or self.plan()

    def organisation(self, **values: Any) -> Organisation:
        made: Organisation = self._save(Organisation(**self._named("organisation", values)))
        return made

    def theme(self, **values: Any) -> Theme:
        made: Theme = self._save(Theme(**self._named("theme", values)))
        return made

    def staff_group(self, **values: Any) -> StaffGroup:
        made: StaffGroup = self._save(StaffGroup(**self._named("staff-group", values)))
        return made

    def priority_set(self, **values: Any) -> PrioritySet:
        if not {"plan_id", "source_id"} & set(values):
            values["plan_id"] = self.the_plan.id
        made: PrioritySet = self._save(PrioritySet(**self._named("set", values)))
        return made

    def term(self, acronym: str, *expansions: str) -> Term:
        meanings = [Meaning(position=place, expansion=text) for place, text in enumerate(expansions, 1)]
        made: Term = self._save(Term(ref=acronym.lower(), title=acronym, meanings=meanings))
        return made

    def post(self, **values: Any) -> Post:
        if "organisation_id" not in values:
            values["organisation_id"] = self.organisation().id
        made: Post = self._save(Post(**self._named("post", values)))
        return made

    def source(self, *, nations: tuple[str, ...] = (), **values: Any) -> Source:
        values = {"category": "driver", "source_kind": "strategy", "status": "in-force", **values}
        rows = [SourceNation(nation=nation) for nation in nations]
        made: Source = self._save(Source(nations=rows, **self._named("source", values)))
        return made

    def key_point(self, source: Source | None = None, **values: Any) -> KeyPoint:
        source = source or self.source()
        values.setdefault("position", next(self._numbers))
        made: KeyPoint = self._save(KeyPoint(source_id=source.id, **self._named("key-point", values)))
        return made

    def implication(
        self, source: Source | None = None, *, key_points: tuple[KeyPoint, ...] = (), **values: Any
    ) -> Implication:
        source = source or self.source()
        values = {"implication_kind": "skills", "position": next(self._numbers), **values}
        made: Implication = self._save(
            Implication(source_id=source.id, key_points=list(key_points), **self._named("implication", values))
        )
        return made

    def response(self, *sources: Source, **values: Any) -> Response:
        values = {"plan_id": self.the_plan.id, "position": next(self._numbers), **values}
        made: Response = self._save(Response(**self._named("response", values)))
        for position, source in enumerate(sources, 1):
            self._save(ResponseSource(response_id=made.id, source_id=source.id, position=position))
        return made

    def priority(self, **values: Any) -> Priority:
        plan_id = values.setdefault("plan_id", self.the_plan.id)
        if "set_id" not in values:
            number = next(self._numbers)
            chosen = self._save(PrioritySet(ref=f"set-{number}", title=f"Set {number}", plan_id=plan_id))
            values["set_id"] = chosen.id
        values.setdefault("position", next(self._numbers))
        made: Priority = self._save(Priority(**self._named("priority", values)))
        return made

    def action(self, **values: Any) -> Action:
        values.setdefault("plan_id", self.the_plan.id)
        if values.get("due_on") is not None:
            values.setdefault("baseline_due_on", values["due_on"])
        made: Action = self._save(Action(**self._named("action", values)))
        return made

    def milestone(self, action: Action, **values: Any) -> Milestone:
        made: Milestone = self._save(Milestone(action_id=action.id, **{"title": "Half way", **values}))
        return made

    def evidence(self, action: Action, **values: Any) -> Evidence:
        values = {"title": "Minutes", "address": "https://example.org/minutes", "added_on": self.today, **values}
        made: Evidence = self._save(Evidence(action_id=action.id, **values))
        return made

    def figure(self, source: Source | None = None, **values: Any) -> Figure:
        values = {"figure_kind": "statistic", "value": "10", "position": next(self._numbers), **values}
        source = source or self.source()
        made: Figure = self._save(Figure(source_id=source.id, **self._named("figure", values)))
        return made

    def comparison(self, *figures: Figure, **values: Any) -> Comparison:
        made: Comparison = self._save(Comparison(figures=list(figures), **self._named("comparison", values)))
        return made

    def indicator(self, **values: Any) -> Indicator:
        values.setdefault("plan_id", self.the_plan.id)
        values.setdefault("position", next(self._numbers))
        made: Indicator = self._save(Indicator(**self._named("indicator", values)))
        return made

    def reading(self, indicator: Indicator, **values: Any) -> Reading:
        made: Reading = self._save(Reading(indicator_id=indicator.id, **values))
        return made

    def rebase(self, indicator: Indicator, **values: Any) -> Rebase:
        made: Rebase = self._save(Rebase(indicator_id=indicator.id, **values))
        return made

    def review(self, meets_on: date, *, plan: Plan | None = None, **values: Any) -> Review:
        """A meeting of the plan's steering group."""
        made: Review = self._save(Review(plan=plan or self.the_plan, meets_on=meets_on, **values))
        return made

    def point(self, indicator: Indicator, **values: Any) -> TrajectoryPoint:
        values = {"period": "2020/21", "ends_on": date(2021, 3, 31), "value": 1.0, **values}
        values.setdefault("position", next(self._numbers))
        made: TrajectoryPoint = self._save(TrajectoryPoint(indicator_id=indicator.id, **values))
        return made

    def relate(self, indicator: Indicator, *, figures: list[Figure]) -> None:
        """Say that an indicator comes from these figures too."""
        self.session.refresh(indicator, ["figures"])
        indicator.figures.extend(figures)
        self.session.flush()

    def update(self, action: Action, *, days_ago: int = 0, **values: Any) -> Update:
        said_on = self.today - timedelta(days=days_ago)
        values = {"confidence": "on-track", "narrative": "Work goes on.", "channel": Channel.WEB, **values}
        made: Update = self._save(Update(action_id=action.id, said_on=said_on, **values))
        action.last_said_on, action.confidence = said_on, made.confidence
        self.session.flush()
        return made

    def request(self, action: Action, proposer: User, **values: Any) -> ChangeRequest:
        """A change that somebody asked for; another due date unless it says otherwise."""
        values = {"what": "due-date", "reason": "The trainers come later.", "made_on": self.today, **values}
        made: ChangeRequest = self._save(ChangeRequest(action_id=action.id, proposer_id=proposer.id, **values))
        return made

    def link(self, start: Record, kind: LinkType, end: Record, reason: str = "It says so.", **values: Any) -> Link:
        made: Link = self._save(
            Link(
                type=kind,
                from_id=start.id,
                from_kind=start.kind,
                to_id=end.id,
                to_kind=end.kind,
                reason=reason,
                **values,
            )
        )
        return made

    def impact_note(self, **values: Any) -> ImpactNote:
        """A note of a “what if” about one source, on which nothing rests."""
        source = {"kind": "source", "ref": "gone", "title": "What goes"}
        asked = {"what": "withdrawn", "chosen": [source], "by": None, "plan": None}
        answer: dict[str, Any] = {"figures": [0, 0, 0], "sentence": "No open priority or action rests on it."}
        answer |= {part: [] for part in ("remarks", "rows", "waits", "owned", "carried", "posts")}
        given = {"asked": json.dumps(asked), "answer": json.dumps(answer), "note": "", "visibility": "published"}
        if "plan_id" not in values:
            values["plan_id"] = self.the_plan.id
        made: ImpactNote = self._save(ImpactNote(title="If it goes", **{**given, **values}))
        return made

    def dismissed(self, one: Record, other: Record, kind: LinkType = LinkType.SAME_AS, **values: Any) -> DismissedPair:
        """Two records that somebody said are not joined so."""
        values = {"reason": "They are two.", **values}
        made: DismissedPair = self._save(DismissedPair(type=kind, from_id=one.id, to_id=other.id, **values))
        return made

    def incoming(self, **values: Any) -> Import:
        """A file of sources that was read and waits for review."""
        values = {"kind": "sources", "file_name": "sources.csv", "digest": "", "state": ImportState.READY, **values}
        values.setdefault("plan_id", self.the_plan.id)
        values.setdefault("book", {"notes": [], "tables": [{"name": "sources", "section": "", "rows": []}]})
        made: Import = self._save(Import(told="", **values))
        return made

    def incoming_row(self, incoming: Import, **values: Any) -> ImportRow:
        """A row of a file that would make a new source."""
        number = next(self._numbers)
        given = {"place": f"sources, row {number}", "title": "A strategy", "outcome": Outcome.CREATE, "match": ""}
        values = {"values": {"title": f"A strategy {number}"}, **given, **values}
        made: ImportRow = self._save(ImportRow(import_id=incoming.id, position=number, **values))
        return made

    def user(self, *, role: Role | None = None, plan: Plan | None = None, **values: Any) -> User:
        number = next(self._numbers)
        values = {"email": f"person{number}@example.org", "name": f"Person {number}", **values}
        made: User = self._save(User(**values))
        if role:
            self._save(Membership(user_id=made.id, plan_id=(plan or self.the_plan).id, role=role))
        return made

    def lead(self, plan: Plan | None = None) -> User:
        return self.user(role=Role.LEAD, plan=plan)

    def steering(self, plan: Plan | None = None) -> User:
        return self.user(role=Role.STEERING, plan=plan)

    def viewer(self, plan: Plan | None = None) -> User:
        return self.user(role=Role.VIEWER, plan=plan)

    def administrator(self) -> User:
        return self.user(is_administrator=True)

    def owner(self, post: Post | None = None, *, is_deputy: bool = False, since: date | None = None) -> User:
        """Somebody who holds (or deputises for) a post, from today on or for longer."""
        made = self.user(role=Role.VIEWER)
        post = post or self.post()
        self._save(PostHolding(post_id=post.id, user_id=made.id, is_deputy=is_deputy, from_on=since or self.today))
        return made

    def person(self, user: User) -> Person:
        """The person that a request of this user runs as."""
        return person_of(self.session, user, today=self.today)
