"""Meetings of a plan's steering group as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.reviews import service, words
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from actions.review_models import Review


def sheet(reviews: Sequence[Review], today: date) -> Sheet[Review]:
    """Each meeting with the days of its cycle."""

    def stage(review: Review) -> str:
        cycle = service.cycle(review)
        return words.stage(cycle.stage(today, is_frozen=review.is_frozen, is_closed=review.is_closed), cycle)

    return Sheet(
        gettext("Meetings"),
        [
            Column(gettext("Meeting"), lambda review: review.meets_on, Kind.DATE),
            Column(gettext("Place"), lambda review: review.place, width=30),
            Column(gettext("Owners are asked"), lambda review: service.cycle(review).asks_on, Kind.DATE),
            Column(gettext("Answers close"), lambda review: service.cycle(review).closes_on, Kind.DATE),
            Column(gettext("How it stands"), stage, width=50),
            Column(gettext("Snapshot (SHA-256)"), lambda review: review.digest, width=66),
        ],
        reviews,
    )
