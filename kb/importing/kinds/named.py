"""Records that cells name: by ref, title or another name; looked up in memory, as a file may name thousands."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils

from kb.errors import Invalid
from kb.importing import fields
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_NAMED = 3
# Below this two names have little in common but the alphabet.
NEAR_ENOUGH = 60
# Whoever has that many wrong names in one file has another list in mind, and comparing costs.
MOST_COMPARED = 200


def key_of(name: str) -> str:
    """A name as names are compared: case and blanks do not matter."""
    return " ".join(name.split()).casefold()


@dataclass
class Names:
    """The records of one kind that a cell may name, by their refs; `longer` tells apart those of the same title."""

    kind: str
    titles: dict[str, str] = field(default_factory=dict)
    longer: dict[str, str] = field(default_factory=dict)
    _by_name: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _unknown: dict[str, str] = field(default_factory=dict)

    def add(self, ref: str, title: str, others: Iterable[str] = (), longer: str = "") -> None:
        """Let a record be named by its ref, its title, and these other names."""
        self.titles[ref] = title
        self.longer[ref] = longer
        for key in {key_of(name) for name in (ref, title, longer, *others)} - {""}:
            self._by_name[key].append(ref)

    def refs(self, name: str) -> list[str]:
        """The refs of all that bear a name."""
        given = name.strip()
        found = self._by_name.get(key_of(given), [])
        return [given] if given in found else found

    def told(self, ref: str) -> str:
        """The shortest name that means this record and no other."""
        names = (self.titles.get(ref, ref), self.longer.get(ref, ""), ref)
        return next(name for name in names if name and self.refs(name) in ([ref], []))

    def joined(self, refs: Iterable[str]) -> str:
        """The names of several records in one cell, in the order of names."""
        return fields.joined(sorted(map(self.told, refs)))

    def one(self, field: str, name: str, standing: Sequence[str] = ()) -> str:
        """The ref that a name means; of several it is the one that stands already.

        Raises Invalid with what else there is.
        """
        return self._meant(field, name, 1, standing)[0]

    def several(self, field: str, text: str, standing: Sequence[str] = ()) -> tuple[str, ...]:
        """The refs that the names in one cell mean, each once; Invalid with all that mean none."""
        counts = Counter(self._split(text))
        found: dict[str, None] = {}
        wrong = []
        for name, number in counts.items():
            try:
                found |= dict.fromkeys(self._meant(field, name, number, standing))
            except Invalid as error:
                wrong.append(str(error))
        if wrong:
            raise Invalid(field, " ".join(wrong))
        return tuple(found)

    def _split(self, text: str) -> list[str]:
        """The names in a cell; what stands between the marks may be parts of one name that has such marks itself."""
        if self.refs(text):
            return [text.strip()]
        parts, names = fields.split(text), []
        while parts:
            taken = next((n for n in range(len(parts), 1, -1) if self.refs("; ".join(parts[:n]))), 1)
            names.append("; ".join(parts[:taken]))
            parts = parts[taken:]
        return names

    def _meant(self, field: str, name: str, number: int, standing: Sequence[str]) -> list[str]:
        refs = self.refs(name)
        if len(refs) <= 1:
            if not refs:
                raise Invalid(field, self._what_is_unknown(name))
            return refs
        kept = [ref for ref in refs if ref in standing]
        if len(kept) == number:
            return kept
        raise Invalid(field, self._which(name, refs))

    def _which(self, name: str, refs: list[str]) -> str:
        told = "; ".join(self.told(ref) for ref in refs[:MOST_NAMED])
        return gettext("Several are called “%(name)s”. Write which one: %(told)s", name=name.strip(), told=told)

    def _what_is_unknown(self, name: str) -> str:
        if name not in self._unknown:
            near = self._nearest(name) if len(self._unknown) < MOST_COMPARED else []
            self._unknown[name] = self._is_unknown(name, near)
        return self._unknown[name]

    def _nearest(self, name: str) -> list[str]:
        titles = {ref: utils.default_process(title) for ref, title in self.titles.items()}
        wanted = utils.default_process(name)
        near = process.extract(wanted, titles, scorer=fuzz.WRatio, score_cutoff=NEAR_ENOUGH, limit=MOST_NAMED)
        return [ref for _, _, ref in near]

    def _is_unknown(self, name: str, near: list[str]) -> str:
        values = {"kind": self.kind, "name": name.strip()[:80]}
        if not near:
            return gettext("There is no %(kind)s called “%(name)s”. Add it first, or correct the name.", **values)
        told = "; ".join(map(self.told, near))
        return gettext(
            "There is no %(kind)s called “%(name)s”. The nearest are: %(told)s. Write one of these, or add it first.",
            told=told,
            **values,
        )
