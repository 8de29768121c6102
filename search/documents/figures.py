"""What is searchable of figures, of their comparisons, and of indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.catalogue.amounts import amount, with_unit
from search.documents.document import Part
from search.documents.making import document, inside, joined, owner, published, spelt

if TYPE_CHECKING:
    from actions.indicator_models import Indicator
    from kb.models.figure import Comparison, Figure
    from search.documents.document import Document


def of_figure(figure: Figure, plan: str) -> Document:
    """A figure is found by what is counted, by its number and unit, and through its source."""
    value = " ".join(filter(None, (figure.qualifier, with_unit(figure.value, figure.unit))))
    parts = [
        Part("value", joined(value, figure.population, figure.period)),
        Part("note", figure.note),
        Part("facts", spelt(figure.figure_kind), is_aside=True),
    ]
    return inside(figure, plan, figure.source, parts, figure.source.themes)


def of_comparison(comparison: Comparison, plan: str) -> Document:
    """A comparison is found by what is compared, and by the numbers that stand in it."""
    figures = [each for each in published(comparison.figures) if published([each.source])]
    told = [joined(each.title, with_unit(each.value, each.unit)) for each in figures]
    parts = [Part("note", comparison.note), *(Part("figure", words, is_aside=True) for words in told)]
    return document(comparison, plan, parts=parts)


def of_indicator(indicator: Indicator, plan: str) -> Document:
    """An indicator is found by what is measured and how; its readings are numbers, and not words to search."""
    target = joined(amount(indicator.target, indicator.unit), indicator.target_period)
    return document(
        indicator,
        plan,
        parts=[
            Part("definition", indicator.definition),
            Part("numerator", indicator.numerator),
            Part("denominator", indicator.denominator),
            Part("target", target),
            Part("note", indicator.note),
            Part("facts", joined(indicator.unit, indicator.perspective, indicator.data_source), is_aside=True),
            *owner(indicator.owner),
        ],
        owner=indicator.owner.ref if indicator.owner else "",
        year=indicator.target_on.year if indicator.target_on else None,
        day=indicator.target_on.isoformat() if indicator.target_on else "",
    )
