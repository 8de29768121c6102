"""The documents of one row: each with its title, address, publisher, date, kind and nations, guesses named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from kb.importing.mapping import guesses
from kb.importing.mapping.citing import cited
from kb.importing.mapping.references import ADDRESS, LINK_MARK, Piece, pieces, quoted, whole_address
from kb.importing.mapping.rows import RESEARCH, SourceGuess
from kb.importing.mapping.stated_dates import dates_in, dates_of_column, is_publication_date
from kb.importing.mapping.words import Role, Vocabulary
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.importing.grid import Cell

_EDGES = " \t\n-–—:;,/"
_EMPTY_BRACKETS = re.compile(r"\(\s*\)")


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a row's documents before they are read: under which heading they stand, and known names."""

    section: str
    category: str
    vocabulary: Vocabulary


@dataclass(frozen=True, slots=True)
class Sources:
    """The documents of a row, and what a person should look at."""

    guesses: tuple[SourceGuess, ...]
    notes: tuple[str, ...] = ()


def sources_of(cells: Mapping[str, Cell], about: About) -> Sources:
    """The documents that the cells of a row name, by what its columns hold."""
    found = pieces(cells[Role.REFERENCE], about.vocabulary)
    addresses, left = _addresses(found, cells[Role.REFERENCE], cells[Role.LINK])
    made = [_source(piece, address, cells, about) for piece, address in zip(found, addresses, strict=True)]
    said = cells[Role.KEY_POINTS]
    named = quoted(said.text) if cells[Role.REFERENCE] else []
    behind = [address for words, address in said.links if LINK_MARK.fullmatch(words.strip())]
    behind = behind if len(behind) == len(named) else [""] * len(named)
    made += [_source(Piece([title]), address, {}, about) for title, address in zip(named, behind, strict=True)]
    if not cells[Role.REFERENCE]:
        # Somebody has yet to say which document it is; what is known of it stays.
        return Sources((_source(Piece(), "".join(left[:1]), cells, about),))
    if not any(one.title for one in made):
        made = [SourceGuess(_line(cells[Role.REFERENCE].text), category=about.category, guessed=("title", "category"))]
    notes = [
        gettext("It is not plain which document this address belongs to: %(address)s", address=one) for one in left
    ]
    if span := next((f"{one.starts}–{one.ends or ''}" for one in made if _is_span(cells[Role.PUBLISHED])), ""):
        notes.append(gettext("Read as the years that it runs, not as the date of publication: %(span)s", span=span))
    if len(made) > 1:
        notes.append(gettext("The row was taken to name %(number)s documents", number=len(made)))
    return Sources(tuple(one for one in made if one.title), tuple(notes))


def _source(piece: Piece, address: str, cells: Mapping[str, Cell], about: About) -> SourceGuess:
    vocabulary, category = about.vocabulary, about.category
    told = {role: _line(cells[role].text) if role in cells else "" for role in Role}
    parted = [cited(_line(line), vocabulary) for line in piece.lines]
    titled = [one.title for one in parted if one.title and not is_publication_date(one.title)]
    beside = next((one.publisher for one in parted if one.publisher), "")
    named = guesses.Named(tuple(titled), guesses.full_name(told[Role.PUBLISHER], vocabulary) or beside)
    if not named.publisher:
        named = guesses.publisher_of(titled, vocabulary, is_research=category == RESEARCH)
    title = _EMPTY_BRACKETS.sub("", " ".join(named.title)).strip(_EDGES)
    words = " ".join(map(_line, piece.lines))
    period, stated = dates_in(words), dates_of_column(told[Role.PUBLISHED])
    published = stated.published or period.published
    if stated.starts:
        period = stated
    kind = guesses.kind_of(told[Role.KIND], vocabulary) or told[Role.KIND].lower()
    kind = kind or guesses.kind_or_research(title, named.publisher, vocabulary, category)
    nations = guesses.nations_of(told[Role.NATIONS] or f"{title} {named.publisher}", vocabulary)
    nations = nations or guesses.nations_of(about.section, vocabulary)
    guessed = {
        "title": len(piece.lines) > 1 or title != _line(piece.lines[0] if piece.lines else ""),
        "publisher": named.publisher and not told[Role.PUBLISHER],
        "published": published != told[Role.PUBLISHED] and published,
        "starts": period.starts,
        "ends": period.ends,
        "nations": nations and not told[Role.NATIONS],
        "source_kind": kind and not told[Role.KIND],
        "link": address and whole_address(address) != address,
        "category": True,
    }
    return SourceGuess(
        title=title,
        named=words if words != title else "",
        link=whole_address(address) or address,
        publisher=named.publisher,
        published=published,
        year=stated.year or period.year,
        starts=period.starts,
        ends=period.ends,
        nations=nations,
        source_kind=kind,
        category=category,
        guessed=tuple(name for name, is_guess in guessed.items() if is_guess),
    )


def _is_span(cell: Cell) -> bool:
    """Whether a cell under “Year” or “Date” holds the years that a document runs."""
    return dates_of_column(_line(cell.text)).starts is not None


def _addresses(found: Sequence[Piece], reference: Cell, link: Cell) -> tuple[list[str], list[str]]:
    """The address of each document, and those that belong to none for certain.

    The words “Link” and the addresses behind such words go together in order if there are as many of them; a column
    of links answers for the whole row in the same way.
    """
    result = [piece.addresses[0] if piece.addresses else "" for piece in found]
    left = list(chain.from_iterable(piece.addresses[1:] for piece in found))
    behind = []
    for words, address in reference.links:
        if LINK_MARK.fullmatch(words.strip()):
            behind.append(address)
        elif (at := _piece_of(words, found)) is not None and not result[at]:
            result[at] = address
        elif address not in result:
            left.append(address)
    marked = [at for at, piece in enumerate(found) for _ in range(piece.links)]
    if len(behind) != len(marked) and len(found) > 1:
        left += behind
    else:
        left += _fill(result, marked or [0], behind)
    own = [address for _, address in link.links] or ADDRESS.findall(link.text)
    own = own or [word for word in link.text.split() if whole_address(word)]
    if len(own) in {1, len(found)} and (len(found) == 1 or len(own) > 1):
        left += _fill(result, range(len(found)), own)
    else:
        left += own
    return result, list(dict.fromkeys(left))


def _fill(result: list[str], places: Sequence[int], addresses: Sequence[str]) -> list[str]:
    """Give addresses to the documents at these places, each its first one; the others come back."""
    left = []
    for at, address in zip([*places, *[places[-1]] * len(addresses)], addresses, strict=False):
        if not result or (result[at] and result[at] != address):
            left.append(address)
        else:
            result[at] = address
    return left


def _piece_of(words: str, found: Sequence[Piece]) -> int | None:
    """The document whose lines hold these words."""
    given = _line(words)
    return next((at for at, piece in enumerate(found) if given and given in _line(" ".join(piece.lines))), None)


def _line(text: str) -> str:
    return " ".join(text.split())
