"""How the parts of a mapping are written as lines of a document, and read from such lines again."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kb import labels
from kb.dates import Precision
from kb.words import gettext

if TYPE_CHECKING:
    from kb.dates import StatedDate

DOT = " · "
# Square brackets at the end of a line hold what is known of it beyond its words.
_TAIL = re.compile(r"(?s)(.*) \[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Point:
    """A key point: its words and its kind, and what a promise or a lesson says besides."""

    text: str
    kind: str = "point"
    promised_by: str = ""
    promised_for: str = ""
    measured_by: str = ""
    place: str = ""
    site: str = ""
    aspect: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """An implication: its words, its kind, and how soon it bites."""

    text: str
    kind: str
    horizon: str = ""


def workforce_heading() -> str:
    """The line above the implications of a source."""
    return gettext("What it means for the workforce")


def _facts() -> dict[str, str]:
    return {
        "promised_by": gettext("promised by"),
        "promised_for": gettext("by when"),
        "measured_by": gettext("measured by"),
        "place": gettext("where"),
        "site": gettext("learnt at"),
        "aspect": gettext("sort of lesson"),
    }


def point_tail(point: Point) -> str:
    """What follows the words of a key point: “[Commitment; promised by: a board; by when: 2027]”, or nothing."""
    known = [f"{name}: {value}" for field, name in _facts().items() if (value := str(getattr(point, field)))]
    # Words that end like a tail of their own are followed by one, so that theirs is not taken for it.
    if point.kind != "point" or (not known and read_point(point.text) != point):
        known.insert(0, labels.key_point_kinds()[point.kind])
    return f"[{'; '.join(_without_brackets(part) for part in known)}]" if known else ""


def read_point(line: str) -> Point:
    """The key point of a line, its tail taken apart; a tail that is not ours belongs to the words."""
    found = _TAIL.fullmatch(line)
    if not found:
        return Point(line)
    kinds = {label: kind for kind, label in labels.key_point_kinds().items()}
    names = {name: field for field, name in _facts().items()}
    point, last = Point(found[1]), ""
    for part in found[2].split("; "):
        name, colon, value = part.partition(": ")
        if colon and name in names:
            last = names[name]
            point = replace(point, **{last: value})
        elif part in kinds and not last:
            point = replace(point, kind=kinds[part])
        elif last:  # a semicolon within a value
            point = replace(point, **{last: f"{getattr(point, last)}; {part}"})
        else:
            return Point(line)
    return point


def meaning_tail(meaning: Meaning) -> str:
    """What follows the words of an implication: “[Skills and training; short term]”."""
    parts = [labels.implication_kinds()[meaning.kind]]
    if meaning.horizon:
        parts.append(labels.horizons()[meaning.horizon].lower())
    return f"[{'; '.join(parts)}]"


def read_meaning(line: str) -> Meaning | None:
    """The implication of a line; None where its end does not say of what kind it is."""
    found = _TAIL.fullmatch(line)
    kinds = {label: kind for kind, label in labels.implication_kinds().items()}
    horizons = {label.lower(): horizon for horizon, label in labels.horizons().items()}
    if not found:
        return None
    kind, _, horizon = found[2].partition("; ")
    if kind not in kinds or (horizon and horizon not in horizons):
        return None
    return Meaning(found[1], kinds[kind], horizons.get(horizon, ""))


def stance(response_type: str) -> str:
    """The words that an answer begins with: “Incorporated: ”; none where nobody chose a type."""
    return f"{labels.response_types()[response_type]}: " if response_type else ""


def read_stance(text: str) -> tuple[str, str]:
    """The type of an answer and its words; no type where it begins with none."""
    for kind, label in labels.response_types().items():
        if text.startswith(f"{label}: "):
            return kind, text.removeprefix(f"{label}: ")
    return "", text


def dated(day: StatedDate) -> str:
    """When a source was published, short: as pages say it, but a year alone without the remark that it is alone."""
    return str(day.day.year) if day.day and day.precision == Precision.YEAR else day.spoken


def _without_brackets(text: str) -> str:
    """A value whose own brackets do not end the tail."""
    return text.replace("[", "(").replace("]", ")")
