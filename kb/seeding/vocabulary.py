"""Loading what all plans share and name: themes, staff groups, the glossary, organisations and posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.models.organisation import Organisation, OrganisationNation, Post, StaffGroup
from kb.models.record import Kind, Theme
from kb.models.term import Meaning, Term

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.seeding import entries as e
    from kb.seeding.loader import Loader


def load_vocabulary(loader: Loader, seed: e.Seed) -> None:
    """Themes, staff groups, glossary and organisations."""
    for theme in seed.themes:
        if loader.missing(Kind.THEME, theme.ref):
            loader.add(Theme(ref=theme.ref, title=theme.title, also_called="; ".join(theme.also_called)), theme)
    for group in seed.staff_groups:
        if loader.missing(Kind.STAFF_GROUP, group.ref):
            called = "; ".join(group.also_called)
            loader.add(StaffGroup(ref=group.ref, title=group.title, also_called=called), group)
    for term in seed.terms:
        if loader.missing(Kind.TERM, term.ref):
            first = term.meanings[0]
            loader.add(_term(term), None, document=first.document, line=first.line)
    for body in seed.organisations:
        if loader.missing(Kind.ORGANISATION, body.ref):
            loader.add(_organisation(body), body)
    loader.flush()


def load_posts(loader: Loader, posts: Iterable[e.PostEntry]) -> None:
    """Posts in their organisations, each empty."""
    for post in posts:
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
    loader.flush()


def _term(entry: e.TermEntry) -> Term:
    meanings = [
        Meaning(position=position, expansion=meaning.expansion, note=meaning.note)
        for position, meaning in enumerate(entry.meanings, 1)
    ]
    return Term(ref=entry.ref, title=entry.acronym, meanings=meanings)


def _organisation(entry: e.OrganisationEntry) -> Organisation:
    return Organisation(
        ref=entry.ref,
        title=entry.name,
        abbreviation=entry.abbreviation,
        body_kind=entry.kind,
        is_generic=entry.generic,
        note=entry.note,
        nations=[OrganisationNation(nation=nation) for nation in entry.nations],
    )
