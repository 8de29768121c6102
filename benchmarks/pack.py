"""How long the files of a frozen pack take: 200 actions, 40 charts of 30 readings, 300 gaps; one figure a line.

Run: python benchmarks/pack.py [--actions 200] [--charts 40]
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from actions.indicators.variation import process
from actions.measures.chart import Lines, draw
from actions.measures.picture import Picture
from actions.reviews.pack import ActionLine, Count, Cover, Gap, IndicatorLine, Named, Pack, Read, decode, encode
from actions.reviews.paper import page, sheet, word

BUDGET_SECONDS = 20
READINGS, GAPS = 30, 300
DAY = date(2026, 12, 7)


def action(number: int) -> ActionLine:
    return ActionLine(
        record=Named("action", f"action-{number}", f"Train staff of team {number} in what the plan asks for"),
        owner="Lead, mental health workforce plan",
        due_on=DAY,
        first_due_on=DAY,
        forecast_on=None,
        state="overdue",
        state_words="Overdue 24 days",
        confidence="at-risk",
        closure="open",
        moves=number % 3,
        said_on=DAY,
        said="Two have left and their posts are empty, so the offer cannot open before spring.",
        reasons=("overdue", "slipped"),
    )


def indicator(number: int) -> IndicatorLine:
    read = [(DAY + timedelta(days=30 * (place - READINGS)), 20 + (place * 7 + number) % 9) for place in range(READINGS)]
    lines = Lines(target=25, process=process(read, better="higher", target=25))
    wide, narrow = (draw(read, [], lines, is_narrow=each) for each in (False, True))
    assert wide is not None
    assert narrow is not None
    words = ("common", "No real change", "hit-or-miss", "May or may not meet it")
    return IndicatorLine(
        Named("indicator", f"indicator-{number}", f"Indicator {number}"), "Staff", "%", 24.0, DAY, 25.0, "2027", *words,
        24.0, 12.0, 36.0, "It varies between 12 and 36% as things run now.",
        tuple(Read(day, value) for day, value in reversed(read)), Picture(wide, narrow),
    )  # fmt: skip


def made(actions: int, charts: int) -> Pack:
    named = [Named("action", f"action-{number}", f"Action {number}") for number in range(GAPS)]
    return Pack(
        "plan-2026-12-07", Named("plan", "plan", "Plan"), DAY, "", None, datetime.now(UTC), "", DAY, Cover(), 30, 20,
        counts=(Count("overdue", actions, "", (3, 4, actions), tuple(named[:actions])),),
        actions=tuple(map(action, range(actions))),
        indicators=tuple(map(indicator, range(charts))),
        gaps=(Gap("action-without-measure", f"{GAPS} actions without a measure", tuple(named)),),
    )  # fmt: skip


def address(record: Named) -> str:
    return f"https://example.org/{record.kind}/{record.ref}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--actions", type=int, default=200, metavar="NUMBER")
    parser.add_argument("--charts", type=int, default=40, metavar="NUMBER")
    arguments = parser.parse_args()
    pack = made(arguments.actions, arguments.charts)
    snapshot = encode(pack)
    total = 0.0
    for name, make in (
        ("read", lambda: decode(snapshot)),
        ("web page", lambda: page.make(pack, address)),
        ("word", lambda: word.make(pack, address, "https://example.org")),
        ("pdf", lambda: sheet.make(pack, address)),
    ):
        started = perf_counter()
        make()
        took = perf_counter() - started
        total += took
        print(f"{name}: {took:.2f} s")
    print(f"all: {total:.2f} s (budget {BUDGET_SECONDS} s); snapshot {len(snapshot) / 1024:.0f} kB")


if __name__ == "__main__":
    main()
