"""Putting entries into the database: what is missing is made, what is there is left as it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from actions.models import Action
from kb.models.history import Change, Channel
from kb.models.link import Link, LinkType
from kb.models.organisation import Organisation, OrganisationNation, Post, StaffGroup
from kb.models.plan import Plan, Priority, PrioritySet
from kb.models.record import Kind, Record, Theme
from kb.models.term import Meaning, Term
from kb.seeding.rows import load_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from kb.seeding import entries as e

R = TypeVar("R", bound=Record)


class Progress(Protocol):
    """Told how far a long piece of work has come."""

    def __call__(self, what: str, done: int, total: int) -> None: ...


@dataclass
class Report:
    """What a loading did: made by kind, already there, and left alone because a person has edited it."""

    made: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    left_alone: list[str] = field(default_factory=list)
    made_ids: set[int] = field(default_factory=set)


class Loader:
    """One loading in one session; holds what is known by ref, so that entries find each other."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.report = Report()
        themes = selectinload(Record.themes)
        self.known: dict[tuple[str, str], Record] = {
            (record.kind, record.ref): record for record in session.scalars(select(Record).options(themes))
        }
        self.groups = {group.ref: group for group in session.scalars(select(StaffGroup))}
        self.sets = {found.ref: found for found in session.scalars(select(PrioritySet))}
        self.links = {(link.type, link.from_id, link.to_id) for link in session.scalars(select(Link))}
        self.edited = set(
            session.scalars(
                select(Change.record_id).where(Change.channel != Channel.SEED, Change.person_id.is_not(None))
            )
        )

    def record(self, kind: Kind, ref: str) -> Record:
        """The record that an entry names; refs were checked when the files were read."""
        return self.known[kind, ref]

    def ids(self, kind: Kind, refs: Iterable[str]) -> list[int]:
        return [self.record(kind, ref).id for ref in refs]

    def missing(self, kind: Kind, ref: str) -> bool:
        """Whether there is no such record yet; notes the one that is there."""
        there = self.known.get((kind, ref))
        if there is None:
            return True
        self.report.kept[kind] += 1
        if there.id in self.edited:
            self.report.left_alone.append(f"{kind}:{ref}")
        return False

    def add(self, record: R, entry: e.Entry | None, *, document: str = "", line: int | None = None) -> R:
        """Make a record, with where it comes from, and the first line of its history."""
        record.document = (entry.document if entry else document) or None
        record.document_line = entry.line if entry else line
        self.session.add(record)
        self.session.flush()
        self.session.add(Change(record_id=record.id, channel=Channel.SEED, field="record", new=record.title, reason=""))
        self.known[record.kind, record.ref] = record
        self.report.made[record.kind] += 1
        self.report.made_ids.add(record.id)
        return record

    def link(self, kind: LinkType, start: Record, end: Record, reason: str = "") -> None:
        """Make a link that is not there; one that a person retired stays retired."""
        if (kind, start.id, end.id) in self.links:
            return
        self.session.add(
            Link(type=kind, from_id=start.id, from_kind=start.kind, to_id=end.id, to_kind=end.kind, reason=reason)
        )
        self.links.add((kind, start.id, end.id))
        self.report.made["link"] += 1

    def themes(self, refs: Iterable[str]) -> list[Theme]:
        found = [self.record(Kind.THEME, ref) for ref in refs]
        return [theme for theme in found if isinstance(theme, Theme)]

    def organisations(self, refs: Iterable[str]) -> list[Organisation]:
        found = [self.record(Kind.ORGANISATION, ref) for ref in refs]
        return [body for body in found if isinstance(body, Organisation)]


def load_vocabulary(loader: Loader, seed: e.Seed) -> None:
    """Themes, staff groups, glossary and organisations, which all plans share."""
    for theme in seed.themes:
        if loader.missing(Kind.THEME, theme.ref):
            loader.add(Theme(ref=theme.ref, title=theme.title, also_called="; ".join(theme.also_called)), theme)
    for group in seed.staff_groups:
        if group.ref not in loader.groups:
            loader.groups[group.ref] = StaffGroup(ref=group.ref, title=group.title)
            loader.session.add(loader.groups[group.ref])
            loader.report.made["staff_group"] += 1
    for term in seed.terms:
        if loader.missing(Kind.TERM, term.ref):
            meanings = [
                Meaning(position=position, expansion=meaning.expansion, note=meaning.note)
                for position, meaning in enumerate(term.meanings, 1)
            ]
            made = Term(ref=term.ref, title=term.acronym, meanings=meanings)
            loader.add(made, None, document=term.meanings[0].document, line=term.meanings[0].line)
    for body in seed.organisations:
        if loader.missing(Kind.ORGANISATION, body.ref):
            nations = [OrganisationNation(nation=nation) for nation in body.nations]
            loader.add(
                Organisation(
                    ref=body.ref,
                    title=body.name,
                    abbreviation=body.abbreviation,
                    body_kind=body.kind,
                    is_generic=body.generic,
                    nations=nations,
                ),
                body,
            )


def load_plan(loader: Loader, folder: e.PlanFolder, progress: Progress) -> Plan:
    """One plan: posts, priorities, actions, then the rows of its mapping table."""
    plan = _plan(loader, folder.plan)
    for post in folder.posts:
        if loader.missing(Kind.POST, post.ref):
            loader.add(
                Post(
                    ref=post.ref,
                    title=post.title,
                    organisation_id=loader.record(Kind.ORGANISATION, post.organisation).id,
                    is_assumed=post.assumed,
                    note=post.note,
                ),
                post,
            )
    _priorities(loader, folder, plan)
    for position, action in enumerate(folder.actions, 1):
        _action(loader, action, plan, position)
    for action in folder.actions:
        _action_links(loader, action)
    for number, row in enumerate(folder.rows, 1):
        load_row(loader, row, plan)
        progress(plan.title, number, len(folder.rows))
    for row in folder.rows:
        for relation in row.relations:
            start = loader.record(Kind.SOURCE, relation.from_)
            loader.link(relation.type, start, loader.record(Kind.SOURCE, relation.to), relation.reason)
    return plan


def _plan(loader: Loader, entry: e.PlanEntry) -> Plan:
    if loader.missing(Kind.PLAN, entry.ref):
        plan = Plan(
            ref=entry.ref,
            title=entry.title,
            summary=entry.summary,
            nation=entry.nation,
            stale_after_days=entry.stale_after_days,
        )
        loader.add(plan, entry)
    found = loader.record(Kind.PLAN, entry.ref)
    assert isinstance(found, Plan)
    return found


def _priorities(loader: Loader, folder: e.PlanFolder, plan: Plan) -> None:
    for position, entry in enumerate(folder.sets, 1):
        if entry.ref not in loader.sets:
            made = PrioritySet(ref=entry.ref, title=entry.title, position=position, plan_id=plan.id)
            loader.session.add(made)
            loader.sets[entry.ref] = made
    loader.session.flush()
    for priority in folder.priorities:
        if loader.missing(Kind.PRIORITY, priority.ref):
            loader.add(
                Priority(
                    ref=priority.ref,
                    title=priority.title,
                    summary=priority.summary,
                    plan_id=plan.id,
                    set_id=loader.sets[priority.set].id,
                    position=priority.order,
                    themes=loader.themes(priority.themes),
                ),
                priority,
            )


def _action(loader: Loader, entry: e.ActionEntry, plan: Plan, position: int) -> None:
    if not loader.missing(Kind.ACTION, entry.ref):
        return
    loader.add(
        Action(
            ref=entry.ref,
            title=entry.title,
            plan_id=plan.id,
            position=position,
            description=entry.description,
            owner_id=loader.record(Kind.POST, entry.owner).id if entry.owner else None,
            contributors=loader.organisations(entry.contributing),
            timescale=entry.timescale,
            term=entry.term,
            measure=entry.measure,
            support_needed=entry.support_needed,
            resources=entry.resources,
            recommendation=entry.recommendation,
            plan_fit=entry.plan_fit,
            closure=entry.closure,
            themes=loader.themes(entry.themes),
        ),
        entry,
    )


def _action_links(loader: Loader, entry: e.ActionEntry) -> None:
    action = loader.record(Kind.ACTION, entry.ref)
    for link in entry.priorities:
        loader.link(LinkType.DELIVERED_BY, loader.record(Kind.PRIORITY, link.priority), action, link.reason)
    for ref in entry.depends_on:
        loader.link(LinkType.DEPENDS_ON, action, loader.record(Kind.ACTION, ref))
    for ref in entry.same_as:
        loader.link(LinkType.SAME_AS, action, loader.record(Kind.ACTION, ref))
