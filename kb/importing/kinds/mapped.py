"""Writing a row of a mapping table, and taking it back: sources, what they say and mean, and the plan's answer."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from kb import labels
from kb.catalogue import source_editing
from kb.catalogue.source_editing import SourceDetails
from kb.errors import Invalid
from kb.exporting import wording
from kb.importing import fields as reading
from kb.importing.fields import Field, plain
from kb.importing.kinds.listed import ANY_DOCUMENT
from kb.importing.kinds.standing import Standing, as_said, differing
from kb.importing.proposals import Applied, Context, Problem
from kb.mapping import service as mappings
from kb.mapping.rows import ImplicationRow, Mapping, PointRow
from kb.models.plan import Response
from kb.models.record import Record
from kb.models.source import Category, Implication, ImplicationKind, KeyPoint, Source
from kb.planning import responses
from kb.planning.responses import ResponseDetails
from kb.removal import deleting
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.dates import StatedDate
    from kb.importing.fields import Values
    from kb.importing.kinds.wanted import Wanted, WantedSource

# What a row says of a source, and is written only where it makes that.
OF_NEW = ("category", "source_kind", "publisher", "published", "starts", "ends", "nations", "link")
# What an implication is about, by the first of these beginnings of words that it has.
ABOUT = {
    "recruit": ImplicationKind.RECRUITMENT,
    "retain": ImplicationKind.RETENTION,
    "retention": ImplicationKind.RETENTION,
    "wellbeing": ImplicationKind.WELLBEING,
    "train": ImplicationKind.SKILLS,
    "skill": ImplicationKind.SKILLS,
    "competenc": ImplicationKind.SKILLS,
    "role": ImplicationKind.NEW_ROLES,
    "number": ImplicationKind.NUMBERS,
    "dut": ImplicationKind.DUTIES,
    "data": ImplicationKind.DATA,
    "leader": ImplicationKind.LEADERSHIP,
}


def problems_of(values: Values) -> list[Problem]:
    """What is wrong with what a row says of a new source."""
    problems = []
    for read in (_category, _nations, _published, _starts, _ends, _link):
        try:
            read(values)
        except Invalid as error:
            problems.append(Problem(error.field, str(error)))
    if not problems:
        try:
            source_editing.check_order(_starts(values), _ends(values))
        except Invalid as error:
            problems.append(Problem(error.field, str(error)))
    return problems


def write(context: Context, found: Wanted, *, reason: str) -> list[Applied]:
    """Do all that a row asks for; Invalid or Conflict where it cannot be done."""
    applied: list[Applied] = []
    refs = []
    for one in found.sources:
        if one.known is None:
            ref = _make(context, one, applied).ref
        else:
            ref = one.known.ref
            if one.is_renamed:
                _rename(context, one, applied, reason=reason)
        refs.append(ref)
        _say(context, ref, one, applied)
    _answer(context, found, refs, applied, reason=reason)
    _remember(context, found, refs, applied)
    return applied


def _remember(context: Context, found: Wanted, refs: Sequence[str], applied: Sequence[Applied]) -> None:
    """Let later rows of the file know the sources that this one made, and what it said of them."""
    standing, records = Standing.of(context), [one.record for one in applied if one.is_new]
    made = {record.ref: record.id for record in records if isinstance(record, Source)}
    for one, ref in zip(found.sources, refs, strict=True):
        known = one.known or standing.expect(one.title, one.year, made[ref], ref)
        if one.known is not None and not one.is_of_file:
            continue
        for part in records:
            if isinstance(part, KeyPoint) and part.source_id == known.id:
                standing.points[known.id].append(as_said(part))
            elif isinstance(part, Implication) and part.source_id == known.id:
                standing.implications[known.id].append(as_said(part))


def restore(context: Context, applied: Applied, *, reason: str) -> None:
    """Give a key point, an implication or an answer the words that it had."""
    session, record, before = context.session, applied.record, applied.before
    if isinstance(record, Response):
        standing = responses.get(session, record.ref, person=context.by)
        details = replace(responses.details_of(standing), text=before["text"], response_type=before["response_type"])
        responses.edit(session, record.ref, details, version=standing.version, reason=reason, by=context.by)
        return
    if isinstance(record, Source):
        _retitle(context, record.ref, before["title"], reason=reason)
        return
    line = [(before["line"], record.ref)]
    source = session.get_one(Source, _source_of(record))
    is_point = isinstance(record, KeyPoint)
    _save(context, source.ref, line if is_point else [], [] if is_point else line)


def remove(context: Context, applied: Applied, *, reason: str) -> None:
    """Take a record out of sight that a row made."""
    deleting.delete(context.session, applied.record, reason=reason, by=context.by)


def _make(context: Context, one: WantedSource, applied: list[Applied]) -> Source:
    values, bodies = one.values, Standing.of(context).organisations
    publisher_words = values.get("publisher", "").strip()
    publisher = bodies.get(plain(publisher_words))
    details = SourceDetails(
        title=one.title,
        category=_category(values),
        source_kind=plain(values.get("source_kind", "")).replace(" ", "-") or ANY_DOCUMENT,
        publishers=(publisher,) if publisher else (),
        publisher_as_stated="" if publisher else publisher_words,
        nations=_nations(values),
        published=_published(values),
        starts=_starts(values),
        ends=_ends(values),
        link=_link(values),
    )
    source = source_editing.create(context.session, details, by=context.by)
    applied.append(Applied(source, is_new=True))
    return source


def _rename(context: Context, one: WantedSource, applied: list[Applied], *, reason: str) -> None:
    assert one.known is not None
    source = _retitle(context, one.known.ref, one.title, reason=reason)
    applied.append(Applied(source, is_new=False, before={"title": one.known.title}))


def _retitle(context: Context, ref: str, title: str, *, reason: str) -> Source:
    source = source_editing.get(context.session, ref, person=context.by)
    details = replace(source_editing.details_of(source), title=title)
    return source_editing.edit(context.session, ref, details, version=source.version, reason=reason, by=context.by)


def _say(context: Context, ref: str, one: WantedSource, applied: list[Applied]) -> None:
    """Write the key points and implications of a source that are new, or stand in other words."""
    points, meanings = (
        [(line, said.ref if said else "") for line, said in differing(lines)] for lines in (one.points, one.meanings)
    )
    if not points and not meanings:
        return
    before = {said.ref: said.line for _, said in (*one.points, *one.meanings) if said is not None}
    known = {ref for _, ref in (*points, *meanings) if ref}
    there = {part.ref for part in _parts(mappings.get(context.session, ref, None, person=context.by).source)}
    for part in _parts(_save(context, ref, points, meanings)):
        if part.ref in known:
            applied.append(Applied(part, is_new=False, before={"line": before[part.ref]}))
        elif part.ref not in there:
            applied.append(Applied(part, is_new=True))


def _parts(source: Source) -> tuple[KeyPoint | Implication, ...]:
    return (*source.key_points, *source.implications)


def _save(context: Context, ref: str, points: Sequence[tuple[str, str]], meanings: Sequence[tuple[str, str]]) -> Source:
    """Save these lines, each with the short name of what it takes the place of, or none; the source with its parts."""
    session, by = context.session, context.by
    stand = mappings.get(session, ref, None, person=by)
    standing = mappings.as_rows(stand)
    said = {row.ref: row for row in standing.key_points}
    meant = {row.ref: row for row in standing.implications}
    given = Mapping(
        tuple(_point_row(number, line, said.get(known)) for number, (line, known) in enumerate(points)),
        tuple(_meaning_row(number, line, meant.get(known)) for number, (line, known) in enumerate(meanings)),
    )
    mappings.save(session, ref, None, given, version=stand.version, by=by)
    session.expire(stand.source, ["key_points", "implications"])
    return mappings.get(session, ref, None, person=by).source


def _point_row(number: int, line: str, standing: PointRow | None) -> PointRow:
    """A line as a key point; without a tail it leaves what is known of the point beyond its words."""
    point = wording.read_point(line)
    if point.text == line and standing is not None:
        return replace(standing, number=number, text=line)
    facts = {name: value for name, value in asdict(point).items() if name != "text"}
    return PointRow(number, ref=standing.ref if standing else "", text=point.text, **facts)


def _meaning_row(number: int, line: str, standing: ImplicationRow | None) -> ImplicationRow:
    meaning = wording.read_meaning(line)
    if standing is not None:
        kind, horizon = (meaning.kind, meaning.horizon) if meaning else (standing.kind, standing.horizon)
        text = meaning.text if meaning else line
        return replace(standing, number=number, text=text, kind=kind, horizon=horizon, cites=())
    if meaning is not None:
        return ImplicationRow(number, text=meaning.text, kind=meaning.kind, horizon=meaning.horizon)
    return ImplicationRow(number, text=line, kind=_about(line))


def _answer(context: Context, found: Wanted, refs: Sequence[str], applied: list[Applied], *, reason: str) -> None:
    """Write how the plan stands to the sources of the row; a row that says nothing is a gap."""
    session, by = context.session, context.by
    if found.answer:
        response = responses.get(session, found.answer, person=by)
        were = responses.details_of(response)
        details = replace(
            were,
            text=found.relevance or were.text,
            response_type=found.response_type or were.response_type,
        )
        if details == were:
            return
        responses.edit(session, found.answer, details, version=response.version, reason=reason, by=by)
        before = {"text": were.text, "response_type": were.response_type}
        applied.append(Applied(response, is_new=False, before=before))
    elif found.is_answered_here:
        assert context.plan is not None
        details = ResponseDetails(
            sources=tuple(refs), section=found.section, response_type=found.response_type, text=found.relevance
        )
        applied.append(Applied(responses.create(session, context.plan, details, by=by), is_new=True))


def _about(text: str) -> str:
    """What an implication is about, by its words; most are about ways of working."""
    words = plain(text).split()
    return next(
        (kind for word in words for beginning, kind in ABOUT.items() if word.startswith(beginning)),
        ImplicationKind.WAYS_OF_WORKING,
    )


def _source_of(record: Record) -> int:
    assert isinstance(record, KeyPoint | Implication)
    return record.source_id


def _category(values: Values) -> str:
    field = Field("category", gettext("Category"), choices=labels.categories())
    return reading.choice(field, values.get("category", "")) or Category.DRIVER


def _nations(values: Values) -> tuple[str, ...]:
    return reading.choices(Field("nations", gettext("Nations"), choices=labels.nations()), values.get("nations", ""))


def _published(values: Values) -> StatedDate:
    return reading.stated(Field("published", gettext("Published")), values.get("published", ""))


def _starts(values: Values) -> StatedDate:
    return reading.stated(Field("starts", gettext("Runs from")), values.get("starts", ""))


def _ends(values: Values) -> StatedDate:
    return reading.stated(Field("ends", gettext("Runs until")), values.get("ends", ""))


def _link(values: Values) -> str:
    link = values.get("link", "").strip()
    source_editing.check_link(link)
    return link
