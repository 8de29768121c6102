"""Merging two records of one kind, and leaving nothing that points to the one that goes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from actions.indicator_models import Indicator
from actions.models import Action, Milestone
from kb import history
from kb.errors import Invalid, NotAllowed
from kb.models.figure import Figure
from kb.models.link import Link, LinkState, LinkType
from kb.models.organisation import PostHolding, StaffGroup
from kb.models.plan import PrioritySet
from kb.models.record import Record
from kb.models.shortlist import Shortlist, ShortlistItem
from kb.models.source import Mention, Source, SourceName, SourceNation
from kb.models.term import Meaning
from kb.permissions import SYSTEM
from kb.removal import deleting, merging, repointing

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.factories import Make

WHY = "Entered twice"


def _sources(session: Session, make: Make) -> tuple[Record, Record]:
    themes = [make.theme(), make.theme()]
    body = make.organisation()
    found = []
    for name in ("loser", "survivor"):
        source = make.source(ref=name, title=f"The {name}", nations=("wales",), themes=list(themes), publishers=[body])
        points = [make.key_point(source, position=number) for number in (1, 2)]
        make.implication(source, key_points=tuple(points), position=1)
        make.response(source)
        make.link(source, LinkType.CALLS_FOR, make.priority())
        session.add_all(
            [
                Figure(ref=f"f-{name}", title="Posts", source_id=source.id, position=1, figure_kind="fact", value="3"),
                PrioritySet(ref=f"set-{name}", title="Goals", source_id=source.id),
                Mention(source_id=source.id, document="001", line=3, named_as=name),
                SourceName(source_id=source.id, name="LTP"),
                Shortlist(user_id=make.user().id, items=[ShortlistItem(record_id=source.id)]),
            ]
        )
        make.plan(source_id=source.id)
        found.append(source)
    make.response(*found)
    session.add(SourceNation(source_id=found[0].id, nation="england"))
    deleting.delete(session, make.key_point(found[0], position=3), reason="Says nothing", by=SYSTEM)
    return found[0], found[1]


def _organisations(session: Session, make: Make) -> tuple[Record, Record]:
    loser, survivor = make.organisation(), make.organisation()
    for body in (loser, survivor):
        make.post(organisation_id=body.id)
        make.source(publishers=[body])
        make.action(contributors=[body])
    make.source(publishers=[loser, survivor])
    return loser, survivor


def _themes(session: Session, make: Make) -> tuple[Record, Record]:
    loser, survivor = make.theme(also_called="Perinatal; PNMH"), make.theme(also_called="PNMH")
    make.source(themes=[loser, survivor]), make.source(themes=[loser])
    return loser, survivor


def _terms(session: Session, make: Make) -> tuple[Record, Record]:
    survivor = make.term("CMHT", "Community mental health team")
    loser = make.term("CMHTs", "community mental health team", "Community mental health trust")
    return loser, survivor


def _posts(session: Session, make: Make) -> tuple[Record, Record]:
    loser, survivor = make.post(), make.post()
    make.owner(loser)
    make.action(owner_id=loser.id, sponsor_id=loser.id), make.response(owner_id=loser.id)
    session.add(Indicator(ref="i", title="Filled", plan_id=make.the_plan.id, owner_id=loser.id))
    make.update(make.action(), post_id=loser.id)
    return loser, survivor


def _staff_groups(session: Session, make: Make) -> tuple[Record, Record]:
    loser, survivor = StaffGroup(ref="a", title="Nurses"), StaffGroup(ref="b", title="Nursing staff")
    session.add_all([loser, survivor])
    session.flush()
    make.implication(staff_groups=[loser, survivor]), make.implication(staff_groups=[loser])
    return loser, survivor


def _actions(session: Session, make: Make) -> tuple[Record, Record]:
    loser, survivor = make.action(), make.action()
    make.update(loser, confidence="off-track"), make.update(survivor, days_ago=40)
    session.add(Milestone(action_id=loser.id, title="Half way"))
    make.link(make.priority(), LinkType.DELIVERED_BY, loser)
    make.link(make.action(), LinkType.DEPENDS_ON, loser)
    return loser, survivor


PAIRS: dict[str, Callable[[Session, Make], tuple[Record, Record]]] = {
    "source": _sources,
    "organisation": _organisations,
    "theme": _themes,
    "term": _terms,
    "post": _posts,
    "staff group": _staff_groups,
    "action": _actions,
}


@pytest.mark.parametrize("kind", PAIRS)
def test_nothing_points_to_the_one_that_went(kind: str, session: Session, make: Make) -> None:
    loser, survivor = PAIRS[kind](session, make)
    history.note(session, loser, "title", "Old", loser.title, by=SYSTEM)
    session.flush()
    pointed = [column for column in repointing.pointers() if _rows(session, column, loser.id)]
    assert pointed, "the trial needs something that points to it"
    merging.merge(session, loser, survivor, reason=WHY, by=SYSTEM)
    left = [str(column) for column in repointing.pointers() if _rows(session, column, loser.id)]
    assert left == []
    assert loser.merged_into_id == survivor.id
    told = {(change.field, change.old) for change in history.list_for(session, survivor, person=SYSTEM)}
    assert {("title", "Old"), ("merged", loser.title)} <= told


def _rows(session: Session, column: Any, record_id: int) -> int:
    return session.connection().scalar(select(func.count()).select_from(column.table).where(column == record_id)) or 0


def test_every_foreign_key_to_a_record_is_known() -> None:
    names = {f"{column.table.name}.{column.name}" for column in repointing.pointers()}
    assert {"link.from_id", "link.to_id", "change.record_id", "action.owner_id", "key_point.source_id"} <= names
    assert "source.id" not in names


def test_the_survivor_takes_what_it_lacks_and_keeps_what_it_has(session: Session, make: Make) -> None:
    dated = {"published_on": date(2019, 1, 7), "published_precision": "day"}
    loser = make.source(title="The long plan", summary="Theirs", link="https://example.org/", **dated)
    survivor = make.source(summary="Ours")
    merging.merge(session, loser, survivor, reason=WHY, by=SYSTEM)
    assert (survivor.summary, survivor.link) == ("Ours", "https://example.org/")
    assert survivor.published_on == date(2019, 1, 7)
    names = session.scalars(select(SourceName.name).where(SourceName.source_id == survivor.id))
    assert list(names) == ["The long plan"]


def test_of_two_links_that_say_the_same_the_better_reason_stays(session: Session, make: Make) -> None:
    loser, survivor, priority = make.source(), make.source(), make.priority()
    make.link(survivor, LinkType.CALLS_FOR, priority, reason="Yes.", state=LinkState.SUSPECT)
    make.link(loser, LinkType.CALLS_FOR, priority, reason="Section 3 asks for more nurses.")
    make.link(loser, LinkType.SUPERSEDES, survivor)
    merging.merge(session, loser, survivor, reason=WHY, by=SYSTEM)
    link = session.scalars(select(Link)).one()
    assert (link.from_id, link.reason, link.state) == (survivor.id, "Section 3 asks for more nurses.", "current")


def test_parts_are_numbered_on_behind_those_of_the_survivor(session: Session, make: Make) -> None:
    loser, survivor = make.source(), make.source()
    for source in (loser, survivor):
        for position in (1, 2):
            make.key_point(source, position=position, title=f"{source.ref} {position}")
    merging.merge(session, loser, survivor, reason=WHY, by=SYSTEM)
    query = select(Record.title).where(Record.kind == "key_point").order_by(Record.id)
    assert len(session.scalars(query).all()) == 4


def test_a_meaning_that_both_give_is_kept_once(session: Session, make: Make) -> None:
    loser, survivor = _terms(session, make)
    merging.merge(session, loser, survivor, reason=WHY, by=SYSTEM)
    found = session.scalars(select(Meaning.expansion).where(Meaning.term_id == survivor.id).order_by(Meaning.position))
    assert list(found) == ["Community mental health team", "Community mental health trust"]


def test_an_action_repeats_the_newest_update_of_either(session: Session, make: Make) -> None:
    loser, survivor = _actions(session, make)
    merging.merge(session, loser, survivor, reason=WHY, by=SYSTEM)
    merged = session.scalars(select(Action).where(Action.id == survivor.id)).one()
    assert (merged.confidence, merged.last_said_on) == ("off-track", make.today)


def test_of_two_requests_for_the_same_change_of_both_actions_one_stays_open(session: Session, make: Make) -> None:
    loser, survivor = make.action(), make.action()
    second, first = (make.request(one, make.user(), proposed_on=make.today) for one in (loser, survivor))
    other = make.request(loser, make.user(), what="scope", proposed_words="Train all")
    merging.merge(session, loser, survivor, reason=WHY, by=SYSTEM)
    assert [one.action_id for one in (first, second, other)] == [survivor.id] * 3
    assert [one.state for one in (first, second, other)] == ["open", "withdrawn", "open"]


def test_two_posts_that_two_people_hold_are_not_merged(session: Session, make: Make) -> None:
    one, other = make.post(), make.post()
    make.owner(one), make.owner(other)
    with pytest.raises(Invalid, match="Both posts are held now"):
        merging.merge(session, one, other, reason=WHY, by=SYSTEM)


def test_somebody_who_holds_both_posts_holds_one(session: Session, make: Make) -> None:
    one, other = make.post(), make.post()
    user = make.owner(one)
    session.add(PostHolding(post_id=other.id, user_id=user.id, from_on=date(2025, 1, 1)))
    merging.merge(session, one, other, reason=WHY, by=SYSTEM)
    assert session.scalar(select(func.count(PostHolding.id))) == 1


def test_a_merge_that_would_close_a_circle_is_refused(session: Session, make: Make) -> None:
    one, middle, other = make.source(), make.source(), make.source()
    make.link(one, LinkType.SUPERSEDES, middle)
    make.link(middle, LinkType.SUPERSEDES, other)
    with pytest.raises(Invalid, match="through a third"):
        merging.merge(session, one, other, reason=WHY, by=SYSTEM)


def test_a_draft_is_not_merged_with_what_all_may_read(session: Session, make: Make) -> None:
    with pytest.raises(Invalid, match="draft"):
        merging.merge(session, make.source(visibility="draft"), make.source(), reason=WHY, by=SYSTEM)


def test_merging_is_for_those_who_may_change_both(session: Session, make: Make) -> None:
    one, other = make.source(), make.source()
    with pytest.raises(NotAllowed):
        merging.merge(session, one, other, reason=WHY, by=make.person(make.viewer()))
    assert session.scalar(select(func.count(Source.id))) == 2
