"""Suspect links as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import downloads, labels, links, web
from kb.models.link import LinkType
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from kb.suspects import Suspect


def sheet(found: Iterable[Suspect]) -> Sheet[Suspect]:
    """These suspect links, each with who should look at it."""
    today = web.today()

    def since(one: Suspect) -> date | None:
        return one.link.suspect_since.date() if one.link.suspect_since else None

    return Sheet(
        gettext("Suspect links"),
        [
            Column(gettext("From ref"), lambda one: one.link.start.ref, width=24),
            Column(gettext("From kind"), lambda one: labels.readable(one.link.from_kind), width=14),
            Column(gettext("From"), lambda one: one.link.start.title, width=50),
            Column(gettext("Link"), lambda one: links.PHRASES[LinkType(one.link.type)], width=16),
            Column(gettext("To ref"), lambda one: one.link.end.ref, width=24),
            Column(gettext("To kind"), lambda one: labels.readable(one.link.to_kind), width=14),
            Column(gettext("To"), lambda one: one.link.end.title, width=50),
            Column(gettext("Why it was made"), lambda one: one.link.reason, width=50),
            Column(gettext("What changed"), lambda one: one.link.suspect_because, width=50),
            Column(gettext("Suspect since"), since, Kind.DATE),
            Column(gettext("Days"), lambda one: one.days(today), Kind.NUMBER),
            Column(gettext("Who should look"), who),
            downloads.page_of(lambda one: one.link.start),
        ],
        found,
    )


def who(one: Suspect) -> str:
    """The posts that own what hangs on a link, and which of them nobody holds; else the lead."""
    posts = [
        gettext("%(post)s (nobody holds it: strategy lead)", post=post.title) if post.id in one.empty else post.title
        for post in one.owners
    ]
    return "; ".join(posts) or gettext("Strategy lead")
