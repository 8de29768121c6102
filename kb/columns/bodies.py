"""The lists of organisations, posts, glossary terms, themes and staff groups as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions import service as actions
from kb import downloads, labels, web
from kb.catalogue import organisations, posts, terms, vocabulary
from kb.columns.words import draft, joined, yes
from kb.models.term import Language
from kb.permissions import Capability
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.catalogue.organisations import Listed as ListedOrganisation
    from kb.catalogue.organisations import OrganisationFilter
    from kb.catalogue.posts import Listed as ListedPost
    from kb.catalogue.posts import PostFilter
    from kb.catalogue.vocabulary import Listed as ListedWord
    from kb.models.term import Term


def of_organisations(wanted: OrganisationFilter) -> Sheet[ListedOrganisation]:
    """The organisations that fit."""
    session, person, nations = web.session(), web.person(), labels.nations()

    def fetch(offset: int, limit: int) -> Sequence[ListedOrganisation]:
        return organisations.list_organisations(session, wanted, person=person, offset=offset, limit=limit)[1]

    def works_in(one: ListedOrganisation) -> str:
        return joined(nations.get(each.nation, each.nation) for each in one.organisation.nations)

    columns: list[Column[ListedOrganisation]] = [
        Column(gettext("Ref"), lambda one: one.organisation.ref, width=24),
        Column(gettext("Organisation"), lambda one: one.organisation.title, width=50),
        Column(gettext("Abbreviation"), lambda one: one.organisation.abbreviation, width=14),
        Column(gettext("Kind"), lambda one: labels.readable(one.organisation.body_kind), width=22),
        Column(gettext("Nations"), works_in, width=20),
        Column(gettext("Stands for many bodies"), lambda one: yes(one.organisation.is_generic), width=12),
        Column(gettext("Sources"), lambda one: one.sources, Kind.NUMBER),
        Column(gettext("Posts"), lambda one: one.posts, Kind.NUMBER),
        Column(gettext("Note"), lambda one: one.organisation.note, width=40),
        Column(gettext("Draft"), lambda one: draft(one.organisation), width=8),
        downloads.page_of(lambda one: one.organisation),
    ]
    return Sheet(gettext("Organisations"), columns, downloads.everything(fetch))


def of_posts(wanted: PostFilter) -> Sheet[tuple[ListedPost, int]]:
    """The posts that fit, each with how many open actions it owns; who holds it only for those who may know."""
    session, person, today = web.session(), web.person(), web.today()

    def fetch(offset: int, limit: int) -> Sequence[tuple[ListedPost, int]]:
        found = posts.list_posts(session, wanted, person=person, today=today, offset=offset, limit=limit)
        owned = actions.count_open_by_owner(session, person, [one.post.id for one in found])
        return [(one, owned.get(one.post.id, 0)) for one in found]

    held: list[Column[tuple[ListedPost, int]]] = [
        Column(gettext("Held by"), lambda row: row[0].holder, width=24),
        Column(gettext("Deputy"), lambda row: row[0].deputy, width=24),
    ]
    # Whoever may bring posts in again may know to whom mail for a post goes.
    addressed: list[Column[tuple[ListedPost, int]]] = [
        Column(gettext("Holder’s email"), lambda row: row[0].holder_email, width=30)
    ]
    columns: list[Column[tuple[ListedPost, int]]] = [
        Column(gettext("Ref"), lambda row: row[0].post.ref, width=24),
        Column(gettext("Post"), lambda row: row[0].post.title, width=40),
        Column(gettext("Organisation"), lambda row: row[0].post.organisation.title, width=40),
        *(held if person.may(Capability.READ_UPDATES) else ()),
        *(addressed if person.may(Capability.EDIT_SHARED) else ()),
        Column(gettext("Open actions"), lambda row: row[1], Kind.NUMBER),
        Column(gettext("Assumed"), lambda row: yes(row[0].post.is_assumed), width=10),
        Column(gettext("Note"), lambda row: row[0].post.note, width=40),
        downloads.page_of(lambda row: row[0].post),
    ]
    return Sheet(gettext("Posts"), columns, downloads.everything(fetch))


def of_terms(words: str, letter: str) -> Sheet[Term]:
    """The acronyms that fit, each with its meanings."""
    session, person = web.session(), web.person()

    def fetch(offset: int, limit: int) -> Sequence[Term]:
        return terms.list_terms(session, person=person, words=words, letter=letter, offset=offset, limit=limit)[1]

    def meanings(language: Language, one: Term) -> str:
        return joined(meaning.expansion for meaning in one.meanings if meaning.language == language)

    columns: list[Column[Term]] = [
        Column(gettext("Ref"), lambda one: one.ref, width=16),
        Column(gettext("Acronym"), lambda one: one.title, width=16),
        Column(gettext("Stands for"), lambda one: meanings(Language.ENGLISH, one), width=60),
        Column(gettext("In Welsh"), lambda one: meanings(Language.WELSH, one), width=40),
        Column(gettext("Meanings"), lambda one: len(one.meanings), Kind.NUMBER),
        Column(gettext("Notes"), lambda one: joined(meaning.note for meaning in one.meanings), width=40),
        downloads.page_of(lambda one: one),
    ]
    return Sheet(gettext("Glossary"), columns, downloads.everything(fetch))


def of_words(title: str, found: Sequence[ListedWord]) -> Sheet[ListedWord]:
    """Themes or staff groups, each with how many records of each kind are filed under it."""
    kinds = sorted({kind for one in found for kind in one.counts})

    def counted(kind: str) -> Column[ListedWord]:
        return Column(labels.readable(f"{kind}s"), lambda one: one.counts.get(kind, 0), Kind.NUMBER)

    columns: list[Column[ListedWord]] = [
        Column(gettext("Ref"), lambda one: one.word.ref, width=24),
        Column(title, lambda one: one.word.title, width=40),
        Column(gettext("Also called"), lambda one: joined(vocabulary.names_of(one.word)), width=40),
        *map(counted, kinds),
        downloads.page_of(lambda one: one.word),
    ]
    return Sheet(title, columns, found)
