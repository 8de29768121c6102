"""Questions asked in bad faith, of the index and of the database that stands in for it."""

from __future__ import annotations

import pytest

from kb.permissions import SYSTEM
from search import service
from search.index import pointer
from search.language.asked import Asked
from tests.conftest import TODAY
from tests.search.hostile import HOSTILE

pytestmark = pytest.mark.page  # the questions do not depend on the database


def test_every_hostile_question_is_answered_from_the_index_and_without_it(make, ask, session, own):
    make.source(title="A law")
    for question in HOSTILE:
        assert ask(question).total <= 1, question[:40]
    pointer.discard(own.index_dir)
    for question in HOSTILE:
        found = service.find(session, own, SYSTEM, Asked(question), today=TODAY)
        assert found.is_fallback or not found.total, question[:40]
        assert found.total <= 1, question[:40]


def test_every_hostile_address_gets_a_page(make, browse):
    make.source(title="A law")
    browse.sign_in(make.viewer())
    for question in HOSTILE:
        # Not by `browse.get`: its check takes markup in the box for markup of the page.
        shown = browse.client.get(
            "/search", query_string={"q": question[:5_000], "theme": question[:200], "page": "-1"}
        )
        assert shown.status_code == (400 if "\0" in question else 200), question[:40]
