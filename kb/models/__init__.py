"""The tables of the shared catalogue, one module each; all are imported, since relationships name each other."""

from kb.models import (
    deletion,
    figure,
    history,
    impact_note,
    importing,
    link,
    organisation,
    outbox,
    plan,
    record,
    shortlist,
    source,
    term,
    user,
)

__all__ = [
    "deletion",
    "figure",
    "history",
    "impact_note",
    "importing",
    "link",
    "organisation",
    "outbox",
    "plan",
    "record",
    "shortlist",
    "source",
    "term",
    "user",
]
