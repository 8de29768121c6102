"""Saving a mapping: rows, links, history, and what may not be lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from kb import history
from kb.errors import Conflict, Invalid, NotAllowed
from kb.mapping import service as mapping
from kb.mapping.rows import ImplicationRow, LinkRow, Mapping, PointRow, ResponseRow
from kb.models.link import Link, LinkState, LinkType
from kb.models.plan import Plan, Response
from kb.models.record import Visibility
from kb.models.source import Implication, KeyPoint, Source

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from kb.permissions import Person
    from tests.factories import Make


class World:
    """One source with two key points and an implication that calls for a priority."""

    def __init__(self, session: Session, make: Make) -> None:
        self.session, self.make = session, make
        self.plan: Plan = make.plan()
        self.lead: Person = make.person(make.lead())
        self.source: Source = make.source()
        self.first: KeyPoint = make.key_point(self.source, position=1)
        self.second: KeyPoint = make.key_point(self.source, position=2)
        self.implication: Implication = make.implication(self.source, key_points=(self.first,))
        self.priority, self.other = make.priority(), make.priority()
        self.link: Link = make.link(self.implication, LinkType.CALLS_FOR, self.priority)
        self.reload()

    def reload(self) -> None:
        """Forget what is loaded, as the next request does."""
        self.session.flush()
        self.session.expunge_all()

    def stand(self) -> mapping.Stand:
        self.reload()
        return mapping.get(self.session, self.source.ref, self.plan, person=self.lead)

    def rows(self) -> Mapping:
        return mapping.as_rows(self.stand()).without_response()

    def save(self, given: Mapping, **values: Any) -> bool:
        stand = self.stand()
        values = {"version": stand.version, "by": self.lead, **values}
        self.reload()
        saved = mapping.save(self.session, self.source.ref, self.plan, given, **values)
        self.reload()
        return saved

    def state(self, link: Link | None = None) -> str:
        return self.session.get_one(Link, (link or self.link).id).state

    def told(self, record: Any) -> list[tuple[str, str | None, str | None]]:
        record = self.session.get_one(type(record), record.id)
        return [(c.field, c.old, c.new) for c in history.list_for(self.session, record, person=self.lead)]


@pytest.fixture
def world(session: Session, make: Make) -> World:
    return World(session, make)


def test_saving_what_stands_changes_nothing_and_leaves_no_history(world: World) -> None:
    assert world.save(world.rows()) is False
    assert world.told(world.source) == []


def test_a_new_key_point_and_a_new_implication_that_cites_it_are_saved_together(world: World) -> None:
    rows = world.rows()
    point = PointRow(7, text="Staff are promised rest", kind="commitment", promised_by="The ministry")
    implication = ImplicationRow(
        4, text="Rotas change", kind="wellbeing", cites=(0, 7), priorities=(world.other.ref,), reason="Rest"
    )
    assert world.save(Mapping((*rows.key_points, point), (*rows.implications, implication)))
    stand = world.stand()
    assert [one.title for one in stand.source.key_points][2:] == ["Staff are promised rest"]
    made = stand.source.implications[-1]
    assert [one.title for one in made.key_points] == [world.first.title, "Staff are promised rest"]
    assert [link.end.ref for link in stand.links_of(made, LinkType.CALLS_FOR)] == [world.other.ref]
    assert ("record", None, "Rotas change") in world.told(made)
    assert world.told(world.source)[0][0] == "mapping"


def test_rows_that_are_not_sent_stay(world: World) -> None:
    assert world.save(Mapping()) is False
    assert len(world.stand().source.key_points) == 2


def test_a_removed_key_point_goes_from_the_implications_that_cite_it_and_its_words_stay_in_the_history(
    world: World,
) -> None:
    rows = world.rows()
    gone = replace(rows.key_points[0], is_removed=True)
    assert world.save(replace(rows, key_points=(gone, rows.key_points[1])))
    stand = world.stand()
    assert [point.id for point in stand.source.key_points] == [world.second.id]
    assert stand.source.implications[0].key_points == []
    assert ("key_point", world.first.title, None) in world.told(world.source)


def test_a_removed_implication_takes_its_links_with_it(world: World) -> None:
    rows = world.rows()
    assert world.save(replace(rows, implications=(replace(rows.implications[0], is_removed=True),)))
    assert world.stand().source.implications == []
    assert world.session.get(Link, world.link.id) is None
    assert ("implication", world.implication.title, None) in world.told(world.source)


def test_a_priority_unticked_retires_its_link_and_ticked_again_it_is_current(world: World) -> None:
    rows = world.rows()
    row = rows.implications[0]
    world.save(replace(rows, implications=(replace(row, priorities=(), reason=""),)))
    assert world.state() == LinkState.RETIRED
    world.save(replace(rows, implications=(replace(row, reason="It is back"),)))
    link = world.session.get_one(Link, world.link.id)
    assert (link.state, link.reason) == (LinkState.CURRENT, "It is back")


def test_rewording_a_key_point_makes_the_links_that_rest_on_it_suspect(world: World) -> None:
    rows = world.rows()
    reworded = replace(rows.key_points[0], text="Something else altogether")
    world.save(replace(rows, key_points=(reworded, rows.key_points[1])))
    assert world.state() == LinkState.SUSPECT
    assert any(name == "link" and new and "suspect" in new for name, _, new in world.told(world.implication))


@pytest.mark.parametrize(("is_doubted", "state"), [(True, LinkState.SUSPECT), (False, LinkState.CURRENT)])
def test_rewording_an_implication_makes_its_links_suspect_only_where_the_person_says_so(
    world: World, is_doubted: bool, state: LinkState
) -> None:
    rows = world.rows()
    reworded = replace(rows.implications[0], text="Something else altogether", is_doubted=is_doubted)
    world.save(replace(rows, implications=(reworded,)))
    link = world.session.get_one(Link, world.link.id)
    assert link.state == state
    assert link.suspect_because == ("Its meaning changed: Something else altogether" if is_doubted else "")


def test_rewording_a_key_point_that_no_implication_cites_leaves_links_alone(world: World) -> None:
    rows = world.rows()
    reworded = replace(rows.key_points[1], text="Something else altogether")
    world.save(replace(rows, key_points=(rows.key_points[0], reworded)))
    assert world.state() == LinkState.CURRENT


def test_a_change_of_place_makes_no_link_suspect(world: World) -> None:
    rows = world.rows()
    world.save(replace(rows, key_points=(replace(rows.key_points[0], place="p. 9"), rows.key_points[1])))
    assert world.state() == LinkState.CURRENT


def test_a_link_whose_reason_the_same_save_changed_is_not_suspect(world: World) -> None:
    rows = world.rows()
    given = Mapping(
        (replace(rows.key_points[0], text="Something else"), rows.key_points[1]),
        (replace(rows.implications[0], reason="It still says so"),),
    )
    world.save(given)
    assert world.state() == LinkState.CURRENT


def test_links_to_another_plans_priorities_are_not_touched_by_ticks_but_become_suspect(world: World) -> None:
    elsewhere = world.make.priority(plan_id=world.make.plan().id)
    implication = world.session.get_one(Implication, world.implication.id)
    far = world.make.link(implication, LinkType.CALLS_FOR, elsewhere)
    rows = world.rows()
    world.save(replace(rows, implications=(replace(rows.implications[0], priorities=(), reason=""),)))
    assert world.state(far) == LinkState.CURRENT
    world.save(replace(rows, key_points=(replace(rows.key_points[0], text="Other words"),), implications=()))
    assert world.state(far) == LinkState.SUSPECT


def test_links_with_reasons_of_their_own_keep_them_when_another_is_ticked(world: World) -> None:
    implication = world.session.get_one(Implication, world.implication.id)
    world.make.link(implication, LinkType.CALLS_FOR, world.other, reason="For another reason")
    third = world.make.priority()
    rows = world.rows()
    assert rows.implications[0].reason == ""
    row = replace(rows.implications[0], priorities=(*rows.implications[0].priorities, third.ref), reason="New")
    world.save(replace(rows, implications=(row,)))
    reasons = world.session.scalars(select(Link.reason).where(Link.from_id == world.implication.id).order_by(Link.id))
    assert list(reasons) == ["It says so.", "For another reason", "New"]


def test_a_tick_without_a_reason_is_refused_and_nothing_is_saved(world: World) -> None:
    rows = world.rows()
    row = replace(rows.implications[0], priorities=(world.other.ref,), reason="")
    with pytest.raises(Invalid) as refused:
        world.save(replace(rows, implications=(row,)))
    assert refused.value.field == "implications-0-reason"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ref": "of-another-source"}, "implications-0-text"),
        ({"priorities": ("no-such",)}, "implications-0-priorities"),
        ({"staff_groups": ("no-such",)}, "implications-0-staff_groups"),
    ],
)
def test_what_is_not_known_is_refused_at_its_field(world: World, values: dict[str, Any], field: str) -> None:
    rows = world.rows()
    with pytest.raises(Invalid) as refused:
        world.save(replace(rows, implications=(replace(rows.implications[0], **values),)))
    assert refused.value.field == field


def test_a_key_point_of_another_source_is_refused(world: World) -> None:
    foreign = world.make.key_point()
    with pytest.raises(Invalid) as refused:
        world.save(Mapping((PointRow(0, ref=foreign.ref, text="Mine now"),)))
    assert refused.value.field == "key_points-0-text"


def test_the_first_answer_of_a_plan_becomes_a_response_with_its_links(world: World) -> None:
    action = world.make.action()
    row = ResponseRow(
        type="aligned",
        text="We do this too",
        actions=(LinkRow("response_actions-0", action.ref, "It does it"),),
        priorities=(LinkRow("response_priorities-0", world.other.ref, "It is first"),),
    )
    assert world.save(Mapping(response=row))
    stand = world.stand()
    assert stand.response is not None
    assert stand.response.title == f"How {world.plan.title} answers {world.source.title}"
    assert mapping.as_rows(stand).response == row


def test_an_empty_answer_makes_no_response(world: World) -> None:
    assert world.save(Mapping(response=ResponseRow())) is False
    assert world.session.scalars(select(Response)).all() == []


def test_an_answer_that_changes_keeps_the_links_that_no_row_speaks_of(world: World) -> None:
    action, gone = world.make.action(), world.make.action()
    response = world.make.response(world.session.get_one(Source, world.source.id), response_type="aligned", text="Yes")
    kept = world.make.link(response, LinkType.ANSWERED_BY, action)
    dropped = world.make.link(response, LinkType.ANSWERED_BY, gone)
    post = world.make.post()
    row = ResponseRow(
        type="monitoring",
        text="We watch",
        owner=post.ref,
        actions=(LinkRow("response_actions-0", gone.ref, "x", is_removed=True),),
    )
    assert world.save(Mapping(response=row))
    assert (world.state(kept), world.state(dropped)) == (LinkState.CURRENT, LinkState.RETIRED)
    assert ("owner", None, post.title) in world.told(response)
    assert ("text", "Yes", "We watch") in world.told(response)


def test_an_action_named_twice_and_a_kind_of_answer_without_words_are_refused(world: World) -> None:
    action = world.make.action()
    twice = tuple(LinkRow(f"response_actions-{n}", action.ref, "why") for n in range(2))
    with pytest.raises(Invalid, match="twice") as refused:
        world.save(Mapping(response=ResponseRow(text="Yes", actions=twice)))
    assert refused.value.field == "response_actions-1-ref"
    with pytest.raises(Invalid) as refused:
        world.save(Mapping(response=ResponseRow(type="aligned")))
    assert refused.value.field == "response-text"


def test_a_stale_version_is_a_conflict_that_says_who_saved(world: World) -> None:
    rows = world.rows()
    version = world.stand().version
    world.save(replace(rows, key_points=(replace(rows.key_points[0], text="First to save"), rows.key_points[1])))
    with pytest.raises(Conflict) as refused:
        world.save(rows, version=version)
    assert refused.value.saved_by == world.lead.name
    assert refused.value.version == world.stand().version
    assert world.stand().source.key_points[0].title == "First to save"


def test_removing_a_row_makes_older_pages_stale(world: World) -> None:
    rows = world.rows()
    world.save(replace(rows, key_points=(replace(rows.key_points[0], text="Again"), rows.key_points[1])))
    version = world.stand().version
    world.save(Mapping((replace(rows.key_points[0], is_removed=True),)))
    assert world.stand().version > version


def test_every_save_moves_the_source_on(world: World) -> None:
    before = world.stand().source.version
    rows = world.rows()
    world.save(replace(rows, key_points=(replace(rows.key_points[0], place="p. 2"),)))
    assert world.stand().source.version > before


def test_only_leads_map_and_only_the_plans_own_lead_answers_for_it(world: World) -> None:
    viewer = world.make.person(world.make.viewer())
    with pytest.raises(NotAllowed):
        world.save(world.rows(), by=viewer)
    elsewhere = world.make.person(world.make.lead(world.make.plan()))
    with pytest.raises(NotAllowed):
        world.save(Mapping(response=ResponseRow(text="Not mine to say")), by=elsewhere)


def test_what_is_mapped_in_a_draft_is_a_draft_itself(world: World) -> None:
    world.session.get_one(Source, world.source.id).visibility = Visibility.DRAFT
    given = Mapping(
        (PointRow(7, text="Staff are promised rest", kind="point"),),
        (ImplicationRow(4, text="Rotas change", kind="wellbeing"),),
        ResponseRow(text="We have begun"),
    )
    assert world.save(given)
    stand = world.stand()
    assert stand.response is not None
    made = (stand.source.key_points[-1], stand.source.implications[-1], stand.response)
    assert {(one.visibility, one.author_id) for one in made} == {(Visibility.DRAFT, world.lead.user_id)}
