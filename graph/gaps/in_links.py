"""Where the thread is missing: records that nothing takes up, or that rest on nothing."""

from __future__ import annotations

from collections.abc import Iterable, Set

from graph.network import Keep, Network, Node, leading, living, of_kind

#: Kinds of gap that links alone can show; no owner, no date and no measure are found by the database.
GAP_KINDS = (
    "implication-without-priority",
    "priority-without-action",
    "action-without-source",
    "response-without-action",
    "empty-response",
    "indicator-without-action",
)
#: A response of these types promises something, so an action should answer it.
ANSWERED_TYPES = frozenset({"incorporated", "aligned", "supporting"})


def gaps(network: Network, *, keep: Keep = None, plan_id: int | None = None) -> dict[str, tuple[Node, ...]]:
    """The gaps that the reader may see, one list for each kind, in the order of their ids.

    Links mean OR: any one path is enough. Priorities that are a source's own are never gaps and fill none. Within
    one plan only implications of sources that the plan maps count, since a source in no response is not mapped there.
    """
    found = find(network, living(network, keep), plan_id)
    return {kind: tuple(network.nodes[id] for id in sorted(found[kind])) for kind in GAP_KINDS}


def find(
    network: Network, live: Set[int], plan_id: int | None = None, among: Set[int] | None = None
) -> dict[str, Set[int]]:
    """The ids of each kind of gap, of one plan or of all, or only `among` some: searches that go no further than these.

    Whether a thread leads on from a record is asked of all that is live.
    """
    nodes = network.nodes
    mine = live if plan_id is None else network.of_plan(plan_id) & live
    asked = mine if among is None else mine & among
    priorities = (asked & network.of_kind("priority")) - network.of_plan(None)
    responses = asked & network.of_kind("response")
    actions = asked & network.of_kind("action")
    indicators = asked & network.of_kind("indicator")
    implications = _read(network, live, plan_id, among)
    acting = network.of_kind("action")
    taking_up = acting | (network.of_kind("priority") - network.of_plan(None))
    if plan_id is not None:
        taking_up &= network.of_plan(plan_id)
    supported = leading(network, actions, network.of_kind("source"), live, back=True)
    acted_on = leading(network, priorities | responses, acting, live)
    return {
        "implication-without-priority": implications - leading(network, implications, taking_up, live),
        "priority-without-action": priorities - acted_on,
        "action-without-source": actions - supported,
        "response-without-action": {id for id in responses - acted_on if nodes[id].response_type in ANSWERED_TYPES},
        "empty-response": {id for id in responses if nodes[id].is_empty},
        "indicator-without-action": {id for id in indicators if live.isdisjoint(network.before[id])},
    }


def _read(network: Network, live: Set[int], plan_id: int | None, among: Set[int] | None) -> set[int]:
    """The implications of live sources, or of those of them that a plan maps."""
    sources: Set[int] = network.of_kind("source") & live
    if plan_id is not None:
        responses = network.of_plan(plan_id) & network.of_kind("response") & live
        sources = {source for id in responses for source in network.before[id] if source in sources}
    if among is None:
        near = (id for source in sources for id in network.after[source] if id in live)
    else:
        near = (id for id in among & live if not sources.isdisjoint(network.before[id]))
    return set(of_kind(network, near, "implication"))


def measured(network: Network, ids: Iterable[int], live: Set[int]) -> set[int]:
    """Those of these actions and priorities that a live indicator measures."""
    indicators = network.of_kind("indicator") & live
    return {id for id in ids if not indicators.isdisjoint(network.after[id])}
