"""Posts that own more of a plan's open actions than the plan thinks one post can carry."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Of a plan with few actions somebody always owns a large share.
FEWEST = 3


@dataclass(frozen=True, slots=True)
class Load:
    """How many of the open actions of a plan one post owns."""

    plan_id: int
    post_id: int
    owned: int
    open: int

    @property
    def percent(self) -> int:
        return round(100 * self.owned / self.open)


def overloaded(owners: Iterable[tuple[int, int | None]], most_percent: Mapping[int, int]) -> list[Load]:
    """The posts that own too much, the most loaded first.

    `owners` has the plan and the owner of each open action; `most_percent` the share from which it is too much.
    """
    by_plan: dict[int, Counter[int | None]] = defaultdict(Counter)
    for plan_id, owner_id in owners:
        by_plan[plan_id][owner_id] += 1
    found = []
    for plan_id, owned in by_plan.items():
        total = owned.total()
        for post_id, number in owned.items():
            if post_id is not None and plan_id in most_percent and number >= FEWEST:
                load = Load(plan_id, post_id, number, total)
                if 100 * number >= most_percent[plan_id] * total:
                    found.append(load)
    return sorted(found, key=lambda load: (-load.owned / load.open, -load.owned, load.post_id))
