"""A pack as the parts of a document: headings, lines, tables and charts, the same for Word and for PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.reviews import count_words, words
from actions.reviews.paper.drawing import svg_of
from kb.catalogue.amounts import amount
from kb.exporting.lines import Break, Cell, Drawing, Line, Look, Run, Table, cell, paragraphs, text
from kb.words import gettext, ngettext, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from actions.reviews.pack import ActionLine, Count, IndicatorLine, Named, Pack

    Address = Callable[[Named], str]

Part = Line | Table | Drawing | Break
MOST_READINGS = 13
# What these count has a part of its own.
_TOLD_ELSEWHERE = frozenset({"gaps", "silent", "sources"})


def of(pack: Pack, address: Address) -> list[Part]:
    """The parts in their order; `address` gives the web address of a record."""
    return [
        *_cover(pack),
        *_numbers(pack),
        *_wanted(pack, address),
        *_actions(gettext("Actions to look at"), pack.exceptions, gettext("None: all go as planned."), address),
        *_scorecard(pack, address),
        *_gaps(pack),
        *_silent(pack, address),
        *_sources(pack, address),
        *_carried(pack, address),
        *_actions(gettext("All other actions"), pack.others, gettext("None."), address),
        *_counted(pack, address),
        *_annex(pack, address),
    ]


def _cover(pack: Pack) -> Iterator[Part]:
    sheet = pack.cover
    since = gettext("Progress since %(day)s", day=spoken(pack.since)) if pack.since else gettext("Progress so far")
    boxes = "   ".join(f"{'☒' if key in sheet.purposes else '☐'} {told}" for key, told in words.purposes().items())
    levels: dict[str, str] = {str(key): told for key, told in words.levels().items()}
    assurance = ": ".join(filter(None, (levels.get(sheet.assurance, gettext("not said")), sheet.assurance_reason)))
    facts = [
        (gettext("Meeting"), ", ".join(filter(None, (spoken(pack.meets_on), pack.place)))),
        (gettext("Paper"), since),
        (gettext("Purpose"), boxes),
        (gettext("Assurance"), assurance),
        (gettext("Lead director"), sheet.lead_director),
        (gettext("Prepared by"), sheet.prepared_by),
        (gettext("Objective"), sheet.objective),
        (gettext("Risk"), sheet.risk),
        (gettext("Seen before by"), sheet.seen_before),
        (gettext("Equality and Welsh language"), sheet.equality),
        (gettext("Recommendation"), sheet.recommendation),
    ]
    rows = [[Cell((Line((Run(name, is_bold=True),)),)), cell(said)] for name, said in facts if said]
    names = (gettext("About"), gettext("What the paper is"))
    yield text(gettext("Cover sheet"), Look.HEADING)
    yield Table(gettext("Cover sheet"), gettext("What the paper is and what it is for."), names, (22, 78), rows)
    yield text(gettext("The group is asked to"), Look.SUBHEADING)
    for one in pack.wanted:
        yield Line((Run(f"{one.verb}: ", is_bold=True), Run(one.words)), Look.BULLET)
    if not pack.wanted:
        yield text(gettext("Nothing waits for a decision."))
    if sheet.summary:
        yield text(gettext("Summary"), Look.SUBHEADING)
        yield from paragraphs(sheet.summary)
    titles = count_words.titles()
    found = [(titles[key], count.number) for key in count_words.ON_COVER if (count := pack.count(key))]
    yield text(gettext("In short"), Look.SUBHEADING)
    yield text("; ".join(f"{name}: {number}" for name, number in found))
    yield text(gettext("Key to status"), Look.SUBHEADING)
    yield text(gettext("Schedule, from the dates: not started, on time, due soon (30 days), overdue, no update."))
    yield text(gettext("Confidence, from the owner: on track, at risk, off track."))
    yield text(gettext("Closure: open, done by the owner, verified by someone else."))
    at = gettext("%(day)s at %(time)s", day=spoken(pack.frozen_at.date()), time=f"{pack.frozen_at:%H:%M}")
    told = gettext("Frozen on %(at)s, snapshot %(number)s. Later changes are not in it.", at=at, number=pack.number)
    yield text(told, Look.QUIET)
    yield Break()


def _numbers(pack: Pack) -> Iterator[Part]:
    titles = count_words.titles()
    yield text(gettext("In numbers"), Look.HEADING)
    if pack.asked:
        words_of = gettext("%(answered)s of %(asked)s owners have answered.", answered=pack.answered, asked=pack.asked)
        yield text(words_of)
    rows = [
        [
            cell(str(one.number)),
            _with_note(titles.get(one.key, one.key), one.note),
            cell(_change(one)),
            cell(_trend(one)),
        ]
        for one in pack.counts
    ]
    names = (gettext("Now"), gettext("What"), gettext("Change"), gettext("Last meetings, oldest first"))
    about = gettext("What happened since the last meeting and how things stand, with the numbers of meetings before.")
    yield Table(gettext("In numbers"), about, names, (10, 50, 16, 24), rows)


def _wanted(pack: Pack, address: Address) -> Iterator[Part]:
    yield text(gettext("Decisions wanted"), Look.HEADING)
    if not pack.wanted:
        yield text(gettext("Nothing waits for a decision."))
        return
    rows = [
        [
            cell(str(number)),
            Cell((Line((Run(f"{one.verb}: ", is_bold=True), Run(one.words))), *paragraphs(one.note))),
            Cell((_linked(one.record, address),)),
        ]
        for number, one in enumerate(pack.wanted, 1)
    ]
    names = (gettext("No."), gettext("Decision"), gettext("About"))
    about = ngettext("%(num)s decision that is wanted.", "%(num)s decisions that are wanted.", len(rows))
    yield Table(gettext("Decisions wanted"), about, names, (7, 58, 35), rows)


def _actions(heading: str, found: Sequence[ActionLine], none: str, address: Address) -> Iterator[Part]:
    yield text(heading, Look.HEADING)
    if not found:
        yield text(none)
        return
    about = ngettext("%(num)s action, worst first.", "%(num)s actions, worst first.", len(found))
    yield _action_table(heading, about, found, address)


def _action_table(title: str, about: str, lines: Sequence[ActionLine], address: Address) -> Table:
    names = (gettext("Action"), gettext("Owner"), gettext("Due"), gettext("Status"))
    return Table(title, about, names, (44, 20, 18, 18), [_action(line, address) for line in lines])


def _action(line: ActionLine, address: Address) -> list[Cell]:
    titles = count_words.titles()
    lines = [_linked(line.record, address)]
    if line.reasons:
        lines.append(_quiet("; ".join(titles.get(key, key) for key in line.reasons)))
    if line.said:
        lines += [_quiet(f"“{line.said}” {spoken(line.said_on)}".strip())]
    due = [text(spoken(line.due_on) or gettext("No date"))]
    if line.forecast_on and line.due_on and line.forecast_on > line.due_on:
        due.append(_quiet(gettext("forecast %(date)s", date=spoken(line.forecast_on))))
    if line.moves:
        due.append(_quiet(ngettext("moved %(num)s time", "moved %(num)s times", line.moves)))
    status = [text(word) for word in _status(line) if word]
    return [Cell(tuple(lines)), cell(line.owner or gettext("No owner")), Cell(tuple(due)), Cell(tuple(status))]


def _status(line: ActionLine) -> list[str]:
    closures = {"done": gettext("Done"), "verified": gettext("Verified"), "stopped": gettext("Stopped")}
    if line.closure in closures:
        return [closures[line.closure]]
    sure = {"on-track": gettext("On track"), "at-risk": gettext("At risk"), "off-track": gettext("Off track")}
    late = gettext("Answered after the close") if line.is_late_answer else ""
    return [line.state_words, sure.get(line.confidence, gettext("Confidence not said")), late]


def _scorecard(pack: Pack, address: Address) -> Iterator[Part]:
    if not pack.indicators:
        return
    yield text(gettext("Scorecard"), Look.HEADING)
    yield text(gettext("By the “Making Data Count” rules of NHS England."), Look.QUIET)
    read = [line for line in pack.indicators if line.latest is not None]
    if read:
        names = (
            *(gettext("Indicator"), gettext("Latest"), gettext("Target"), gettext("Variation")),
            *(gettext("Assurance"), gettext("Mean"), gettext("Limits")),
        )
        about = ngettext("%(num)s indicator that was read.", "%(num)s indicators that were read.", len(read))
        rows = [_indicator(line, address) for line in read]
        yield Table(gettext("Scorecard"), about, names, (30, 13, 12, 13, 14, 8, 10), rows)
    for number, line in enumerate(read):
        yield from _chart(line, f"chart-{number}")
    unread = [line for line in pack.indicators if line.latest is None]
    if unread:
        one, many = "%(num)s indicator that nobody has read", "%(num)s indicators that nobody has read"
        yield text(ngettext(one, many, len(unread)), Look.SUBHEADING)
        yield from (_linked(line.record, address, Look.BULLET) for line in unread)


def _chart(line: IndicatorLine, name: str) -> Iterator[Part]:
    """The chart of an indicator with its sentence and its newest readings; nothing where there is no line to draw."""
    if line.chart is None:
        return
    yield text(line.record.title, Look.SUBHEADING)
    yield Drawing(svg_of(line.chart.wide, line.unit, line.said, name), f"{line.record.title}. {line.said}")
    yield text(line.said)
    shown = line.readings[:MOST_READINGS]
    rows = [[cell(spoken(one.ends_on)), cell(amount(one.value, line.unit)), cell(one.words)] for one in shown]
    about = ngettext(
        "The newest reading of %(all)s.", "The newest %(num)s readings of %(all)s.", len(shown), all=len(line.readings)
    )
    names = (gettext("Period that ended"), gettext("Reading"), gettext("What it is"))
    yield Table(line.record.title, about, names, (30, 20, 50), rows)


def _indicator(line: IndicatorLine, address: Address) -> list[Cell]:
    assert line.latest is not None
    named = [_linked(line.record, address)]
    named += [
        _quiet(words)
        for words in (line.perspective, gettext("demonstration") if line.is_demonstration else "")
        if words
    ]
    target = amount(line.target, line.unit) if line.target is not None else gettext("none")
    mean = amount(round(line.mean, 1), line.unit) if line.mean is not None else "–"
    limits = "–"
    if line.lower is not None and line.upper is not None:
        limits = f"{amount(round(line.lower, 1), '')}–{amount(round(line.upper, 1), line.unit)}"
    latest = Cell((text(amount(line.latest, line.unit)), _quiet(spoken(line.latest_on))))
    icons = (cell(line.variation_words), cell(line.assurance_words))
    return [Cell(tuple(named)), latest, cell(target), *icons, cell(mean), cell(limits)]


def _gaps(pack: Pack) -> Iterator[Part]:
    """How many of each kind; one by one they are the annex, since there may be hundreds."""
    yield text(gettext("Gaps in the thread"), Look.HEADING)
    if not pack.gaps:
        yield text(gettext("None."))
        return
    yield from (text(gap.words, Look.BULLET) for gap in pack.gaps)
    yield text(gettext("The annex names each of them."), Look.QUIET)


def _annex(pack: Pack, address: Address) -> Iterator[Part]:
    if not pack.gaps:
        return
    yield text(gettext("Annex: gaps one by one"), Look.HEADING)
    for gap in pack.gaps:
        yield text(gap.words, Look.SUBHEADING)
        yield from _listed(gap.records, address)


def _silent(pack: Pack, address: Address) -> Iterator[Part]:
    yield text(gettext("Who said nothing"), Look.HEADING)
    for one in pack.silent:
        last = gettext(", last said %(day)s", day=spoken(one.last_said_on)) if one.last_said_on else ""
        yield Line((Run(one.post.title, is_bold=True, address=address(one.post)), Run(last, is_quiet=True)))
        yield from _listed(one.actions, address)
    if not pack.silent:
        yield text(gettext("Nobody: every owner has answered.") if pack.asked else gettext("Nobody was asked."))


def _sources(pack: Pack, address: Address) -> Iterator[Part]:
    yield text(gettext("Sources that changed"), Look.HEADING)
    yield from _listed(pack.sources, address)
    if not pack.sources:
        yield text(gettext("None."))


def _carried(pack: Pack, address: Address) -> Iterator[Part]:
    yield text(gettext("Action log of earlier meetings"), Look.HEADING)
    if not pack.carried:
        yield text(gettext("Nothing is open from earlier meetings."))
        return
    rows = [
        [
            Cell((*((_linked(one.record, address),) if one.record else ()), *paragraphs(one.matter))),
            cell(spoken(one.decided_on)),
            cell(one.owner or "–"),
            cell(spoken(one.due_on) or "–"),
            cell(one.state_words),
        ]
        for one in pack.carried
    ]
    names = (gettext("Matter"), gettext("Meeting"), gettext("Owner"), gettext("Due"), gettext("How it stands"))
    about = gettext("What earlier meetings decided that something becomes of, and what they put off.")
    yield Table(gettext("Action log of earlier meetings"), about, names, (40, 15, 18, 13, 14), rows)


def _counted(pack: Pack, address: Address) -> Iterator[Part]:
    titles = count_words.titles()
    yield text(gettext("What the numbers count"), Look.HEADING)
    for one in pack.counts:
        if one.records and one.key not in _TOLD_ELSEWHERE:
            yield text(f"{titles.get(one.key, one.key)}: {one.number}", Look.SUBHEADING)
            yield from _listed(one.records, address)


def _listed(records: Iterable[Named], address: Address) -> Iterator[Line]:
    for record in records:
        note = (Run(f" {record.note}", is_quiet=True),) if record.note else ()
        yield Line((Run(record.title, address=address(record)), *note), Look.BULLET)


def _linked(record: Named, address: Address, look: Look = Look.TEXT) -> Line:
    return Line((Run(record.title, address=address(record)),), look)


def _with_note(words: str, note: str) -> Cell:
    return Cell((text(words), *((_quiet(note),) if note else ())))


def _quiet(words: str) -> Line:
    return Line((Run(words, is_quiet=True, is_small=True),))


def _change(count: Count) -> str:
    by = count.change
    if by is None:
        return ""
    if not by:
        return gettext("no change")
    return gettext("up %(num)s", num=by) if by > 0 else gettext("down %(num)s", num=-by)


def _trend(count: Count) -> str:
    return ", ".join("–" if number is None else str(number) for number in count.trend)
