"""Joining records on the page, and deciding about suspect links."""

from __future__ import annotations

import re

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


def test_several_are_linked_at_once_for_one_reason(browse, make):
    implication = make.implication(title="More nurses")
    first, second, third = (make.priority(title=f"Perinatal care {number}") for number in (1, 2, 3))
    browse.sign_in(make.lead())
    address = f"/links/new?from=implication:{implication.ref}"
    ticked = [f"priority:{first.ref}", f"priority:{second.ref}"]
    found = browse.post(address, {"way": "calls-for", "words": "perinatal", "chosen": ticked[:1], "find": "1"})
    assert found.text.count(" checked") == 1
    assert f'value="priority:{third.ref}"' in found.text
    answer = browse.post(address, {"way": "calls-for", "words": "perinatal", "chosen": ticked, "reason": "It asks."})
    assert answer.status_code == 303
    made = make.session.scalars(select(Link)).all()
    assert {(link.to_id, link.reason) for link in made} == {(first.id, "It asks."), (second.id, "It asks.")}


def test_of_several_nothing_is_linked_where_one_is_refused_and_the_message_names_it(browse, make):
    here = make.action(title="Here")
    fine, circle, there = make.action(title="Fine"), make.action(title="Circle"), make.action(title="There")
    other_kind = make.priority(title="Other kind")
    make.link(circle, LinkType.DEPENDS_ON, here)
    make.link(here, LinkType.DEPENDS_ON, there)
    browse.sign_in(make.lead())
    chosen = [f"{each.kind}:{each.ref}" for each in (fine, circle, there, other_kind)]
    typed = {"way": "depends-on", "chosen": chosen, "reason": "It comes first."}
    answer = browse.post(f"/links/new?from=action:{here.ref}", typed)
    assert answer.status_code == 422
    assert "Nothing is linked yet. Untick “Circle” (This would close a circle" in answer.text
    assert "“There” (“Here” already depends on “There”)" in answer.text
    assert "“Other kind” (“depends on” cannot join an action to a priority" in answer.text
    assert "“Fine” (" not in answer.text
    assert answer.text.count(" checked") == len(chosen)
    assert "It comes first." in answer.text
    assert len(make.session.scalars(select(Link)).all()) == 2
    again = browse.post(f"/links/new?from=action:{here.ref}", typed | {"chosen": chosen[:1]})
    assert again.status_code == 303


def test_of_several_those_that_other_leads_decide_are_refused_by_name(browse, make):
    mine, theirs = make.plan(), make.plan()
    action = make.action(plan_id=mine.id)
    own, foreign = make.priority(plan_id=mine.id), make.priority(plan_id=theirs.id, title="Their priority")
    browse.sign_in(make.lead(mine))
    answer = browse.post(
        f"/links/new?from=action:{action.ref}",
        {"way": "delivered-by-back", "chosen": [f"priority:{own.ref}", f"priority:{foreign.ref}"], "reason": "So."},
    )
    assert answer.status_code == 422
    assert "“Their priority” (only the strategy leads of its plan may link it)" in answer.text
    assert make.session.scalars(select(Link)).all() == []


def test_what_was_ticked_and_may_not_be_seen_is_left_out_with_a_word(browse, make):
    action, priority = make.action(), make.priority(title="Seen")
    hidden = make.priority(title="Hidden", plan_id=make.plan().id, visibility="draft")
    browse.sign_in(make.lead(make.the_plan))
    answer = browse.post(
        f"/links/new?from=action:{action.ref}",
        {
            "way": "delivered-by-back",
            "chosen": [f"priority:{priority.ref}", f"priority:{hidden.ref}", "priority:gone"],
            "reason": "So.",
        },
    )
    assert answer.status_code == 422
    assert "is not there any more" in answer.text
    assert "Hidden" not in answer.text
    assert make.session.scalars(select(Link)).all() == []


def test_very_many_are_not_linked_at_once(browse, make):
    source = make.source()
    chosen = [f"source:{make.source().ref}" for _ in range(link_choices.MOST_AT_ONCE + 1)]
    browse.sign_in(make.lead())
    address = f"/links/new?from=source:{source.ref}"
    answer = browse.post(address, {"way": "draws-on", "chosen": chosen, "reason": "So."})
    assert (answer.status_code, f"at most {link_choices.MOST_AT_ONCE}" in answer.text) == (422, True)
    assert make.session.scalars(select(Link)).all() == []


def test_records_are_found_in_place_as_on_the_page(browse, make):
    implication, plan = make.implication(), make.plan(title="Plan for Wales")
    priority = make.priority(title="Perinatal care", plan_id=plan.id)
    make.priority(title="Perinatal draft", plan_id=make.plan().id, visibility="draft")
    make.link(implication, LinkType.CALLS_FOR, make.priority(title="Perinatal, linked"))
    browse.sign_in(make.lead(plan))
    start = f"/links/find?from=implication:{implication.ref}"
    answer = browse.get(f"{start}&way=calls-for&q=perin")
    assert answer.json["says"] == "1 record found"
    assert answer.json["found"] == [
        {"value": f"priority:{priority.ref}", "title": "Perinatal care", "about": "Plan for Wales"}
    ]
    assert browse.get(f"{start}&way=calls-for&q=zzz").json["found"] == []
    assert "how they are joined" in browse.get(f"{start}&way=nonsense&q=perin").json["says"]
    assert browse.get("/links/find?from=implication:nothing&way=calls-for&q=x").status_code == 404


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_find_nothing_and_are_no_fault(browse, make, text):
    source = make.source()
    browse.sign_in(make.lead())
    query = {"from": f"source:{source.ref}", "way": "amends", "q": text}
    assert browse.get("/links/find", query_string=query).json["found"] == []


def test_an_implication_of_a_source_that_may_not_be_seen_is_not_found(browse, make):
    plan = make.plan()
    draft = make.source(visibility="draft", plan_id=make.plan().id)
    make.implication(draft, title="Perinatal secret")
    priority = make.priority(plan_id=plan.id)
    browse.sign_in(make.lead(plan))
    query = f"/links/find?from=priority:{priority.ref}&way=calls-for-back&q=perinatal"
    assert browse.get(query).json["found"] == []


def likely_pair(make):
    priority = make.priority(title="Perinatal nurses")
    action = make.action(title="Train perinatal nurses")
    return f"/links/new?from=priority:{priority.ref}", {"way": "delivered-by", "to": f"action:{action.ref}"}


def deed(address, name):
    return address.replace("/links/new", f"/links/likely/{name}")


def test_a_suggested_link_is_marked_with_its_why_and_made_with_the_reason_of_the_person(browse, make):
    address, pair = likely_pair(make)
    browse.sign_in(make.lead())
    page = browse.get(address).text
    assert "Suggested:" in page
    assert "similar words: nurses, perinatal" in page
    assert make.session.scalars(select(Link)).all() == []
    answer = browse.post(deed(address, "accept"), {**pair, "reason": "They nurse."}, page=address)
    assert answer.status_code == 303
    assert (only_link(make.session).type, only_link(make.session).reason) == ("delivered-by", "They nurse.")
    assert "Train perinatal nurses</a><span" not in browse.get(address).text


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1_001])
def test_a_suggested_link_is_not_made_without_a_reason_that_fits(browse, make, reason):
    address, pair = likely_pair(make)
    browse.sign_in(make.lead())
    answer = browse.post(deed(address, "accept"), {**pair, "reason": reason}, page=address)
    assert answer.status_code == 422
    assert "“Train perinatal nurses”: " in answer.text
    assert make.session.scalars(select(Link)).all() == []


def test_a_suggested_link_that_somebody_made_meanwhile_is_refused_in_words(browse, make):
    address, pair = likely_pair(make)
    browse.sign_in(make.lead())
    for status in (303, 422):
        answer = browse.post(deed(address, "accept"), {**pair, "reason": "They nurse."}, page=address)
        assert answer.status_code == status
    assert "is already delivered by" in answer.text


def test_a_suggested_link_is_dismissed_and_taken_back_on_the_same_page(browse, make):
    address, pair = likely_pair(make)
    browse.sign_in(make.lead())
    assert browse.post(deed(address, "dismiss"), pair, page=address).status_code == 303
    page = browse.get(address).text
    assert "Suggested:" not in page
    assert "Dismissed (1)" in page
    assert browse.post(deed(address, "offer-again"), pair, page=address).status_code == 303
    page = browse.get(address).text
    assert "Suggested:" in page
    assert "Dismissed (1)" not in page
    assert make.session.scalars(select(Link)).all() == []


@pytest.mark.parametrize("name", ["accept", "dismiss", "offer-again"])
def test_what_is_no_link_that_may_be_made_is_not_found(browse, make, name):
    address, pair = likely_pair(make)
    browse.sign_in(make.lead())
    for wrong in ({"way": "nonsense"}, {"to": "action:nothing"}, {"to": f"source:{make.source().ref}"}, {"to": ""}):
        answer = browse.post(deed(address, name), pair | {"reason": "So."} | wrong, page=address)
        assert answer.status_code == 404
    assert make.session.scalars(select(Link)).all() == []


def test_a_lead_of_another_plan_neither_accepts_nor_dismisses_a_suggested_link(browse, make):
    address, pair = likely_pair(make)
    browse.sign_in(make.lead(make.plan()))
    for name in ("accept", "dismiss", "offer-again"):
        answer = browse.post(deed(address, name), pair | {"reason": "So."}, page="/help")
        assert answer.status_code in (403, 404)
    assert make.session.scalars(select(Link)).all() == []


def test_a_record_page_folds_what_is_suggested_for_its_leads_alone(browse, make):
    plan = make.plan()
    priority = make.priority(title="Perinatal nurses", plan_id=plan.id)
    for number in range(4):
        make.action(title=f"Perinatal nurses {number}", plan_id=plan.id)
    browse.sign_in(make.lead(plan))
    offered = f"/links/likely?from=priority:{priority.ref}"
    page = browse.get(f"/priorities/{priority.ref}").text
    assert f'data-likely="{offered}"' in page
    assert f'href="/links/new?from=priority:{priority.ref}#likely"' in page
    found = browse.get(offered).json
    assert (found["says"], len(found["suggested"])) == ("3 suggested links", 3)
    assert found["suggested"][0]["why"].startswith("Suggested: similar words: ")
    assert found["decide"]["url"] == f"/links/new?from=priority:{priority.ref}#likely"
    browse.sign_in(make.viewer(plan))
    assert "data-likely" not in browse.get(f"/priorities/{priority.ref}").text
    assert browse.get(offered).status_code == 403


def test_the_page_of_a_record_and_its_page_of_links_count_the_same_suggestions(browse, make):
    action = make.action(title="Train perinatal nurses")
    make.priority(title="Perinatal nurses")
    make.indicator(title="Perinatal nurses trained")
    browse.sign_in(make.lead())
    found = browse.get(f"/links/likely?from=action:{action.ref}").json
    assert (found["says"], {each["does"] for each in found["suggested"]}) == (
        "2 suggested links",
        {"It delivers", "It is measured by"},
    )
    assert "Suggested links (2)" in browse.get(found["decide"]["url"]).text


def test_what_suggested_a_link_is_never_put_into_the_mouth_of_the_person(browse, make):
    address, pair = likely_pair(make)
    browse.sign_in(make.lead())
    page = browse.get(address).text
    box = page[page.index('id="why-action-') :]
    assert ">" + "</textarea>" in box[: box.index("</form>")]
    assert "not kept as a reason" in page
    answer = browse.post(deed(address, "accept"), pair, page=address)
    assert answer.status_code == 422
    assert 'href="#why-' + pair["to"].replace(":", "-") + '"' in answer.text


def test_after_a_suggestion_is_decided_the_next_one_is_the_target_of_the_page(browse, make):
    priority = make.priority(title="Perinatal nurses")
    for number in range(2):
        make.action(title=f"Train perinatal nurses {number}")
    browse.sign_in(make.lead())
    address = f"/links/new?from=priority:{priority.ref}"
    for is_last in (False, True):
        page = browse.get(address).text
        form = page[page.index("/links/likely/dismiss") :]
        form = form[: form.index("</form>")]
        values = dict(re.findall(r'name="(way|to|next)" value="([^"]*)"', form))
        answer = browse.post(deed(address, "dismiss"), values, page=address)
        target = answer.location.rpartition("#")[2]
        assert f'id="{target}"' in browse.get(address).text
        assert (target == "likely-head") is is_last


def test_a_link_to_itself_is_neither_made_nor_dismissed(browse, make):
    action = make.action()
    address = f"/links/new?from=action:{action.ref}"
    browse.sign_in(make.lead())
    values = {"way": "depends-on", "to": f"action:{action.ref}", "reason": "So."}
    for name in ("accept", "dismiss"):
        answer = browse.post(deed(address, name), values, page=address)
        assert answer.status_code == 422
        assert "linked to itself" in answer.text


@pytest.mark.parametrize("chosen", [False, True])
def test_a_reason_that_is_too_long_comes_back_whole_with_its_limit(browse, make, chosen):
    implication, priority = make.implication(), make.priority(title="Perinatal care")
    browse.sign_in(make.lead())
    picked = {"chosen": [f"priority:{priority.ref}", f"priority:{make.priority().ref}"]} if chosen else {}
    typed = {"way": "calls-for", "words": "perinatal care", "reason": "y" * 20_000} | picked
    answer = browse.post(f"/links/new?from=implication:{implication.ref}", typed)
    assert answer.status_code == 422
    assert "Use at most 1,000 characters" in answer.text
    assert "y" * 20_000 in answer.text
    assert make.session.scalars(select(Link)).all() == []


def test_a_long_reason_that_is_held_already_is_folded(browse, make):
    priority, action = make.priority(), make.action()
    response = make.response(plan_id=action.plan_id)
    make.link(priority, LinkType.DELIVERED_BY, action, reason="word " * 4_000)
    make.link(response, LinkType.ANSWERED_BY, action, reason="word " * 4_000)
    browse.sign_in(make.lead())
    for address in (f"/actions/{action.ref}", f"/priorities/{priority.ref}"):
        page = browse.get(address).text
        assert "The whole reason" in page
        unfolded = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)
        assert 0 < unfolded.count("word word") < 100


def test_those_that_do_not_fit_are_named_in_one_message(browse, make):
    action = make.action()
    first, second = make.indicator(title="First"), make.indicator(title="Second")
    browse.sign_in(make.lead())
    answer = browse.post(
        f"/links/new?from=action:{action.ref}",
        {
            "way": "delivered-by-back",
            "chosen": [f"indicator:{first.ref}", f"indicator:{second.ref}"],
            "reason": "So.",
        },
    )
    assert answer.status_code == 422
    assert "Untick “First” and “Second” (" in answer.text
    assert answer.text.count("cannot join") == 2  # in the list of problems, and beside the field


def test_a_record_of_another_plan_says_so_before_it_is_linked(browse, make):
    mine, theirs = make.plan(title="Mine"), make.plan(title="Theirs")
    action, other = make.action(plan_id=mine.id), make.action(plan_id=theirs.id, title="Hire nurses")
    make.action(plan_id=mine.id, title="Hire doctors")
    browse.sign_in(make.lead(mine))
    address = f"/links/new?from=action:{action.ref}"
    found = browse.get(f"/links/find?from=action:{action.ref}&way=depends-on&q=hire").json["found"]
    assert [each["about"] for each in found] == ["Mine", "Belongs to another plan: Theirs"]
    typed = {"way": "depends-on", "words": "hire nurses", "reason": "It comes first."}
    shown = browse.post(address, typed)
    assert shown.status_code == 422
    assert "Belongs to another plan: Theirs" in shown.text
    assert "again if you mean it" in shown.text
    assert make.session.scalars(select(Link)).all() == []
    assert browse.post(address, typed | {"chosen": f"action:{other.ref}"}).status_code == 303


def test_another_plans_action_is_not_offered_for_a_duty_that_its_own_leads_give(browse, make):
    mine, theirs = make.plan(), make.plan()
    priority, foreign = make.priority(plan_id=mine.id), make.action(plan_id=theirs.id, title="Hire nurses")
    browse.sign_in(make.lead(mine))
    query = f"from=priority:{priority.ref}&way=delivered-by&q=hire"
    assert browse.get(f"/links/find?{query}").json["found"] == []
    values = {"way": "delivered-by", "chosen": f"action:{foreign.ref}", "reason": "So."}
    answer = browse.post(f"/links/new?from=priority:{priority.ref}", values)
    assert (answer.status_code, "only the strategy leads of its plan" in answer.text) == (422, True)


def test_what_was_linked_is_told_in_english(browse, make):
    priority, action = make.priority(title="Care"), make.action(title="Hire nurses")
    browse.sign_in(make.lead())
    values = {"way": "delivered-by", "words": "hire nurses", "reason": "So."}
    browse.post(f"/links/new?from=priority:{priority.ref}", values)
    assert "“Care” is now delivered by “Hire nurses”." in browse.get(f"/priorities/{priority.ref}").text
    assert action.id == only_link(make.session).to_id


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
