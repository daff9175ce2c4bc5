"""Directed graphs: what is reached from a node, and whether a way leads back to it."""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def arrows(pairs: Iterable[tuple[Node, Node]]) -> dict[Node, list[Node]]:
    """{from: [to, …]} of pairs (from, to), in their order."""
    found: dict[Node, list[Node]] = {}
    for source, target in pairs:
        found.setdefault(source, []).append(target)
    return found


def reached(graph: Mapping[Node, Iterable[Node]], start: Node) -> set[Node]:
    """Every node that some way from `start` leads to, `start` itself only if it is in a circle."""
    found: set[Node] = set()
    waiting = [start]
    while waiting:
        for target in graph.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def circle(graph: Mapping[Node, Iterable[Node]], start: Node) -> list[Node]:
    """A shortest way from `start` back to it, both ends included; empty where there is none."""
    came_from: dict[Node, Node] = {}
    waiting = deque([start])
    while waiting:
        node = waiting.popleft()
        for target in graph.get(node, ()):
            if target == start:
                return _way(came_from, start, node)
            if target not in came_from:
                came_from[target] = node
                waiting.append(target)
    return []


def _way(came_from: Mapping[Node, Node], start: Node, last: Node) -> list[Node]:
    back = [start]
    while last != start:
        back.append(last)
        last = came_from[last]
    return [start, *reversed(back)]
