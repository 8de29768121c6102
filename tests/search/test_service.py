from __future__ import annotations

import random
from datetime import date

import pytest
from sqlalchemy import delete, select

from kb.models.record import Visibility
from kb.models.source import KeyPoint, Source
from kb.permissions import NOBODY, SYSTEM, Person
from search import service
from search.answers.results import as_json
from search.errors import IndexUnusable
from search.index import pointer, snapshot, store
from search.index.ordering import Order
from search.language.asked import Asked
from search.models import IndexChange, IndexState
from tests.conftest import TODAY

READER = Person(reads_publicly=True)


def refs(results) -> list[str]:
    return [hit.ref for hit in results.hits]


@pytest.fixture
def fall_back(session, own):
    """Search while there is no index."""

    def asking(question, person=SYSTEM, filters=None):
        session.commit()
        found = service.find(session, own, person, Asked.by_name(question, filters or {}), today=TODAY)
        assert found.is_fallback
        return found

    return asking


def test_every_kind_is_found_by_its_own_words(make, ask):
    source = make.source(title="Alpha strategy", summary="About zebrafish")
    made = {
        "zebrafish": source,
        "quokka": make.key_point(source, title="Count the quokkas"),
        "wombat": make.implication(source, title="Staff learn about wombats"),
        "numbat": make.response(source, text="The numbat comes first", response_type="aligned"),
        "dingo": make.priority(summary="Dingoes before all"),
        "emu": make.action(description="Ask the emu"),
        "koala": make.organisation(title="Koala trust"),
        "possum": make.post(title="Head of possums"),
        "bilby": make.theme(title="Bilbies", also_called="rabbit bandicoot"),
        "platypus": make.term("PLT", "platypus"),
        "echidna": make.plan(title="Echidna plan"),
        "bettong": make.figure(source, title="Hops a day", value="4,500", unit="bettongs"),
        "potoroo": make.comparison(make.figure(), make.figure(), note="Potoroos are counted twice"),
        "quoll": make.indicator(definition="Quolls seen in a night", target=12.0, unit="quolls"),
        "dunnart": make.priority_set(title="Dunnart aims"),
        "wallaby": make.staff_group(also_called="wallaby keepers"),
    }
    for word, record in made.items():
        found = ask(word)
        assert (record.kind, record.ref) in {(hit.kind, hit.ref) for hit in found.hits}, word
        assert found.facets["kind"][record.kind] == 1


def test_a_lesson_is_found_by_its_site_and_filed_under_its_own_themes(make, session, ask):
    own, of_source = make.theme(), make.theme()
    source = make.source()
    session.refresh(source, ["themes"])
    source.themes = [of_source]
    lesson, promise = (make.key_point(source, point_kind=kind, site="Tees") for kind in ("lesson", "commitment"))
    session.refresh(lesson, ["themes"])
    lesson.themes = [own]
    session.flush()
    assert set(refs(ask("tees"))) == {lesson.ref, promise.ref}
    assert refs(ask("tees lessons", filters={"theme": [own.ref]})) == [lesson.ref]
    assert refs(ask("tees", filters={"theme": [of_source.ref]})) == [promise.ref]


def test_a_figure_is_found_by_its_number_and_through_its_source(make, ask):
    figure = make.figure(make.source(title="Stepping forward"), title="Therapists", value="4,904", period="2020/21")
    assert refs(ask('kind:figure "4,904"')) == [figure.ref]
    hit = ask("stepping forward", filters={"kind": ["figure"]}).hits[0]
    assert (hit.ref, hit.parent.title) == (figure.ref, "Stepping forward")


def test_an_excerpt_says_which_part_matched(make, ask):
    source = make.source(title="A strategy", summary="Nothing here")
    make.key_point(source, title="Crisis teams work at night", position=3)
    excerpt = next(hit.excerpt for hit in ask("crisis").hits if hit.kind == "source")
    assert (excerpt.field, excerpt.number) == ("key_point", 3)
    assert excerpt.pieces == (("Crisis", True), (" teams work at night", False))


def test_hostile_text_stays_text(make, ask):
    make.source(title="<script>alert(1)</script> crisis", summary="<b onclick=x>crisis</b> & more")
    hit = ask("crisis").hits[0]
    assert ("<script>alert(1)</script> ", False) in hit.title
    assert ("crisis", True) in hit.excerpt.pieces


def test_a_long_text_is_cut_between_words_around_its_match(make, ask):
    make.source(title="A strategy", summary=f"{'before ' * 100}needle {'after ' * 100}")
    text = ask("needle").hits[0].excerpt.text
    assert len(text) < 260
    assert text.startswith("… before")
    assert text.endswith("after …")
    assert "needle" in text


def test_a_word_without_end_is_cut_too(make, ask):
    make.source(title="A strategy", summary=f"needle {'x' * 5000}")
    assert len(ask("needle").hits[0].excerpt.text) < 260


def drafts(make):
    """A draft of the plan, a shared draft, and a key point in a shared draft source; all speak of unicorns."""
    author = make.user()
    draft = {"visibility": Visibility.DRAFT, "author_id": author.id}
    action = make.action(title="Unicorn action", **draft)
    theme = make.theme(title="Unicorn theme", visibility=Visibility.DRAFT)
    source = make.source(title="Unicorn source", **draft)
    point = make.key_point(source, title="A published unicorn in a draft")
    other = make.source(title="Open source about horses")
    hidden = make.key_point(other, title="A draft unicorn in the open", **draft)
    make.session.refresh(other, ["themes"])
    other.themes.append(theme)
    make.session.flush()
    return author, {action.ref, theme.ref, source.ref, point.ref, hidden.ref}


@pytest.mark.parametrize("way", ["ask", "fall_back"])
def test_drafts_are_neither_found_nor_counted_by_those_who_may_not(make, request, way):
    author, every = drafts(make)
    other_plan = make.plan()
    asking = request.getfixturevalue(way)
    for outsider in (READER, make.person(make.viewer())):
        found = asking("unicorn", outsider)
        assert (refs(found), found.total, sum(found.facets["kind"].values())) == ([], 0, 0)
        assert asking("unicron", outsider).did_you_mean is None
        assert asking("horses", outsider).total == 1
        assert not asking("horses", outsider).facets.get("theme")
    assert asking("unicorn", NOBODY).total == 0
    for insider in (make.person(make.lead()), make.person(make.steering())):
        assert every <= set(refs(asking("unicorn", insider)))
    assert len(refs(asking("unicorn", make.person(author)))) == 4
    assert len(refs(asking("unicorn", make.person(make.lead(other_plan))))) == 4


def test_drafts_are_not_found_through_what_belongs_to_them(make, session, ask):
    hidden = {"visibility": Visibility.DRAFT}
    reader = make.person(make.viewer())
    make.priority(title="Recruit", set_id=make.priority_set(title="Zebra", **hidden).id)
    make.post(title="Manager", organisation_id=make.organisation(title="Giraffe", **hidden).id)
    source = make.source(title="Leopard")
    make.comparison(make.figure(source, title="Hippo"), make.figure(title="Other"), title="Two counts")
    assert ask("zebra giraffe", reader).total == 0
    assert [hit.kind for hit in ask("hippo", reader, {"kind": ["comparison"]}).hits] == ["comparison"]
    source.visibility = Visibility.DRAFT
    assert ask("hippo", reader).total == 0


def test_without_the_index_drafts_are_not_found_through_others_either(make, session, own):
    group, theme = make.staff_group(ref="nurses"), make.theme(ref="secret")
    draft = make.source(title="Draft", visibility=Visibility.DRAFT, themes=[theme])
    make.response(draft, title="Row")
    make.implication(make.source(title="Law"), visibility=Visibility.DRAFT, staff_groups=[group])
    for filters in ({"staff_group": ["nurses"]}, {"theme": ["secret"]}):
        found = service.find(session, own, make.person(make.viewer()), Asked.by_name("", filters), today=TODAY)
        assert found.is_fallback
        assert found.total == 0


def test_without_the_index_a_long_question_is_cut_and_says_so(make, session, own):
    make.source(title="Law")
    words = " ".join(f"word{number}" for number in range(8))
    found = service.find(session, own, SYSTEM, Asked(f"{words} law"), today=TODAY)
    assert found.is_fallback
    assert (found.total, len(found.notes)) == (0, 1)


def test_what_was_made_a_draft_since_is_not_shown(make, session, own, ask):
    source = make.source(title="Soon withdrawn")
    assert ask("withdrawn", READER).hits
    source.visibility = Visibility.DRAFT
    session.commit()
    assert not service.find(session, own, READER, Asked("withdrawn"), today=TODAY).hits


def test_acronyms_are_searched_with_their_meanings_unless_unwanted(make, ask):
    make.term("PA", "physician associate", "personal assistant")
    make.source(title="Physician associates in clinics")
    found = ask("PAs", filters={"kind": ["source"]})
    assert found.total == 1
    assert found.also_searched == ("physician associate", "personal assistant")
    assert ask("PAs", filters={"kind": ["source"]}, only_my_words=True).total == 0


def test_a_meaning_is_asked_for_where_an_acronym_has_several(make, ask):
    make.term("LTP", "long-term plan", "long-term physical conditions")
    make.source(title="The long-term plan")
    make.source(title="Long-term physical conditions")
    assert ask("LTP").ambiguous == {"LTP": ("long-term plan", "long-term physical conditions")}
    sources = {"kind": ["source"]}
    assert ask("LTP", filters=sources).total == 2
    chosen = ask("LTP", filters=sources, chosen=(("LTP", 2),))
    assert [hit.record.title for hit in chosen.hits] == ["Long-term physical conditions"]
    assert chosen.also_searched == ("long-term physical conditions",)


def test_what_a_question_says_in_words_is_offered_until_it_is_on(make, ask):
    make.source(title="Scottish nursing strategy", status="draft")
    found = ask("draft nursing strategy")
    assert ("status", ("draft",)) in [(each.name, each.values) for each in found.offered]
    assert not [each for each in ask("draft nursing", filters={"status": ["draft"]}).offered if each.name == "status"]
    assert not ask("draft nursing", only_my_words=True).offered
    assert not ask("withdrawn nursing").offered  # nothing is filed so


@pytest.mark.parametrize("name", ["NHS England", "nhs england", "NHSE", "England"])
def test_a_filter_takes_the_name_of_the_one_record_that_is_called_so(make, ask, name):
    publisher = make.organisation(title="NHS England", abbreviation="NHSE")
    other = make.organisation(title="NHS Wales")
    make.source(title="Nursing one", publishers=[publisher])
    make.source(title="Nursing two", publishers=[other])
    found = ask(f'nursing publisher:"{name}"')
    assert [hit.record.title for hit in found.hits] == ["Nursing one"]
    assert found.filters.publisher == (publisher.ref,)


def test_a_name_that_several_records_bear_is_no_filter(make, ask):
    for title in ("NHS England", "NHS Wales"):
        make.source(title="Nursing", publishers=[make.organisation(title=title)])
    found = ask("nursing publisher:NHS")
    assert found.total == 2
    assert any("publisher" in note for note in found.notes)
    assert {found.titles["publisher", ref] for each in found.offered for ref in each.values} == {
        "NHS England",
        "NHS Wales",
    }


def test_me_is_the_owner_whose_posts_the_reader_holds(make, ask):
    post = make.post(title="Lead, workforce plan")
    owner = make.owner(post)
    mine = make.action(title="Nursing one", owner_id=post.id)
    make.action(title="Nursing two", owner_id=make.post(title="Chair").id)
    for question in ("nursing owner:me", 'nursing owner:"Lead, workforce plan"'):
        found = ask(question, person=make.person(owner))
        assert [hit.id for hit in found.hits if hit.kind == "action"] == [mine.id]
        assert found.filters.owner == (post.ref,)
    assert any("owner:me" in note for note in ask("nursing owner:me", person=make.person(make.viewer())).notes)


def test_a_draft_is_not_offered_for_a_name_that_nothing_bears(make, ask):
    body = make.organisation(title="Health board", abbreviation="HB")
    for title, visibility in (("Secret head", Visibility.DRAFT), ("Head", Visibility.PUBLISHED)):
        post = make.post(title=title, organisation_id=body.id, visibility=visibility)
        make.action(title="Nursing", owner_id=post.id)
    found = ask("nursing owner:HB", person=make.person(make.viewer()))
    assert [found.titles["owner", each.values[0]] for each in found.offered] == ["Head"]


def test_a_misspelt_word_is_put_right_unless_asked_as_written(make, ask):
    make.source(title="A Healthier Wales")
    found = ask("A Heathier Wales")
    assert (found.did_you_mean, found.is_corrected, found.total) == ("A Healthier Wales", True, 1)
    as_written = ask("Heathier", as_written=True)
    assert (as_written.did_you_mean, as_written.is_corrected, as_written.total) == ("Healthier", False, 0)


def test_results_come_in_the_order_that_is_asked_for(make, ask):
    for title, year in (("B law", 2019), ("A law", 2021), ("C law", 2020)):
        make.source(title=title, published_on=date(year, 1, 1), published_precision="day")
    titles = lambda order: [hit.record.title[0] for hit in ask("law", order=order).hits]  # noqa: E731
    assert titles(Order.TITLE) == ["A", "B", "C"]
    assert titles(Order.NEWEST) == ["A", "C", "B"]


def test_pages_follow_each_other_without_overlap(make, ask):
    for number in range(7):
        make.source(title=f"Law {number}")
    pages = [refs(ask("law", page=page, limit=3)) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert len({ref for page in pages for ref in page}) == 7


def test_filters_alone_list_what_they_leave_and_nothing_at_all_asks_for_words(make, ask):
    make.source(title="A law", nations=("wales",))
    make.source(title="B law")
    assert ask("", filters={"nation": ["wales"]}).total == 1
    assert ask("").total == 0
    assert ask("what is it").notes


def test_filters_alone_list_sources_first_the_newest_first_and_by_due_date_what_is_due(make, ask):
    make.theme(title="A theme")
    for title, year in (("B law", 2019), ("A law", 2018), ("C law", 2020)):
        make.source(title=title, published_on=date(year, 1, 1), published_precision="day")
    every = {"kind": ["theme", "source"]}
    assert [hit.record.title[0] for hit in ask("", filters=every).hits] == ["C", "B", "A", "A"]
    assert [hit.kind for hit in ask("", filters=every).hits][-1] == "theme"
    for title, day in (("A action", 20), ("B action", 10)):
        make.action(title=title, due_on=date(2027, 1, day))
    assert [hit.record.title[0] for hit in ask("", filters={"due": ["2027"]}).hits] == ["B", "A"]


def test_half_a_word_is_searched_as_a_beginning_and_says_so(make, ask):
    make.source(title="Perinatal care")
    found = ask("perin")
    assert (found.total, found.is_corrected) == (1, False)
    assert "perin" in found.notes[0]
    assert ask("perin", as_written=True).total == 0


def test_words_that_no_record_has_are_named(make, ask):
    make.source(title="Training in Northern areas")
    assert ask("zzxqv training").notes == ("No record has “zzxqv”; found by “training” only.",)
    for question in ("zzxqv", "training", "Northern Irish training", "training -zzxqv"):
        assert ask(question).notes == (), question


def test_a_question_of_one_acronym_that_is_a_word_finds_it(make, ask):
    make.term("IT", "information technology")
    assert ask("IT").total == 1
    assert ask("it").total == 0


def test_overdue_actions_in_words_are_raised_and_offered(make, ask):
    make.action(title="Actions that are overdue, in words alone")
    late = make.action(title="Teach", due_on=date(2026, 1, 1))
    found = ask("overdue actions")
    assert found.hits[0].ref == late.ref
    assert [(each.name, each.values) for each in found.offered] == [("kind", ("action",)), ("due", ("overdue",))]


def test_an_unknown_filter_is_ignored_with_a_note(make, ask):
    make.source(title="A law")
    found = ask("law theme:unheard-of", filters={"kind": ["banana"]})
    assert found.total == 1
    assert len(found.notes) == 2


BOMBS = ("law " * 2_500, "*" * 200, "a* b* c* d*", '"' * 99, "year:1..9999 law", "((law)) AND [a TO b]^9~", "\0law")


@pytest.mark.parametrize("question", BOMBS)
def test_any_question_is_answered(make, ask, session, own, question):
    make.source(title="A law")
    found = ask(question)
    pointer.discard(own.index_dir)
    assert service.find(session, own, SYSTEM, Asked(question), today=TODAY).total == found.total


def test_the_fallback_finds_and_filters_as_the_index_does(make, ask, own, fall_back):
    source = make.source(title="Crisis care", nations=("wales",), starts_on=date(2020, 1, 1), starts_precision="day")
    make.key_point(source, title="Crisis teams")
    make.source(title="Crisis in England", nations=("england",), summary="100% of it", status="draft")
    make.action(title="Meet the crisis", due_on=date(2027, 1, 1))
    narrowed = ("nation:wales", "year:2020", "year:2027", "-england", "kind:source", "status:draft", "status:open")
    filed = ("category:driver", "type:strategy", f"plan:{make.the_plan.ref}", "nation:wales,england")
    questions = ("crisis", *(f"crisis {filter}" for filter in (*narrowed, *filed)))
    by_index = {question: set(refs(ask(question))) for question in questions}
    pointer.discard(own.index_dir)
    assert {question: set(refs(fall_back(question))) for question in questions} == by_index


def test_damage_is_answered_from_the_database_and_then_mended(make, ask, session, database, own, keep_up):
    make.source(title="A law")
    ask("law")
    for name in [pointer.CURRENT, *pointer.read(own.index_dir).files]:
        current = pointer.read(own.index_dir)
        path = own.index_dir / name if name == pointer.CURRENT else current.folder(own.index_dir) / name
        if not path.exists():
            path = next(current.folder(own.index_dir).glob("*" + path.suffix))
        path.write_bytes(b"\x80\x04" + path.read_bytes()[1:100])
        snapshot.forget(own.index_dir)
        found = service.find(session, own, SYSTEM, Asked("law"), today=TODAY)
        assert found.is_fallback
        assert found.total == 1
        assert service.ensure(database, own)
        assert not service.find(session, own, SYSTEM, Asked("law"), today=TODAY).is_fallback


def test_damage_found_while_writing_leaves_the_changes_waiting(make, ask, session, database, own, keep_up):
    make.source(title="A law")
    ask("law")
    current = pointer.read(own.index_dir)
    segment = next(current.folder(own.index_dir).glob("*.seg"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 4
    segment.write_bytes(content)
    make.source(title="Another law")
    session.commit()
    assert service.catch_up(database, own) == 0
    assert service.waiting(session) > 0
    keep_up()
    assert service.waiting(session) == 0
    assert service.find(session, own, SYSTEM, Asked("law"), today=TODAY).total == 2


def test_while_another_process_writes_changes_wait(make, session, database, own, keep_up):
    keep_up()
    make.source()
    session.commit()
    with pointer.only_writer(own.index_dir):
        assert service.catch_up(database, own) == 0
        with pytest.raises(IndexUnusable):
            service.rebuild(database, own)
    assert service.waiting(session) == 1
    assert service.catch_up(database, own) == 1


def test_a_commit_cut_off_before_the_database_heard_of_it_is_mended(make, session, database, own, keep_up, monkeypatch):
    keep_up()
    source = make.source(title="A law")
    session.commit()
    with monkeypatch.context() as patched:
        patched.setattr("search.upkeep._settle", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            service.catch_up(database, own)
    generation = pointer.read(own.index_dir).generation
    assert service.waiting(session) == 1
    source.title = "Another law"
    keep_up()
    assert pointer.read(own.index_dir).generation == generation
    assert service.waiting(session) == 0
    assert len(service.differences(session, own)) == 0


def test_a_database_from_a_backup_gets_an_index_of_its_own(make, session, database, own, keep_up):
    source = make.source(title="Kept law")
    keep_up()
    with session.begin_nested() as since_the_backup:
        make.source(title="Lost law")
        with session.begin_nested():
            pass
        generation = pointer.read(own.index_dir)
        documents = service.find(session, own, SYSTEM, Asked("law"), today=TODAY)
        store.change(own.index_dir, [], [source.id], mark="later")
        store.change(own.index_dir, [], [], mark="later still")
        since_the_backup.rollback()
    assert documents.total == 1
    assert service.find(session, own, SYSTEM, Asked("law"), today=TODAY).is_fallback
    assert service.ensure(database, own)
    assert pointer.read(own.index_dir).generation != generation.generation
    assert refs(service.find(session, own, SYSTEM, Asked("law"), today=TODAY)) == [source.ref]


def test_the_index_equals_the_database_after_any_series_of_changes(make, session, database, own, keep_up):
    rng = random.Random(11)
    organisations = [make.organisation() for _ in range(3)]
    themes = [make.theme() for _ in range(3)]
    sources = [make.source(nations=("wales",)) for _ in range(5)]
    points = [make.key_point(rng.choice(sources)) for _ in range(10)]
    posts = [make.post(organisation_id=organisations[0].id) for _ in range(2)]
    actions = [make.action(owner_id=rng.choice(posts).id) for _ in range(5)]
    keep_up()

    def change() -> None:
        record = rng.choice([*organisations, *themes, *sources, *points, *posts, *actions])
        match rng.randrange(7):
            case 0 | 1:
                record.title = f"Renamed {rng.random()}"
            case 2:
                record.visibility = rng.choice(list(Visibility))
            case 3:
                source = rng.choice(sources)
                session.refresh(source, ["publishers", "themes"])
                source.publishers = rng.sample(organisations, k=rng.randrange(3))
                source.themes = rng.sample(themes, k=rng.randrange(3))
            case 4 if len(points) > 3:
                session.delete(points.pop(rng.randrange(len(points))))
            case 5:
                points.append(make.key_point(rng.choice(sources)))
            case _:
                rng.choice(actions).owner_id = rng.choice([None, *(post.id for post in posts)])
        session.flush()

    for _ in range(8):
        for _ in range(rng.randint(1, 8)):
            change()
        session.commit()
        if rng.random() < 0.6:
            service.catch_up(database, own)
    keep_up()
    session.expire_all()
    assert service.waiting(session) == 0
    assert len(service.differences(session, own)) == 0
    assert session.scalar(select(IndexState.mark)) == pointer.read(own.index_dir).mark


def test_differences_name_what_the_index_has_wrong(make, session, own, keep_up):
    kept, changed, gone = make.source(), make.source(), make.source()
    keep_up()
    assert len(service.differences(session, own)) == 0
    missing = make.source()
    changed.title = "Changed"
    gone_id = gone.id
    session.delete(gone)
    session.flush()
    found = service.differences(session, own)
    assert (found.missing, found.stale, found.gone) == ((missing.id,), (changed.id,), (gone_id,))
    assert kept.id not in (*found.missing, *found.stale)


def test_a_rebuild_tells_how_far_it_is_and_settles_what_waited(make, session, database, own):
    for _ in range(3):
        make.source()
    session.commit()
    told = []
    assert service.rebuild(database, own, progress=lambda _what, done, total: told.append((done, total))) == 3
    assert told[-1] == (3, 3)
    assert service.waiting(session) == 0
    assert pointer.read_progress(own.index_dir) is None


def test_an_index_without_records_is_usable_too(session, database, own, keep_up, make):
    keep_up()
    assert not service.ensure(database, own), "it is not built again and again"
    for question in ("law", "a law of nurs*", '"law of Wales"', "-law", "kind:source Scottish"):
        found = service.find(session, own, SYSTEM, Asked(question), today=TODAY)
        assert (found.is_fallback, found.total) == (False, 0)
    make.source(title="A law")
    keep_up()
    assert service.find(session, own, SYSTEM, Asked("law"), today=TODAY).total == 1


def test_a_missing_mark_means_another_database(make, session, database, own, keep_up):
    make.source(title="A law")
    keep_up()
    session.execute(delete(IndexState))
    session.execute(delete(IndexChange))
    session.commit()
    assert service.find(session, own, SYSTEM, Asked("law"), today=TODAY).is_fallback
    assert service.ensure(database, own)
    assert not service.ensure(database, own)


def test_the_json_has_the_promised_shape(make, ask):
    make.source(title="A law", summary="On crisis care")
    document = as_json(ask("crisis", limit=1))
    assert list(document) == ["query", "total", "did_you_mean", "facets", "hits"]
    assert list(document["hits"][0]) == ["kind", "ref", "title", "score", "found_in", "excerpt"]
    assert (document["hits"][0]["found_in"], document["hits"][0]["excerpt"]) == ("Summary", "On crisis care")


def test_a_search_takes_few_statements(make, session, own, ask, count_statements):
    for number in range(30):
        source = make.source(title=f"Law {number}", nations=("wales",))
        make.key_point(source, title="What the law says")
        make.implication(source, title="What the law means")
        make.response(source, text="Law", response_type="aligned")
        make.action(title=f"Obey law {number}")
    for record in (*session.new, *session.dirty):
        assert not isinstance(record, Source | KeyPoint)
    ask("law")
    session.expire_all()
    with count_statements() as count:
        assert len(service.find(session, own, READER, Asked("law"), today=TODAY, limit=100).hits) == 100
    assert count.number <= 12
