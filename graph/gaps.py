"""Where the thread is missing: records that nothing takes up, or that rest on nothing."""

from __future__ import annotations

from collections.abc import Set

from graph.network import Keep, Network, Node, living, of_kind, reached

#: Kinds of gap that links alone can show; no owner, no date and no measure are found by the database.
GAP_KINDS = (
    "implication-without-priority",
    "priority-without-action",
    "action-without-source",
    "response-without-action",
    "empty-response",
)
#: A response of these types promises something, so an action should answer it.
ANSWERED_TYPES = frozenset({"incorporated", "aligned", "supporting"})


def gaps(network: Network, *, keep: Keep = None, plan_id: int | None = None) -> dict[str, tuple[Node, ...]]:
    """The gaps that the reader may see, one list for each kind, in the order in which the network was built.

    Links mean OR: any one path is enough. Priorities that are a source's own are never gaps and fill none. Within
    one plan only implications of sources that the plan maps count, since a source in no response is not mapped there.
    """
    live = living(network, keep)
    found = find(network, live, plan_id)
    return {kind: tuple(node for id, node in network.nodes.items() if id in found[kind]) for kind in GAP_KINDS}


def find(network: Network, live: Set[int], plan_id: int | None = None) -> dict[str, set[int]]:
    """The ids of each kind of gap among live records: four searches from many starts at once."""
    nodes = network.nodes
    mine = {id for id in live if plan_id is None or nodes[id].plan_id == plan_id}
    priorities = {id for id in of_kind(network, mine, "priority") if nodes[id].plan_id is not None}
    actions = set(of_kind(network, live, "action"))
    responses = set(of_kind(network, mine, "response"))
    sources = set(of_kind(network, live, "source"))
    mapped = sources if plan_id is None else _mapped(network, responses, sources)

    supported = reached(network, sources, live)
    acted_on = reached(network, actions, live, back=True)
    taken_up = reached(network, priorities | (actions & mine), live, back=True)
    read = {id for source in mapped for id in network.after(source) if id in live}
    return {
        "implication-without-priority": set(of_kind(network, read, "implication")) - taken_up,
        "priority-without-action": priorities - acted_on,
        "action-without-source": (actions & mine) - supported,
        "response-without-action": {id for id in responses - acted_on if nodes[id].response_type in ANSWERED_TYPES},
        "empty-response": {id for id in responses if nodes[id].is_empty},
    }


def measured(network: Network, live: Set[int]) -> set[int]:
    """The ids of the actions and priorities that a live indicator measures."""
    return {id for indicator in of_kind(network, live, "indicator") for id in network.before(indicator)}


def _mapped(network: Network, responses: Set[int], sources: Set[int]) -> set[int]:
    return {source for id in responses for source in network.before(id) if source in sources}
