"""What a meeting counts beside actions: what is asked of the group, indicators, links, sources and gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.indicators.variation import Variation
from actions.reviews.counting import Found, named
from actions.reviews.happened import STATUS, Happened
from actions.reviews.pack import Named
from graph.gaps import headings
from kb import labels
from kb.link_words import PHRASES
from kb.models.link import LinkType
from kb.models.record import Kind
from kb.words import gettext, ngettext, relative

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from actions.measures.scorecard import OffTrajectory, Row
    from actions.models import Update
    from actions.requests.service import Asked
    from graph.gaps.missing import Gap
    from graph.network import Network
    from kb.suspects import Doubt


def asks(found: Sequence[Update], today: date) -> list[Found]:
    """What owners ask for, the oldest first."""
    records = []
    for ask in found:
        who = ask.post.title if ask.post else gettext("somebody")
        when = relative(ask.said_on, today)
        words = gettext("“%(what)s”: %(who)s, %(when)s", what=ask.support_needed, who=who, when=when)
        records.append(Named(Kind.ACTION, ask.action.ref, ask.action.title, words))
    note = _waited((today - found[0].said_on).days) if found else ""
    return [Found("asks", len(records), lambda: records, note, tuple(ask.action_id for ask in found))]


def requests(found: Sequence[tuple[Asked, str]], others: int) -> list[Found]:
    """The changes that the group decides, with what is asked for in words; `others` are a lead's."""
    records = [Named(Kind.ACTION, one.action.ref, one.action.title, words) for one, words in found]
    more = ngettext("%(num)s more that a lead may decide", "%(num)s more that a lead may decide", others)
    ids = tuple(one.action.id for one, _ in found)
    return [Found("requests", len(records), lambda: records, more if others else "", ids)]


def doubts(found: Sequence[Doubt], today: date) -> list[Found]:
    """The suspect links, the longest in doubt first."""

    def told(one: Doubt) -> Named:
        words = gettext("%(link)s “%(title)s”", link=PHRASES[LinkType(one.type)], title=one.other_title)
        return Named(one.kind, one.ref, one.title, f"{words}: {one.because}" if one.because else words)

    oldest = found[0].since if found else None
    waited = _waited((today - oldest.date()).days) if oldest else ""
    return [Found("suspect", len(found), lambda: map(told, found), waited)]


def gaps(found: Mapping[str, Sequence[Gap]]) -> list[Found]:
    """All gaps, each with its kind."""

    def records() -> Iterator[Named]:
        for kind, listed in found.items():
            words = headings.of(kind, 1).heading.removeprefix("1 ")
            yield from (Named(gap.kind, gap.ref, gap.title, words) for gap in listed)

    kinds = sum(bool(listed) for listed in found.values())
    note = ngettext("of %(num)s kind", "of %(num)s kinds", kinds) if kinds else ""
    return [Found("gaps", sum(map(len, found.values())), records, note)]


def sources(happened: Happened, network: Network, under: Collection[int]) -> list[Found]:
    """The sources under the plan of which something changed."""
    nodes = sorted((network.nodes[id] for id in happened.sources if id in under), key=lambda node: node.title)
    records, moved = [], 0
    for node in nodes:
        lines = happened.sources[node.id]
        standing = [line for line in lines if line.field == STATUS]
        moved += bool(standing)
        words = [gettext("now %(status)s", status=_status(standing[-1].new))] if standing else []
        text = len(lines) - len(standing)
        if text:
            words.append(
                ngettext("%(num)s change to what is held of it", "%(num)s changes to what is held of it", text)
            )
        records.append(named(node, "; ".join(words)))
    note = ngettext("%(num)s stands elsewhere now", "%(num)s stand elsewhere now", moved) if moved else ""
    return [Found("sources", len(records), lambda: records, note)]


def under(network: Network, plan_id: int, seen: AbstractSet[int]) -> set[int]:
    """The sources that a plan answers, or that its priorities are drawn from, as far as they are seen."""
    ours = network.of_plan(plan_id) & (network.of_kind("response") | network.of_kind("priority")) & seen
    near = {id for each in ours for id in network.before[each]}
    read = network.of_kind("implication") & near
    far = {id for each in read for id in network.before[each]}
    answering = network.of_kind("response") & near
    far |= {id for each in answering for id in network.before[each]}
    return (near | far) & network.of_kind("source") & seen


def signals(rows: Sequence[Row], since: date | None) -> list[Found]:
    """The indicators whose last reading is special and came in since."""
    new = [row for row in rows if is_new_signal(row, since)]
    better = sum(row.variation is Variation.IMPROVEMENT for row in new)
    worse = sum(row.variation is Variation.CONCERN for row in new)
    told = [
        ngettext("%(num)s better", "%(num)s better", better) if better else "",
        ngettext("%(num)s worse", "%(num)s worse", worse) if worse else "",
    ]
    return [Found("signals", len(new), lambda: map(_indicator, new), ", ".join(filter(None, told)))]


def is_new_signal(row: Row, since: date | None) -> bool:
    """Whether the last reading of an indicator is special and came in since a day."""
    if row.variation in (None, Variation.COMMON) or row.latest is None:
        return False
    return since is None or row.latest.at.date() >= since


def off_trajectory(found: Sequence[OffTrajectory]) -> list[Found]:
    """The indicators that are short of their plan by more than is tolerated, the furthest first."""
    records = [Named(Kind.INDICATOR, one.indicator.ref, one.indicator.title, one.words) for one in found]
    return [Found("off-trajectory", len(records), lambda: records)]


def _indicator(row: Row) -> Named:
    words = {
        Variation.IMPROVEMENT: gettext("better than usual"),
        Variation.CONCERN: gettext("worse than usual"),
        Variation.NEITHER: gettext("other than usual"),
    }
    said = words.get(row.variation, "") if row.variation else ""
    return Named(Kind.INDICATOR, row.indicator.ref, row.indicator.title, said)


def _status(word: str | None) -> str:
    words = labels.source_statuses()
    return words.get(word or "", word or "").lower()


def _waited(days: int) -> str:
    return ngettext("the oldest has waited %(num)s day", "the oldest has waited %(num)s days", max(days, 0))
