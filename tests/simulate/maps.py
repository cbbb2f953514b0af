"""The maps of the gallery, one for each order type, from its exact law: `python -m tests.simulate.maps` writes them anew; `test_maps` holds
the files to it."""

from __future__ import annotations

from pathlib import Path

from refund_fsm import diagram, orders
from refund_fsm.simulate.behaviour import ILLUSTRATIVE
from tests.places import DIAGRAMS
from tests.simulate.many import exact


def place(key: str) -> Path:
    """Where the map of an order type is kept."""
    return DIAGRAMS / f"{key}.map.svg"


def drawn(key: str) -> diagram.Diagram:
    """The map of an order type, phase by phase, filed on the eve of the Spring Festival."""
    return diagram.draw(orders.get(key), view="phases", counts=exact(key), note=ILLUSTRATIVE)


if __name__ == "__main__":
    for one in orders.keys():
        drawn(one).save(place(one))
