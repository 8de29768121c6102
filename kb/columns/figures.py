"""The lists of figures, comparisons and key points as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb import downloads, labels, web
from kb.catalogue import comparisons, figures, key_points
from kb.catalogue.sums import sum_check
from kb.columns.words import draft, in_words, joined, titles
from kb.spreadsheets import Column, Kind, Sheet
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.catalogue.comparisons import ComparisonFilter
    from kb.catalogue.figures import FigureFilter
    from kb.catalogue.key_points import KeyPointFilter
    from kb.models.figure import Comparison, Figure
    from kb.models.source import KeyPoint


def of_figures(wanted: FigureFilter) -> Sheet[Figure]:
    """The figures that fit."""
    session, person, kinds = web.session(), web.person(), labels.figure_kinds()

    def fetch(offset: int, limit: int) -> Sequence[Figure]:
        return figures.list_figures(session, wanted, person=person, offset=offset, limit=limit)

    columns: list[Column[Figure]] = [
        Column(gettext("Ref"), lambda one: one.ref, width=24),
        Column(gettext("What is counted"), lambda one: one.title, width=50),
        Column(gettext("Kind"), lambda one: in_words(kinds, one.figure_kind), width=14),
        Column(gettext("Figure"), lambda one: one.value, width=20),
        Column(gettext("From"), lambda one: one.low, Kind.NUMBER),
        Column(gettext("To"), lambda one: one.high, Kind.NUMBER),
        Column(gettext("Unit"), lambda one: one.unit, width=18),
        Column(gettext("Of whom or what"), lambda one: one.population),
        Column(gettext("Period"), lambda one: one.period, width=20),
        Column(gettext("Qualifier"), lambda one: one.qualifier, width=20),
        Column(gettext("Note"), lambda one: one.note, width=40),
        Column(gettext("Source ref"), lambda one: one.source.ref, width=24),
        Column(gettext("Source"), lambda one: one.source.title, width=40),
        Column(gettext("Compared in"), lambda one: titles(one.comparisons)),
        Column(gettext("Draft"), draft, width=8),
        downloads.page_of(lambda one: one),
    ]
    return Sheet(gettext("Figures"), columns, downloads.everything(fetch))


def of_comparisons(wanted: ComparisonFilter) -> Sheet[Comparison]:
    """The comparisons that fit, each with its figures in one cell."""
    session, person, outcomes = web.session(), web.person(), labels.outcomes()

    def fetch(offset: int, limit: int) -> Sequence[Comparison]:
        return comparisons.list_comparisons(session, wanted, person=person, offset=offset, limit=limit)[1]

    def side_by_side(one: Comparison) -> str:
        return joined(
            f"{' '.join(filter(None, (figure.value, figure.unit)))} ({figure.source.title})" for figure in one.figures
        )

    def summed(one: Comparison) -> str:
        check = sum_check(one)
        return f"{check.total}, {check.words}" if check and check.words else ""

    columns: list[Column[Comparison]] = [
        Column(gettext("Ref"), lambda one: one.ref, width=24),
        Column(gettext("Comparison"), lambda one: one.title, width=50),
        Column(gettext("Outcome"), lambda one: outcomes[one.outcome or comparisons.OPEN], width=24),
        Column(gettext("Figures"), side_by_side, width=60),
        Column(gettext("Refs of the figures"), lambda one: joined(figure.ref for figure in one.figures)),
        Column(gettext("Sum check"), summed, width=30),
        Column(gettext("Note"), lambda one: one.note, width=40),
        Column(gettext("Settled on"), lambda one: one.settled_on, Kind.DATE),
        Column(gettext("Draft"), draft, width=8),
        downloads.page_of(lambda one: one),
    ]
    return Sheet(gettext("Comparisons"), columns, downloads.everything(fetch))


def of_key_points(wanted: KeyPointFilter) -> Sheet[KeyPoint]:
    """The key points that fit."""
    session, person, kinds = web.session(), web.person(), labels.key_point_kinds()

    def fetch(offset: int, limit: int) -> Sequence[KeyPoint]:
        return key_points.list_key_points(session, wanted, person=person, offset=offset, limit=limit)[1]

    columns: list[Column[KeyPoint]] = [
        Column(gettext("Ref"), lambda one: one.ref, width=28),
        Column(gettext("Key point"), lambda one: one.title, width=60),
        Column(gettext("Kind"), lambda one: in_words(kinds, one.point_kind), width=16),
        Column(gettext("Source ref"), lambda one: one.source.ref, width=24),
        Column(gettext("Source"), lambda one: one.source.title, width=40),
        Column(gettext("Where in the source"), lambda one: one.place, width=20),
        Column(gettext("Promised by"), lambda one: one.promised_by),
        Column(gettext("Promised for"), lambda one: one.promised_for, width=20),
        Column(gettext("Measured by"), lambda one: one.measured_by),
        Column(gettext("Site"), lambda one: one.site, width=20),
        Column(gettext("Subject"), lambda one: labels.readable(one.aspect), width=20),
        Column(gettext("Themes"), lambda one: titles(one.themes)),
        Column(gettext("Draft"), draft, width=8),
        downloads.page_of(lambda one: one),
    ]
    return Sheet(gettext("Key points"), columns, downloads.everything(fetch))
