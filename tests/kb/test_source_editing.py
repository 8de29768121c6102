from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from kb import dates, history, records
from kb.catalogue import source_editing
from kb.catalogue.source_editing import SourceDetails
from kb.errors import Conflict, Invalid, NotAllowed, NotFound
from kb.models.history import Change
from kb.models.record import Visibility
from kb.models.source import Source, SourceStatus
from kb.removal.likeness import alike
from tests.conftest import TODAY

STRATEGY = SourceDetails(title="A strategy for nurses", source_kind="strategy", status="in-force")


@pytest.fixture
def lead(make):
    return make.person(make.lead())


def stored(session, ref, person):
    session.flush()
    session.expire_all()
    return source_editing.get(session, ref, person=person)


def changes_of(session, source):
    rows = session.scalars(select(Change).where(Change.record_id == source.id, Change.field != "record"))
    return {row.field: (row.old, row.new, row.reason) for row in rows}


def test_a_source_keeps_everything_that_was_said(session, make, lead):
    said = SourceDetails(
        title=" A strategy for nurses ",
        category="research",
        source_kind="framework",
        summary="What nurses need.",
        publishers=(make.organisation(title="The ministry").ref,),
        publisher_as_stated="Ministry of nursing",
        nations=("england", "wales"),
        status="ended",
        status_as_stated="Ended early.",
        is_statutory=True,
        published=dates.parse("2021-12"),
        starts=dates.parse("2022"),
        ends=dates.parse("2024/25"),
        link="https://example.org/a?b=c",
        also_called=("ASFN", "", " ASFN ", "Nursing strategy"),
        themes=(make.theme(title="Nursing").ref,),
        visibility="draft",
    )
    made = source_editing.create(session, said, by=lead)
    kept = source_editing.details_of(stored(session, made.ref, lead))
    wanted = replace(said, title="A strategy for nurses", also_called=("ASFN", "Nursing strategy"))
    assert {**vars_of(kept), "nations": set(kept.nations)} == {**vars_of(wanted), "nations": {"england", "wales"}}
    assert made.ref == "a-strategy-for-nurses"
    assert made.author_id == lead.user_id


def vars_of(details):
    return {name: getattr(details, name) for name in SourceDetails.__slots__}


def test_who_made_it_stands_in_its_history(session, make, lead):
    made = source_editing.create(session, STRATEGY, by=lead)
    [change] = history.list_for(session, made, person=lead)
    assert (change.field, change.new, change.person_id) == ("record", made.title, lead.user_id)


@pytest.mark.parametrize("role", ["viewer", "steering", "administrator", "owner"])
def test_only_leads_add_and_change_sources(session, make, role):
    person = make.person(getattr(make, role)())
    source = make.source()
    with pytest.raises(NotAllowed):
        source_editing.create(session, STRATEGY, by=person)
    with pytest.raises(NotAllowed):
        source_editing.edit(session, source.ref, STRATEGY, version=source.version, reason="Because.", by=person)
    assert session.scalars(select(Source.title)).all() == [source.title]


def test_each_change_is_noted_with_what_it_was_and_why(session, make, lead):
    made = source_editing.create(session, replace(STRATEGY, published=dates.parse("2021")), by=lead)
    changed = replace(
        STRATEGY,
        title="The strategy for nurses",
        status="superseded",
        published=dates.parse("2021-06"),
        nations=("wales",),
        themes=(make.theme(title="Nursing").ref,),
        also_called=("TSFN",),
    )
    source_editing.edit(session, made.ref, changed, version=made.version, reason="A new one is out.", by=lead)
    assert changes_of(session, made) == {
        "title": ("A strategy for nurses", "The strategy for nurses", "A new one is out."),
        "status": ("in-force", "superseded", "A new one is out."),
        "published": ("2021 (only the year is known)", "June 2021", "A new one is out."),
        "nations": (None, "Wales", "A new one is out."),
        "themes": (None, "Nursing", "A new one is out."),
        "also_called": (None, "TSFN", "A new one is out."),
    }
    assert stored(session, made.ref, lead).status == SourceStatus.SUPERSEDED


def test_a_change_of_a_list_alone_makes_a_new_version(session, make, lead):
    source = make.source(nations=("wales",))
    version = source.version
    details = replace(source_editing.details_of(source_editing.get(session, source.ref, person=lead)), nations=())
    source_editing.edit(session, source.ref, details, version=version, reason="It covers none.", by=lead)
    assert stored(session, source.ref, lead).version == version + 1
    with pytest.raises(Conflict):
        source_editing.edit(session, source.ref, details, version=version, reason="Again.", by=lead)


def test_saving_what_stands_already_changes_nothing(session, make, lead):
    source = make.source(nations=("wales", "england"), published=dates.parse("2021"))
    before, version = source.updated_at, source.version
    details = source_editing.details_of(source_editing.get(session, source.ref, person=lead))
    source_editing.edit(session, source.ref, details, version=version, reason="For nothing.", by=lead)
    after = stored(session, source.ref, lead)
    assert (after.version, after.updated_at, changes_of(session, after)) == (version, before, {})


def test_a_stale_save_tells_what_stands_now_by_field_of_the_form(session, make, lead):
    body = make.organisation(ref="the-ministry")
    details = replace(STRATEGY, publishers=(body.ref,), starts=dates.parse("2021-Q3"), also_called=("A", "B"))
    made = source_editing.create(session, details, by=lead)
    with pytest.raises(Conflict, match="was saved while you were writing") as raised:
        source_editing.edit(session, made.ref, STRATEGY, version=made.version - 1, reason="Because.", by=lead)
    theirs = raised.value.theirs
    assert {name: theirs[name] for name in ("title", "starts", "publishers", "also_called", "is_statutory")} == {
        "title": made.title,
        "starts": "2021-Q3",
        "publishers": "the-ministry",
        "also_called": "A\nB",
        "is_statutory": "no",
    }
    assert raised.value.version == made.version


@pytest.mark.parametrize(
    ("field", "values", "message"),
    [
        ("title", {"title": "  "}, "Give a title"),
        ("title", {"title": "x" * 301}, "up to 300"),
        ("source_kind", {"source_kind": ""}, "kind of document"),
        ("source_kind", {"source_kind": "x" * 41}, "kind of document"),
        ("category", {"category": "gossip"}, "gossip"),
        ("status", {"status": "lost"}, "lost"),
        ("visibility", {"visibility": "secret"}, "secret"),
        ("nations", {"nations": ("wales", "cornwall")}, "cornwall"),
        ("publishers", {"publishers": ("nobody",)}, "nobody"),
        ("themes", {"themes": ("nothing",)}, "nothing"),
    ],
)
def test_what_cannot_stand_is_refused_beside_its_field(session, lead, field, values, message):
    with pytest.raises(Invalid, match=message) as raised:
        source_editing.create(session, replace(STRATEGY, **values), by=lead)
    assert raised.value.field == field
    assert session.scalars(select(Source)).all() == []


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)//https://example.org",
        "data:text/html,x",
        "ftp://example.org",
        "//example.org",
        "example.org",
        "https://",
        "https://example.org/a b",
        "http://[broken",
        "https://example.org/" + "x" * 2_000,
    ],
)
def test_only_whole_web_addresses_become_links(session, lead, link):
    with pytest.raises(Invalid, match="https://") as raised:
        source_editing.create(session, replace(STRATEGY, link=link), by=lead)
    assert raised.value.field == "link"


@pytest.mark.parametrize("link", ["http://example.org", "https://example.org:8443/a/b?c=d#e", "HTTPS://EXAMPLE.ORG"])
def test_web_addresses_are_kept_as_written(session, lead, link):
    assert source_editing.create(session, replace(STRATEGY, link=link), by=lead).link == link


@pytest.mark.parametrize(
    ("starts", "ends", "message"),
    [
        ("2022-05-01", "2021-04-30", "ends on 30 April 2021, before it starts on 1 May 2022"),
        ("2021", "2021-06", "The end, June 2021, is before the last day of the start, 2021"),
    ],
)
def test_an_end_before_the_start_is_refused_in_one_message_with_both(session, lead, starts, ends, message):
    wrong = replace(STRATEGY, starts=dates.parse(starts), ends=dates.parse(ends))
    with pytest.raises(Invalid, match=message) as raised:
        source_editing.create(session, wrong, by=lead)
    assert raised.value.field == "ends"


def test_a_source_may_start_and_end_on_the_same_day(session, lead):
    same = replace(STRATEGY, starts=dates.parse("2021"), ends=dates.parse("2021"))
    assert source_editing.create(session, same, by=lead).ends.day == same.starts.day


def test_a_change_needs_a_reason(session, make, lead):
    source = make.source()
    with pytest.raises(Invalid, match="Say why") as raised:
        source_editing.edit(session, source.ref, STRATEGY, version=source.version, reason="  ", by=lead)
    assert raised.value.field == "reason"


def test_a_source_called_new_does_not_hide_behind_the_form(session, lead):
    assert source_editing.create(session, replace(STRATEGY, title="New!"), by=lead).ref == "new-2"


def test_a_draft_is_for_leads_and_not_for_owners(session, make, lead):
    draft = make.source(visibility=Visibility.DRAFT)
    assert source_editing.get(session, draft.ref, person=lead) is draft
    with pytest.raises(NotFound):
        source_editing.get(session, draft.ref, person=make.person(make.owner()))


def test_a_kind_that_no_list_names_stays_a_choice(session, make):
    make.source(source_kind="pamphlet")
    kinds = source_editing.list_kinds(session)
    assert "pamphlet" in kinds
    assert kinds.count("strategy") == 1


def test_titles_that_differ_by_little_and_shared_acronyms_are_alike(session, make, lead):
    plan = make.source(title="Delivery plan for mental health 2019-22")
    acronym = source_editing.create(session, replace(STRATEGY, also_called=("T4MH",)), by=lead)
    make.source(title="A review of dentistry")

    def found(title, *names):
        return [record.ref for record in alike(session, Source, title, names, person=lead)]

    assert found("Delivery Plan for Mental Health, 2019–22") == [plan.ref]
    assert found("mental health delivery plan for 2019-22") == [plan.ref]
    assert found("Together", "t4mh") == [acronym.ref]
    assert found("T4MH") == [acronym.ref]
    assert found("T4MI") == []
    assert found("A review of mental health") == []


def test_a_source_is_not_like_itself(session, make, lead):
    source = make.source(title="Delivery plan for mental health")
    assert alike(session, Source, source.title, [], person=lead, besides=source) == []


def test_likeness_does_not_tell_of_drafts(session, make):
    draft = make.source(title="Delivery plan for mental health", visibility=Visibility.DRAFT)
    assert alike(session, Source, draft.title, [], person=make.person(make.viewer())) == []


def test_what_is_read_in_a_source_is_as_hidden_as_the_source(session, make, lead):
    source, other = make.source(), make.source()
    point, implication = make.key_point(source), make.implication(source)
    answer, shared = make.response(source), make.response(other, source)
    parts = (point, implication, answer, shared)
    for visibility, seen in ((Visibility.DRAFT, {shared.id}), (Visibility.PUBLISHED, {part.id for part in parts})):
        stands = stored(session, source.ref, lead)
        details = replace(source_editing.details_of(stands), visibility=visibility)
        source_editing.edit(session, source.ref, details, version=stands.version, reason="Asked for", by=lead)
        session.flush()
        found = records.list_by_ids(session, [part.id for part in parts], person=make.person(make.viewer()))
        assert set(found) == seen
    newest = history.list_for(session, point, person=lead)[0]
    assert (newest.field, newest.old, newest.new, newest.reason) == ("visibility", "draft", "published", "Asked for")


def test_where_documents_name_a_source_is_written_read_and_noted(session, make, lead):
    lines = ("Document 000, line 281: its short name", "001, line 7")
    source = source_editing.create(
        session, SourceDetails("The strategy", source_kind="strategy", mentions=lines), by=lead
    )
    session.flush()
    told = ("Document 000, line 281: its short name", "Document 001, line 7")
    assert source_editing.details_of(source).mentions == told
    details = replace(source_editing.details_of(source), mentions=told[:1])
    source_editing.edit(session, source.ref, details, version=source.version, reason="Not named there", by=lead)
    line = next(one for one in history.list_for(session, source, person=lead) if one.field == "mentions")
    assert (line.old, line.new) == ("; ".join(told), told[0])
    with pytest.raises(Invalid, match="somewhere"):
        source_editing.create(session, replace(details, mentions=("somewhere",)), by=lead)


def test_what_hangs_on_a_source_is_hidden_with_it(session, make, lead):
    source = make.source()
    own = make.priority_set(source_id=source.id)
    priority = make.priority(set_id=own.id, plan_id=None)
    figure = make.figure(source)
    details = replace(
        source_editing.details_of(source_editing.get(session, source.ref, person=lead)), visibility="draft"
    )
    source_editing.edit(session, source.ref, details, version=source.version, reason="Too early", by=lead)
    assert {one.visibility for one in (own, priority, figure)} == {Visibility.DRAFT}


def test_a_source_has_somebody_who_looks_after_it_and_a_day_to_look_at_it_again(session, make):
    post, lead = make.post(title="Policy lead"), make.person(make.lead())
    source = make.source(title="A strategy")
    details = replace(
        source_editing.details_of(source_editing.get(session, source.ref, person=lead)),
        curator=post.ref,
        review_by=TODAY,
    )
    source_editing.edit(session, source.ref, details, version=source.version, reason="Agreed", by=lead)
    session.expunge_all()
    kept = source_editing.get(session, source.ref, person=lead)
    assert source_editing.details_of(kept) == details
    told = {each.field: (each.old, each.new, each.reason) for each in history.list_for(session, kept, person=lead)}
    assert told == {
        "curator": (None, "Policy lead", "Agreed"),
        "review_by": (None, "23 November 2026", "Agreed"),
    }
    with pytest.raises(Invalid) as refused:
        source_editing.edit(
            session, kept.ref, replace(details, curator="nobody"), version=kept.version, reason="Agreed", by=lead
        )
    assert refused.value.field == "curator"
    source_editing.edit(session, kept.ref, replace(details, curator=""), version=kept.version, reason="Left", by=lead)
    assert source_editing.get(session, kept.ref, person=lead).curator is None


def test_a_new_source_may_have_a_curator_at_once(session, make):
    post, lead = make.post(), make.person(make.lead())
    details = SourceDetails(title="A plan", source_kind="plan", curator=post.ref, review_by=TODAY)
    made = source_editing.create(session, details, by=lead)
    assert (made.curator_id, made.review_by) == (post.id, TODAY)
