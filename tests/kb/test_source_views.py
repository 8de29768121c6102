from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import select

from kb.catalogue import sources
from kb.catalogue.sources import SourceFilter
from kb.dates import parse
from kb.models.history import Change
from kb.models.link import LinkType
from kb.models.record import Visibility
from kb.models.source import Source, SourceName

HOSTILE = '<script>alert(\'x\')</script> " onmouseover="x" {{ 7*7 }} ‮ %s'
FORM = {
    "title": "A strategy for nurses",
    "category": "driver",
    "source_kind": "strategy",
    "is_statutory": "no",
    "status": "in-force",
    "visibility": "published",
}


@pytest.fixture
def reader(browse, make):
    return browse.sign_in(make.viewer())


@pytest.fixture
def editor(browse, make):
    return browse.sign_in(make.lead())


def titles(response):
    """The sources that a list shows, in its order."""
    assert response.status_code == 200
    rows = re.findall(r'role="rowheader">(?:<label.*?</label>)?<a href="[^"]+">([^<]+)</a>', response.text)
    return [unescape(title) for title in rows]


def words(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def mapped(make, number):
    """A source with as many key points, implications, responses, links and relations as asked for."""
    source = make.source(
        title=f"Mapped {number}",
        nations=("wales", "england"),
        status="ended",
        publishers=[make.organisation()],
        themes=[make.theme()],
        names=[SourceName(name=name) for name in ("A", "B")],
    )
    companion, post, first = make.source(), make.post(), make.priority()
    for _ in range(number):
        point = make.key_point(source)
        implication = make.implication(source, key_points=(point,))
        priority, action = make.priority(set_id=first.set_id), make.action()
        make.link(implication, LinkType.CALLS_FOR, priority)
        make.link(priority, LinkType.DELIVERED_BY, action)
        response = make.response(source, companion, text="Yes.", owner_id=post.id)
        make.link(response, LinkType.ANSWERED_BY, action)
        make.link(source, LinkType.DRAWS_ON, make.source())
    return source


def test_every_key_point_and_implication_has_its_place_once(reader, make):
    source = make.source()
    first, second, third, alone = (make.key_point(source, position=place) for place in (1, 2, 3, 4))
    wide = make.implication(source, key_points=(third, first))
    narrow = make.implication(source, key_points=(first, second))
    page = reader.get(f"/sources/{source.ref}").text
    for record in (first, second, third, alone, wide, narrow):
        assert page.count(f'id="{record.ref}"') == 1
    assert page.index(f'id="{first.ref}"') < page.index(f'id="{wide.ref}"')


# The list


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("category=research", ["Study"]),
        ("category=driver", ["Act", "Strategy"]),
        ("category=driver&category=research", ["Act", "Strategy", "Study"]),
        ("status=enacted", ["Act"]),
        ("source_kind=strategy", ["Strategy", "Study"]),
        ("nation=wales", ["Act", "Strategy"]),
        ("nation=wales&status=in-force", ["Strategy"]),
        ("nation=england&nation=wales", ["Act", "Strategy"]),
        ("theme=crisis", ["Act"]),
        ("publisher=the-ministry", ["Study"]),
        ("response=aligned", ["Strategy"]),
        ("response=none", ["Act", "Study"]),
        ("q=strat", ["Strategy"]),
        ("q=S4A", ["Strategy"]),
        ("q=st+dy", ["Study"]),
        ("from_year=2020", ["Study"]),
        ("to_year=2019", ["Act"]),
        ("from_year=2019&to_year=2023", ["Act", "Study"]),
        ("from_year=20x9&to_year=99999", ["Act", "Strategy", "Study"]),
        ("sort=newest", ["Study", "Act", "Strategy"]),
    ],
)
def test_filters_narrow_the_list(reader, make, query, found):
    act = {"status": "enacted", "source_kind": "legislation", "starts": parse("2019")}
    make.source(title="Act", nations=("wales", "england"), themes=[make.theme(ref="crisis")], **act)
    strategy = make.source(title="Strategy", nations=("wales",), names=[SourceName(name="S4A")])
    make.response(strategy, response_type="aligned", text="It is taken up.")
    study = {"category": "research", "status": "published", "published": parse("2023")}
    make.source(title="Study", publishers=[make.organisation(ref="the-ministry")], **study)
    assert titles(reader.get(f"/sources?{query}")) == found


@pytest.mark.parametrize(
    "query",
    [
        "category=gossip",
        "status=%FF",
        "nation=atlantis",
        "theme=" + "x" * 5_000,
        "publisher=%27%20OR%201%3D1",
        "response=perhaps",
        "source_kind=" + "&source_kind=".join(str(number) for number in range(200)),
        "q=%25",
        "q=_",
    ],
)
def test_unknown_values_find_nothing_and_say_so(reader, make, query):
    make.source(title="Strategy")
    response = reader.get(f"/sources?{query}")
    assert titles(response) == []
    assert "No source fits all these filters" in words(response)


@pytest.mark.parametrize("query", ["page=999", "page=-1", "page=x", "sort=sideways", "nonsense=1", "category=", "q="])
def test_what_an_address_cannot_mean_is_passed_over(reader, make, query):
    make.source(title="Strategy")
    assert titles(reader.get(f"/sources?{query}")) == ["Strategy"]


def test_pages_follow_each_other_with_the_filters_kept(reader, make):
    for number in range(30):
        make.source(title=f"Source {number:02}", nations=("wales",))
    make.source(title="Elsewhere", nations=("england",))
    first = reader.get("/sources?nation=wales")
    assert titles(first) == [f"Source {number:02}" for number in range(25)]
    following = unescape(re.search(r'href="([^"]*page=2[^"]*)"', first.text).group(1))
    assert titles(reader.get(following)) == [f"Source {number:02}" for number in range(25, 30)]


def test_drafts_are_listed_for_leads_alone(browse, make):
    make.source(title="Draft", visibility=Visibility.DRAFT)
    make.source(title="Open")
    assert titles(browse.sign_in(make.viewer()).get("/sources")) == ["Open"]
    assert titles(browse.sign_in(make.lead()).get("/sources")) == ["Draft", "Open"]


def test_a_draft_is_not_there_for_readers(browse, make):
    draft = make.source(title="Secret strategy", visibility=Visibility.DRAFT)
    refused = browse.sign_in(make.viewer()).get(f"/sources/{draft.ref}")
    assert refused.status_code == 404
    assert "Secret strategy" not in refused.text
    assert browse.sign_in(make.steering()).get(f"/sources/{draft.ref}").status_code == 200


def test_a_record_tells_nothing_of_drafts_that_hang_on_it(browse, make):
    source = make.source(title="Open strategy")
    hidden = {"visibility": Visibility.DRAFT}
    point = make.key_point(source, title="Hidden point", **hidden)
    make.implication(source, key_points=(point,), title="Hidden implication", **hidden)
    shown = make.implication(source, key_points=(point,), title="Shown implication")
    make.link(shown, LinkType.CALLS_FOR, make.priority(title="Hidden priority", **hidden))
    make.response(source, title="Hidden response", text="Hidden words", **hidden)
    make.response(source, make.source(title="Hidden companion", **hidden), text="Shown words")
    make.link(make.source(title="Hidden successor", **hidden), LinkType.SUPERSEDES, source)
    page = words(browse.sign_in(make.viewer()).get(f"/sources/{source.ref}"))
    assert "Shown implication" in page
    assert "Shown words" in page
    assert "Hidden" not in page
    assert "Hidden successor" in words(browse.sign_in(make.lead()).get(f"/sources/{source.ref}"))


def test_nobody_reads_without_signing_in(browse, make):
    source = make.source()
    for path in ("/sources", f"/sources/{source.ref}", "/sources/new", f"/sources/{source.ref}/edit"):
        response = browse.get(path)
        assert response.status_code == 303
        assert response.location.startswith("/sign-in")


def test_hostile_text_is_shown_as_text(reader, make):
    source = make.source(title=HOSTILE, summary=HOSTILE, publisher_as_stated=HOSTILE, status_as_stated=HOSTILE)
    make.key_point(source, title=HOSTILE, place=HOSTILE)
    make.link(source, LinkType.DRAWS_ON, make.source(title="Other"), reason=HOSTILE)
    for path in ("/sources", f"/sources/{source.ref}", "/sources?q=%3Cscript%3E"):
        html = reader.client.get(path).text
        assert "<script>alert" not in html
        assert '" onmouseover="' not in html
        assert "&lt;script&gt;" in html


def test_the_list_takes_as_many_statements_for_a_hundred_as_for_ten(reader, make, count_statements):
    def counted():
        reader.get("/sources")
        with count_statements() as count:
            assert reader.client.get("/sources").status_code == 200
        return count.number

    for _ in range(10):
        make.response(make.source(nations=("wales",)), response_type="aligned", text="Yes.")
    few = counted()
    for _ in range(90):
        make.response(make.source(nations=("wales",)), response_type="aligned", text="Yes.")
    assert counted() == few <= 12


def test_a_record_takes_as_many_statements_for_a_hundred_rows_as_for_ten(reader, make, count_statements):
    def counted(number):
        ref = mapped(make, number).ref
        reader.get(f"/sources/{ref}")
        with count_statements() as count:
            assert reader.client.get(f"/sources/{ref}").status_code == 200
        return count.number

    few = counted(10)
    assert counted(100) == few <= 20


# The forms


def test_a_lead_adds_a_source(editor, make, session):
    body, theme = make.organisation(), make.theme()
    sent = {
        **FORM,
        "publishers": [body.ref],
        "themes": [theme.ref],
        "nations": ["wales", "england"],
        "published": "spring 2023",
        "also_called": "S4N\r\n\r\nNursing",
        "link": "https://example.org/s4n",
    }
    response = editor.post("/sources/new", sent)
    assert (response.status_code, response.location) == (303, "/sources/a-strategy-for-nurses")
    page = words(editor.get(response.location))
    for told in ("The source is added.", body.title, theme.title, "spring 2023", "Nursing, S4N", "https://example.org"):
        assert told in page
    source = session.scalars(select(Source)).one()
    assert (source.is_statutory, source.published.words) == (False, "spring 2023")


def test_an_edit_shows_what_stands_and_keeps_why_it_changes(editor, make, session):
    source = make.source(title="Old title", nations=("wales",), summary="As it was.")
    page = editor.get(f"/sources/{source.ref}/edit").text
    assert 'value="Old title"' in page
    assert "As it was.</textarea>" in page
    assert re.search(r'value="wales"[^>]*checked', page)
    sent = {**FORM, "title": "New title", "reason": "It was renamed.", "version": source.version}
    response = editor.post(f"/sources/{source.ref}/edit", sent)
    assert (response.status_code, response.location) == (303, f"/sources/{source.ref}")
    assert "Title: Old title to New title: “It was renamed.”" in words(editor.get(response.location))
    assert session.scalars(select(Change.reason).where(Change.field == "title")).all() == ["It was renamed."]


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"title": " "}, "title", "Give the source its title"),
        ({"category": ""}, "category", "research"),
        ({"source_kind": ""}, "source_kind", "Say what kind of document it is"),
        ({"source_kind": "gossip"}, "source_kind", "Not a valid choice"),
        ({"status": "gone"}, "status", "Not a valid choice"),
        ({"publishers": ["nobody"]}, "publishers", "nobody"),
        ({"published": "soon"}, "published", "“soon” is none"),
        ({"starts": "2021-13"}, "starts", "There is no such date as 2021-13"),
        ({"ends": "0099"}, "ends", "The year 99 is out of range"),
        ({"starts": "2022", "ends": "2021"}, "ends", "2021 (only the year is known)"),
        ({"link": "javascript:alert(1)"}, "link", "starting with https://"),
    ],
)
def test_a_wrong_field_is_named_and_everything_typed_is_kept(editor, session, wrong, field, message):
    typed = {**FORM, "summary": "What nurses need.", "status_as_stated": "Ends soon.", "also_called": "S4N", **wrong}
    response = editor.post("/sources/new", typed)
    assert response.status_code == 422
    assert message in words(response)
    assert re.search(rf'href="#{field}[-0-9]*"', response.text), "the list of problems leads to the field"
    for kept in ("What nurses need.", "Ends soon.", "S4N"):
        assert kept in response.text
    assert session.scalars(select(Source)).all() == []


def test_an_edit_without_a_reason_is_refused(editor, make, session):
    source = make.source(title="Old title")
    response = editor.post(f"/sources/{source.ref}/edit", {**FORM, "version": source.version})
    assert response.status_code == 422
    assert "Say why it changes" in words(response)
    assert session.scalars(select(Source.title)).all() == ["Old title"]


def test_a_stale_edit_shows_both_versions_and_can_be_put_in_place(editor, make, session):
    bodies = [make.organisation(ref=f"body-{number}") for number in range(3)]
    source = make.source(title="A strategy for nurses", summary="Theirs.", publishers=bodies)
    mine = {**FORM, "summary": "Mine.", "reason": "Said better.", "publishers": ["body-0", "body-1"]}
    response = editor.post(f"/sources/{source.ref}/edit", {**mine, "version": source.version - 1})
    assert response.status_code == 409
    for told in ("Theirs.", "Mine.", "was saved while you were writing", "body-2"):
        assert told in words(response)
    assert session.scalars(select(Source.summary)).one() == "Theirs."
    main = response.text.split("<main", 1)[1]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main)
    typed = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', main)
    again = editor.client.post(f"/sources/{source.ref}/edit", data=dict(hidden + typed))
    assert (again.status_code, again.location) == (303, f"/sources/{source.ref}")
    session.expire_all()
    saved = sources.get(session, source.ref, person=make.person(make.lead()))
    assert saved.summary == "Mine."
    assert [body.ref for body in saved.publishers] == ["body-0", "body-1"]


def test_a_near_duplicate_is_pointed_out_and_a_second_press_saves(editor, make, session):
    there = make.source(title="The strategy for nurses 2021-25")
    sent = {**FORM, "title": "The Strategy for Nurses 2021–26", "summary": "Kept."}
    warned = editor.post("/sources/new", sent)
    assert warned.status_code == 422
    assert f'<a href="/sources/{there.ref}">The strategy for nurses 2021-25</a>' in warned.text
    assert "Kept." in warned.text
    assert session.scalars(select(Source)).all() == [there]
    first_button = re.search(r"<button[^>]*type=\"submit\"[^>]*>", warned.text.split('<form class="gt-form"', 1)[1])
    assert "all_the_same" not in first_button.group(0), "Enter presses the first button, and may not skip the check"
    saved = editor.post("/sources/new", {**sent, "all_the_same": "y"})
    assert saved.status_code == 303
    assert len(session.scalars(select(Source)).all()) == 2


def test_an_edit_that_keeps_the_names_is_not_warned_about_its_sibling(editor, make):
    make.source(title="The strategy for nurses 2021-25")
    source = make.source(title="The strategy for nurses 2016-20")
    sent = {**FORM, "title": source.title, "summary": "More.", "reason": "More is known.", "version": source.version}
    assert editor.post(f"/sources/{source.ref}/edit", sent).status_code == 303


@pytest.mark.parametrize("role", ["viewer", "steering", "owner", "administrator"])
def test_only_leads_are_offered_and_given_the_forms(browse, make, session, role):
    source = make.source(title="As it was")
    someone = browse.sign_in(getattr(make, role)())
    assert "/sources/new" not in someone.get("/sources").text
    assert f"/sources/{source.ref}/edit" not in someone.get(f"/sources/{source.ref}").text
    for path in ("/sources/new", f"/sources/{source.ref}/edit"):
        assert someone.get(path).status_code == 403
        sent = {**FORM, "reason": "Because.", "version": source.version}
        assert someone.post(path, sent, page="/sources").status_code == 403
    assert session.scalars(select(Source.title)).all() == ["As it was"]


def test_leads_are_offered_both_forms(editor, make):
    source = make.source()
    assert 'href="/sources/new"' in editor.get("/sources").text
    assert f'href="/sources/{source.ref}/edit"' in editor.get(f"/sources/{source.ref}").text


def test_hostile_text_in_a_form_comes_back_as_text(editor):
    html = editor.post("/sources/new", {**FORM, "title": "", "summary": "</textarea><script>x</script>"}).text
    assert "<script>x" not in html
    assert "&lt;/textarea&gt;&lt;script&gt;x" in html


def test_an_unknown_source_cannot_be_edited(editor):
    assert editor.get("/sources/nothing/edit").status_code == 404


def test_a_filter_knows_whether_it_narrows():
    assert not SourceFilter(sort="newest").is_narrowing
    assert SourceFilter(words="x").is_narrowing


def test_what_a_draft_response_says_decides_no_list_of_those_who_may_not_see_it(browse, make):
    make.response(make.source(title="Act"), response_type="aligned", text="Yes.", visibility=Visibility.DRAFT)
    browse.sign_in(make.lead())
    assert titles(browse.get("/sources?response=aligned")) == ["Act"]
    browse.sign_in(make.viewer())
    assert titles(browse.get("/sources?response=aligned")) == []
    assert titles(browse.get("/sources?response=none")) == ["Act"]


def test_an_address_as_browsers_show_it_is_made_whole(editor, session):
    editor.post("/sources/new", {**FORM, "link": "www.gov.wales/a-plan"})
    assert session.scalars(select(Source.link)).all() == ["https://www.gov.wales/a-plan"]
