from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kb.db import now
from kb.models.link import LinkState, LinkType
from kb.models.record import Visibility
from kb.permissions import SYSTEM
from kb.planning import waiting
from tests.conftest import TODAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sqlalchemy.orm import Session

    from tests.factories import Make


def _answered(make: Make, title: str, **values: Any) -> Any:
    """A source to which the plan has answered."""
    source = make.source(title=title, **values)
    make.response(source, response_type="aligned", text="We act")
    return source


def test_reviews_come_most_overdue_first_and_once_for_a_row_of_two_sources(session: Session, make: Make) -> None:
    first, second = make.source(title="First"), make.source(title="Second")
    make.response(first, second, review_by=TODAY + timedelta(days=2))
    make.response(second, review_by=TODAY - timedelta(days=2))
    make.response(first, review_by=TODAY + timedelta(days=3))
    make.response(first)
    found = waiting.list_reviews(session, make.the_plan, person=SYSTEM, until=TODAY + timedelta(days=2))
    assert [one.source.title for one in found] == ["Second", "First"]


def test_reviews_of_hidden_rows_and_hidden_sources_are_not_listed(session: Session, make: Make) -> None:
    hidden, shown = make.source(visibility=Visibility.DRAFT), make.source(title="Shown")
    make.response(shown, review_by=TODAY, visibility=Visibility.DRAFT)
    make.response(hidden, review_by=TODAY)
    make.response(hidden, shown, review_by=TODAY)
    viewer = make.person(make.viewer())
    found = waiting.list_reviews(session, make.the_plan, person=viewer, until=TODAY)
    assert [one.source.title for one in found] == ["Shown"]


def test_suspect_links_are_grouped_by_the_record_they_start_from_with_what_changed_the_oldest_first(
    session: Session, make: Make
) -> None:
    implication, bare, lead = make.implication(), make.source(), make.person(make.lead())
    at, why = now(), "A key point was reworded"
    make.link(bare, LinkType.CALLS_FOR, make.priority(), state=LinkState.SUSPECT)
    for days, priority in ((1, make.priority()), (3, make.priority())):
        since = at - timedelta(days=days)
        make.link(
            implication, LinkType.CALLS_FOR, priority, state=LinkState.SUSPECT, suspect_since=since, suspect_because=why
        )
        make.link(make.implication(), LinkType.CALLS_FOR, priority)
    known, unknown = waiting.list_doubts(session, make.the_plan, person=lead)
    assert (known.record.id, len(known.links), known.why) == (implication.id, 2, why)
    assert known.since == at - timedelta(days=3)
    assert (unknown.record.id, unknown.why, unknown.since) == (bare.id, "", None)


def test_suspect_links_into_other_plans_or_from_hidden_records_are_not_listed(session: Session, make: Make) -> None:
    ours, theirs = make.priority(), make.priority(plan_id=make.plan().id)
    make.link(make.source(), LinkType.CALLS_FOR, theirs, state=LinkState.SUSPECT)
    make.link(make.source(visibility=Visibility.DRAFT), LinkType.CALLS_FOR, ours, state=LinkState.SUSPECT)
    assert waiting.list_doubts(session, make.the_plan, person=make.person(make.viewer())) == []


def test_the_last_confirmation_is_known(session: Session, make: Make) -> None:
    assert waiting.last_confirmed(session, make.the_plan, person=SYSTEM) is None
    at = now()
    make.link(make.source(), LinkType.CALLS_FOR, make.priority(), confirmed_at=at)
    make.link(make.source(), LinkType.CALLS_FOR, make.priority(), confirmed_at=at - timedelta(days=3))
    theirs = make.priority(plan_id=make.plan().id)
    make.link(make.source(), LinkType.CALLS_FOR, theirs, confirmed_at=at + timedelta(days=1))
    assert waiting.last_confirmed(session, make.the_plan, person=SYSTEM) == at


def test_answered_sources_that_are_over_without_a_successor_are_listed_the_last_first(
    session: Session, make: Make
) -> None:
    day = {"ends_precision": "day", "ends_words": "stated"}
    _answered(make, "Ended long ago", status="ended", ends_on=TODAY - timedelta(days=900), **day)
    _answered(make, "Past its end", ends_on=TODAY - timedelta(days=1), **day)
    _answered(make, "Ends today", ends_on=TODAY, **day)
    _answered(make, "Withdrawn", status="withdrawn")
    _answered(make, "In force")
    make.source(title="Not mapped", status="ended")
    make.response(make.source(title="Empty row", status="ended"))
    followed, newer = _answered(make, "Followed", status="superseded"), make.source()
    make.link(newer, LinkType.SUPERSEDES, followed)
    again = _answered(make, "Followed once", status="superseded")
    make.link(newer, LinkType.SUPERSEDES, again, state=LinkState.RETIRED)
    found = waiting.list_over(session, make.the_plan, person=SYSTEM, today=TODAY)
    assert [source.title for source in found] == ["Past its end", "Ended long ago", "Withdrawn", "Followed once"]


def test_what_waits_takes_as_many_statements_for_many_as_for_few(
    session: Session, make: Make, count_statements: Callable[[], Any]
) -> None:
    def statements() -> int:
        session.flush()
        with count_statements() as count:
            waiting.list_reviews(session, make.the_plan, person=SYSTEM, until=TODAY)
            waiting.list_doubts(session, make.the_plan, person=SYSTEM)
            waiting.list_over(session, make.the_plan, person=SYSTEM, today=TODAY)
        return int(count.number)

    def more() -> None:
        source = _answered(make, "Over", status="ended")
        make.response(source, make.source(), review_by=TODAY)
        make.link(source, LinkType.CALLS_FOR, make.priority(), state=LinkState.SUSPECT)

    more()
    few = statements()
    for _ in range(10):
        more()
    assert statements() == few
