"""Every priority and action of the seed tells exactly the sources that the tables lead back to."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.project.seeded import Seeded

pytestmark = pytest.mark.page

# Whatever one record directly rests on, read from the tables and not from the map.
RESTING = """
SELECT id, source_id FROM implication
UNION SELECT response_id, source_id FROM response_source
UNION SELECT p.id, s.source_id FROM priority p JOIN priority_set s ON s.id = p.set_id WHERE s.source_id IS NOT NULL
UNION SELECT to_id, from_id FROM link
  WHERE state <> 'retired' AND type IN ('calls-for', 'answered-by', 'delivered-by')
"""


@pytest.fixture
def session(seed: Seeded) -> Session:
    return seed.database.writer()


def rows(session: Session, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in session.execute(text(query))]


def reachable(session: Session) -> dict[tuple[str, str], set[str]]:
    """For each priority and action the refs of all sources that something leads back to."""
    near = defaultdict(set)
    for id, above in rows(session, RESTING):
        near[id].add(above)
    records = {id: (kind, ref) for id, kind, ref in rows(session, "SELECT id, kind, ref FROM record")}
    found = {}
    for id, (kind, ref) in records.items():
        if kind in ("priority", "action"):
            behind, left = set(), [id]
            while left:
                for above in near[left.pop()] - behind:
                    behind.add(above)
                    left.append(above)
            found[kind, ref] = {records[each][1] for each in behind if records[each][0] == "source"}
    return found


def test_the_pages_of_why_name_the_sources_that_the_tables_lead_back_to(seed: Seeded, session: Session) -> None:
    browser, expected = seed.browse("steering"), reachable(session)
    assert sum(kind == "priority" for kind, _ in expected) == 186
    wrong = {}
    for (kind, ref), sources in expected.items():
        path = f"/{'priorities' if kind == 'priority' else 'actions'}/{ref}/why"
        main = browser.get(path).text.split("<main", 1)[1].split("</main>", 1)[0]
        on_page = set(re.findall(r'<h3>.*?href="/sources/([^"]+)"', main))
        if on_page != sources:
            wrong[ref] = on_page ^ sources
    assert wrong == {}
