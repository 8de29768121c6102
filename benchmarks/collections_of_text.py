"""The standard collections MED and Cranfield, read from the folder beside the project where they are at hand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BEST_GRADE = 5


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a collection."""

    id: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the grade of each text that answers it."""

    id: str
    words: str
    grades: dict[str, int]


@dataclass(frozen=True, slots=True)
class Collection:
    """Texts, and questions that were put to them."""

    name: str
    texts: tuple[Text, ...]
    questions: tuple[Question, ...]


def read_all(folder: Path) -> list[Collection]:
    """Those of the collections that are there."""
    readers = ((folder / "med", _med), (folder / "cran", _cranfield))
    return [read(place) for place, read in readers if place.is_dir()]


def _med(folder: Path) -> Collection:
    grades: dict[str, dict[str, int]] = {}
    for line in (folder / "MED.REL").read_text("latin-1").splitlines():
        question, _, text, grade = line.split()
        grades.setdefault(question, {})[text] = int(grade)
    texts = [Text(each["I"], "", each["W"]) for each in _entries(folder / "MED.ALL")]
    asked = [Question(each["I"], each["W"], grades[each["I"]]) for each in _entries(folder / "MED.QRY")]
    return Collection("MED", tuple(texts), tuple(asked))


def _cranfield(folder: Path) -> Collection:
    """The judgements count the questions as they stand in the file, not by the numbers printed there.

    A code of 1 is a complete answer and 4 of the least interest; what bears none of these is not counted.
    """
    grades: dict[str, dict[str, int]] = {}
    for line in (folder / "cranqrel").read_text("latin-1").splitlines():
        question, text, code = line.split()[:3]
        if 1 <= int(code) < BEST_GRADE:
            grades.setdefault(question, {})[text] = BEST_GRADE - int(code)
    texts = [Text(each["I"], each["T"], each["W"]) for each in _entries(folder / "cran.all.1400")]
    asked = [
        Question(str(place), each["W"], grades[str(place)])
        for place, each in enumerate(_entries(folder / "cran.qry"), start=1)
        if str(place) in grades
    ]
    return Collection("Cranfield", tuple(texts), tuple(asked))


def _entries(path: Path) -> list[dict[str, str]]:
    """The entries of a SMART file: ".I 1" begins one, and ".T", ".W" and such its fields."""
    entries = []
    for told in re.split(r"^\.I ", path.read_text("latin-1"), flags=re.MULTILINE)[1:]:
        number, *fields = re.split(r"^\.([A-Z])[ ]*$", told, flags=re.MULTILINE)
        entry = {name: " ".join(text.split()) for name, text in zip(fields[::2], fields[1::2], strict=True)}
        entries.append({"I": number.strip(), "T": "", "W": "", **entry})
    return entries
