"""Joining records on the page, and deciding about suspect links."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from kb import link_choices
from kb.models.history import Change
from kb.models.link import ALLOWED, Link, LinkState, LinkType
from kb.models.record import Kind

HOSTILE = ["<script>alert(1)</script>", "%", "_", "'; DROP TABLE record; --", "‮מ", "x" * 5_000, "*:*"]


def only_link(session):
    return session.scalars(select(Link)).one()


def test_every_allowed_pair_can_be_made_from_both_of_its_ends_and_no_other():
    offered = set()
    for kind in Kind:
        for way in link_choices.ways_from(kind):
            pairs = {(other, kind) if way.is_back else (kind, other) for other in way.kinds}
            assert pairs <= ALLOWED[way.type]
            offered |= {(way.type, pair, way.is_back) for pair in pairs}
    for type, pairs in ALLOWED.items():
        for pair in pairs:
            assert (type, pair, False) in offered
            assert (type, pair, True) in offered or type == LinkType.SAME_AS


def test_a_lead_joins_an_implication_to_a_priority_in_one_go(browse, make):
    implication, priority = make.implication(title="More nurses"), make.priority(title="Perinatal care")
    browse.sign_in(make.lead())
    address = f"/links/new?from=implication:{implication.ref}"
    answer = browse.post(address, {"way": "calls-for", "words": "perinatal CARE", "reason": "It asks for staff."})
    assert answer.status_code == 303
    assert answer.location.endswith(f"/implications/{implication.ref}")
    link = only_link(make.session)
    assert (link.from_id, link.to_id, link.type) == (implication.id, priority.id, "calls-for")
    assert link.reason == "It asks for staff."
    told = browse.get(f"/sources/{implication.source_id}", follow_redirects=True).text
    assert "“More nurses” now calls for “Perinatal care”." in told.replace("&#34;", '"')


def test_words_that_fit_several_records_give_a_choice_and_keep_the_reason(browse, make):
    source = make.source(title="Old strategy")
    first, second = make.source(title="New strategy 2026"), make.source(title="New strategy 2027")
    browse.sign_in(make.lead())
    address = f"/links/new?from=source:{source.ref}"
    typed = {"way": "supersedes-back", "words": "new strategy", "reason": "It says so on page 2."}
    asked = browse.post(address, typed)
    assert asked.status_code == 422
    assert f'value="source:{first.ref}"' in asked.text
    assert "It says so on page 2." in asked.text
    saved = browse.post(address, {**typed, "chosen": f"source:{second.ref}"})
    assert saved.status_code == 303
    link = only_link(make.session)
    assert (link.from_id, link.to_id) == (second.id, source.id)


def test_looking_for_a_record_asks_for_no_reason_and_saves_nothing(browse, make):
    implication = make.implication()
    make.priority(title="Perinatal care")
    browse.sign_in(make.lead())
    address = f"/links/new?from=implication:{implication.ref}"
    answer = browse.post(address, {"way": "calls-for", "words": "care", "find": "1"})
    assert answer.status_code == 200
    assert "Perinatal care" in answer.text
    assert "Say why" not in answer.text
    assert make.session.scalars(select(Link)).all() == []


def test_nothing_is_linked_without_a_way_a_record_and_a_reason(browse, make):
    source = make.source()
    make.source(title="Another")
    browse.sign_in(make.lead())
    answer = browse.post(f"/links/new?from=source:{source.ref}", {"way": "", "words": "", "reason": ""})
    assert answer.status_code == 422
    assert "Choose how they are joined" in answer.text
    assert "Say why, in one sentence" in answer.text
    for words in ("", "no such title"):
        answer = browse.post(
            f"/links/new?from=source:{source.ref}", {"way": "amends", "words": words, "reason": "So it is."}
        )
        assert answer.status_code == 422
    assert make.session.scalars(select(Link)).all() == []


def test_a_link_that_closes_a_circle_comes_back_beside_its_field(browse, make):
    first, second = make.source(title="First act"), make.source(title="Second act")
    make.link(first, LinkType.AMENDS, second)
    browse.sign_in(make.lead())
    answer = browse.post(
        f"/links/new?from=source:{second.ref}", {"way": "amends", "words": "first act", "reason": "It does."}
    )
    assert answer.status_code == 422
    assert "would close a circle" in answer.text


def test_a_retired_link_is_taken_up_again_with_the_new_reason(browse, make):
    implication, priority = make.implication(), make.priority(title="Perinatal care")
    make.link(implication, LinkType.CALLS_FOR, priority, state=LinkState.RETIRED)
    browse.sign_in(make.lead())
    browse.post(
        f"/links/new?from=implication:{implication.ref}",
        {"way": "calls-for", "words": "perinatal care", "reason": "Asked for again."},
    )
    link = only_link(make.session)
    assert (link.state, link.reason) == (LinkState.CURRENT, "Asked for again.")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text_and_never_a_fault(browse, make, text):
    source = make.source(title="<i>Slanted</i>")
    make.source(title=text[:300])
    browse.sign_in(make.lead())
    for values in (
        {"way": text, "words": text, "chosen": text, "reason": text},
        {"way": "amends", "words": text, "chosen": text, "reason": text, "find": "1"},
    ):
        answer = browse.post(f"/links/new?from=source:{source.ref}", values)
        assert answer.status_code in (200, 303, 422)
        assert "<script>alert" not in answer.text
        assert "<i>Slanted" not in answer.text


@pytest.mark.parametrize("name", ["", "source:", ":", "source:nothing", "nonsense:x", "%00", "x" * 5_000])
def test_a_name_that_names_nothing_is_not_found(browse, make, name):
    browse.sign_in(make.lead())
    assert browse.get(f"/links/new?from={name}").status_code in (400, 404)


def test_a_record_that_takes_no_links_says_so(browse, make):
    browse.sign_in(make.lead())
    answer = browse.get(f"/links/new?from=key-point:{make.key_point().ref}")
    assert answer.status_code == 422
    assert "no links of its own" in answer.text


def test_another_plans_priority_is_neither_changed_nor_offered_what_its_leads_alone_decide(browse, make):
    mine, theirs = make.plan(), make.plan()
    action = make.action(plan_id=mine.id)
    make.priority(plan_id=theirs.id, title="Their priority")
    browse.sign_in(make.lead(mine))
    answer = browse.get(f"/links/new?from=action:{action.ref}&way=delivered-by-back")
    assert "Their priority" not in answer.text
    foreign = make.action(plan_id=theirs.id)
    refused = browse.get(f"/links/new?from=action:{foreign.ref}")
    assert "depends on another action" not in refused.text


def test_a_suspect_link_is_confirmed_with_a_reason(browse, make):
    implication, priority = make.implication(), make.priority()
    link = make.link(implication, LinkType.CALLS_FOR, priority, state=LinkState.SUSPECT)
    browse.sign_in(make.lead())
    page = browse.get(f"/links/{link.id}/confirm")
    assert page.status_code == 200
    assert "What it rests on has changed" in page.text
    assert browse.post(f"/links/{link.id}/confirm", {"reason": ""}).status_code == 422
    assert only_link(make.session).state == LinkState.SUSPECT
    assert browse.post(f"/links/{link.id}/confirm", {"reason": "Read again."}).status_code == 303
    link = only_link(make.session)
    assert link.state == LinkState.CURRENT
    assert link.confirmed_at is not None
    change = make.session.scalars(select(Change).where(Change.record_id == implication.id)).one()
    assert change.reason == "Read again."


def test_a_suspect_link_is_retired_with_a_reason(browse, make):
    link = make.link(make.implication(), LinkType.CALLS_FOR, make.priority(), state=LinkState.SUSPECT)
    browse.sign_in(make.lead())
    answer = browse.post(f"/links/{link.id}/retire", {"reason": "No longer said."}, page=f"/links/{link.id}/confirm")
    assert answer.status_code == 303
    assert only_link(make.session).state == LinkState.RETIRED


def test_links_that_start_at_another_plan_are_not_the_leads_to_decide(browse, make):
    mine, theirs = make.plan(), make.plan()
    priority, action = make.priority(plan_id=theirs.id), make.action(plan_id=theirs.id)
    link = make.link(priority, LinkType.DELIVERED_BY, action)
    browse.sign_in(make.lead(mine))
    assert browse.get(f"/links/{link.id}/confirm").status_code == 403
    for deed in ("confirm", "retire"):
        answer = browse.post(f"/links/{link.id}/{deed}", {"reason": "Mine now."}, page="/help")
        assert answer.status_code == 403


@pytest.mark.parametrize("role", ["viewer", "steering", "administrator", "owner"])
def test_only_leads_join_records(browse, make, role):
    source = make.source()
    link = make.link(make.implication(), LinkType.CALLS_FOR, make.priority())
    browse.sign_in(getattr(make, role)())
    assert browse.get(f"/links/new?from=source:{source.ref}").status_code == 403
    assert browse.get(f"/links/{link.id}/confirm").status_code == 403


def test_a_link_that_is_not_there_is_not_found(browse, make):
    browse.sign_in(make.lead())
    assert browse.get("/links/4000000/confirm").status_code == 404
    assert browse.get("/links/99999999999999999999/confirm").status_code in (404, 422)
    assert browse.post("/links/4000000/retire", {"reason": "x"}, page="/help").status_code == 404


@pytest.mark.parametrize("words", ["{0.ref}", "action:{0.ref}", "{0.title}"])
def test_an_action_does_not_wait_for_itself(browse, make, words):
    action = make.action(title="Train all wards")
    browse.sign_in(make.lead())
    values = {"words": words.format(action), "reason": "It comes first."}
    for way in ("depends-on", "depends-on-back"):
        answer = browse.post(f"/links/new?from=action:{action.ref}", values | {"way": way})
        assert answer.status_code == 422
        assert "It cannot wait for itself" in answer.text
        assert "No record that fits" not in answer.text


def test_a_record_is_not_joined_to_itself_in_any_other_way(browse, make):
    source = make.source(title="Talk to all")
    browse.sign_in(make.lead())
    values = {"way": "supersedes", "words": source.ref, "reason": "It is newer."}
    answer = browse.post(f"/links/new?from=source:{source.ref}", values)
    assert (answer.status_code, "A record cannot be linked to itself" in answer.text) == (422, True)
