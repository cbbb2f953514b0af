"""Owns the cheapest flow through a small network in which arcs must carry so much at least. Must not know what flows.

Successive shortest paths (Busacker & Gowen 1960) on the circulation that the lower bounds ask for (Ahuja, Magnanti & Orlin, Network
Flows, § 6.7).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

Arc = tuple[Hashable, Hashable]

MUCH = 1 << 40  # what no arc carries


def least_cost(arcs: Mapping[Arc, tuple[int, int]]) -> int:
    """The least cost of a circulation in which every arc carries at least its lower bound; arcs carry as much as is wanted, at their cost
    for each unit. `arcs`: (lower bound, cost), costs not negative. Every arc must lie on a circle, else its bound cannot be met."""
    left: dict[Arc, int] = dict.fromkeys(arcs, MUCH)
    price: dict[Arc, int] = {arc: cost for arc, (_, cost) in arcs.items()}
    excess: dict[Hashable, int] = {}
    total = 0
    for (tail, head), (lower, cost) in arcs.items():
        total += lower * cost
        excess[head] = excess.get(head, 0) + lower
        excess[tail] = excess.get(tail, 0) - lower
        left.setdefault((head, tail), 0)
        price.setdefault((head, tail), -cost)
    while any(amount > 0 for amount in excess.values()):  # ends: every round carries an excess away
        found = _cheapest(excess, left, price)
        assert found is not None, "every arc lies on a circle"
        cost, path = found
        amount = min(excess[path[0][0]], -excess[path[-1][1]], *(left[arc] for arc in path))
        for tail, head in path:
            left[tail, head] -= amount
            left[head, tail] += amount
        excess[path[0][0]] -= amount
        excess[path[-1][1]] += amount
        total += amount * cost
    return total


def _cheapest(excess: Mapping[Hashable, int], left: Mapping[Arc, int], price: Mapping[Arc, int]) -> tuple[int, list[Arc]] | None:
    """The cheapest path from where there is too much to where there is too little (Bellman & Ford: prices of arcs back are negative)."""
    cost: dict[Hashable, int] = {node: 0 for node, amount in excess.items() if amount > 0}
    by: dict[Hashable, Arc] = {}
    for _ in excess:
        changed = False
        for arc, room in left.items():
            tail, head = arc
            if room > 0 and tail in cost and cost[tail] + price[arc] < cost.get(head, MUCH):
                cost[head], by[head] = cost[tail] + price[arc], arc
                changed = True
        if not changed:
            break
    short = [node for node, amount in excess.items() if amount < 0 and node in cost]
    if not short:
        return None
    node = min(short, key=lambda one: cost[one])
    found, path = cost[node], list[Arc]()
    while node in by:  # ends: there is no circle of negative cost
        path.append(by[node])
        node = by[node][0]
    return found, path[::-1]
