"""What has changed between the packs of two meetings; plain computation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actions.reviews.pack import ActionLine, Count, Gap, IndicatorLine, Named, Pack

_CLOSED = ("done", "verified")
_SURENESS = {"off-track": 0, "at-risk": 1, "on-track": 2}


@dataclass(frozen=True)
class Pair:
    """The same line of the earlier pack and of the later one."""

    before: ActionLine
    after: ActionLine


@dataclass(frozen=True)
class Comparison:
    """The later pack against the earlier one, each list in the order of the later pack.

    `counts` are those of both packs by key; a number that one of them lacks is None there. Of gaps, `opened` and
    `closed` are by the words of their kind.
    """

    counts: tuple[tuple[Count | None, Count | None], ...]
    new: tuple[ActionLine, ...]
    gone: tuple[ActionLine, ...]
    closed: tuple[Pair, ...]
    reopened: tuple[Pair, ...]
    later: tuple[Pair, ...]
    earlier: tuple[Pair, ...]
    surer: tuple[Pair, ...]
    less_sure: tuple[Pair, ...]
    new_owner: tuple[Pair, ...]
    indicators: tuple[tuple[IndicatorLine, IndicatorLine], ...]
    opened: tuple[tuple[str, Named], ...]
    mended: tuple[tuple[str, Named], ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing but the numbers may differ."""
        lists = (self.new, self.gone, self.closed, self.reopened, self.later, self.earlier, self.surer)
        return not any((*lists, self.less_sure, self.new_owner, self.indicators, self.opened, self.mended))


def compare(before: Pack, after: Pack) -> Comparison:
    """Compare the packs of two meetings of a plan; records are the same where their refs are."""
    old, new = _by_ref(before), _by_ref(after)
    pairs = [Pair(old[ref], new[ref]) for ref in new if ref in old]
    open_pairs = [pair for pair in pairs if pair.after.closure not in _CLOSED]
    dated = [pair for pair in open_pairs if pair.before.due_on and pair.after.due_on]
    sure = [pair for pair in open_pairs if pair.before.confidence and pair.after.confidence]
    read = {line.record.ref: line for line in before.indicators}
    gaps_before, gaps_after = _gaps(before.gaps), _gaps(after.gaps)
    return Comparison(
        counts=_counts(before, after),
        new=tuple(line for ref, line in new.items() if ref not in old),
        gone=tuple(line for ref, line in old.items() if ref not in new),
        closed=tuple(one for one in pairs if one.before.closure not in _CLOSED and one.after.closure in _CLOSED),
        reopened=tuple(one for one in open_pairs if one.before.closure in _CLOSED),
        later=tuple(one for one in dated if one.after.due_on > one.before.due_on),  # type: ignore[operator]
        earlier=tuple(one for one in dated if one.after.due_on < one.before.due_on),  # type: ignore[operator]
        surer=tuple(one for one in sure if _sureness(one.after) > _sureness(one.before)),
        less_sure=tuple(one for one in sure if _sureness(one.after) < _sureness(one.before)),
        new_owner=tuple(one for one in open_pairs if one.before.owner != one.after.owner),
        indicators=tuple(
            (read[line.record.ref], line)
            for line in after.indicators
            if line.record.ref in read and _icons(read[line.record.ref]) != _icons(line)
        ),
        opened=tuple(one for key, one in gaps_after.items() if key not in gaps_before),
        mended=tuple(one for key, one in gaps_before.items() if key not in gaps_after),
    )


def _by_ref(pack: Pack) -> dict[str, ActionLine]:
    return {line.record.ref: line for line in pack.actions}


def _counts(before: Pack, after: Pack) -> tuple[tuple[Count | None, Count | None], ...]:
    keys = dict.fromkeys((*(one.key for one in after.counts), *(one.key for one in before.counts)))
    return tuple((before.count(key), after.count(key)) for key in keys)


def _sureness(line: ActionLine) -> int:
    return _SURENESS.get(line.confidence, 0)


def _icons(line: IndicatorLine) -> tuple[str, bool, str]:
    return line.variation, line.is_high and line.variation not in ("", "common"), line.assurance


def _gaps(gaps: tuple[Gap, ...]) -> dict[tuple[str, str, str], tuple[str, Named]]:
    return {(gap.key, record.kind, record.ref): (gap.key, record) for gap in gaps for record in gap.records}
