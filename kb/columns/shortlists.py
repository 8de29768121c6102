"""A shortlist as a file: its sources and its actions, each with the reader's notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from actions import columns as of_actions
from kb import web
from kb.columns import sources as of_sources
from kb.planning import plans
from kb.spreadsheets import Column, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Callable

    from actions.service import Listed
    from kb.models.source import Source

R = TypeVar("R")


def sheets(
    sources: Sequence[Source], actions: Sequence[Listed], notes: Mapping[int, str]
) -> tuple[Sheet[Any], Sheet[Any]]:
    """The two parts of a shortlist."""
    titles = {plan.id: plan.title for plan in plans.list_plans(web.session(), person=web.person())}

    def note(id_of: Callable[[R], int]) -> Column[R]:
        return Column(gettext("Note"), lambda row: notes.get(id_of(row), ""), width=40)

    first, second, *rest = of_sources.columns()
    source_columns = [first, second, note(lambda row: row.source.id), *rest]
    ref, title, *others = of_actions.columns()
    action_columns = [ref, title, note(lambda row: row.action.id), *others]
    return (
        Sheet(gettext("Sources"), source_columns, of_sources.rows(sources, titles)),
        Sheet(gettext("Actions"), action_columns, of_actions.rows(actions)),
    )
