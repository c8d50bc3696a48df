"""The votes of a day as arrows between seats in a circle, as inline SVG. Colours come from the page's style sheet."""

from __future__ import annotations

import math
from collections.abc import Collection

import networkx as nx
from markupsafe import Markup, escape

from ...games.core import seat_name
from .werewolf_story import Vote

__all__ = ["arrows"]

_DOT = 15.0
_BEND = 0.13
"""How far an arrow swings out, as a share of its length, so that two seats which vote for each other show two arrows."""


def arrows(vote: Vote, wolves: Collection[int]) -> Markup:
    """Draw who voted for whom; the seats stand clockwise in their order.

    Args:
        vote: what is drawn.
        wolves: seats that get a ring, which the public view hides.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(vote.living)
    graph.add_edges_from((seat, target) for seat, target in vote.ballots.items() if target is not None)
    radius = max(84.0, 11.5 * len(graph))
    middle = radius + _DOT + 9
    # networkx begins at the right and turns against the clock; we begin at the top and turn with it
    places = {seat: (middle + radius * y, middle - radius * x) for seat, (x, y) in nx.circular_layout(graph).items()}
    if len(graph) == 1:
        places = dict.fromkeys(graph, (middle, middle))
    most = max((graph.in_degree(seat) for seat in graph), default=0)
    parts = [_arrow(places[seat], places[target], seat) if seat != target else _loop(places[seat], middle, seat) for seat, target in graph.edges]
    for seat in graph:
        x, y = places[seat]
        top = " top" if most and graph.in_degree(seat) == most else ""
        idle = " idle" if vote.ballots.get(seat) is None else ""
        ring = f'<circle class="ring inside" cx="{x:.1f}" cy="{y:.1f}" r="{_DOT + 4}"/>' if seat in wolves else ""
        parts.append(
            f'<g class="node s{seat % 8}{top}{idle}"><title>{escape(_said(vote, seat))}</title>{ring}'
            f'<circle class="spot" cx="{x:.1f}" cy="{y:.1f}" r="{_DOT}"/><text x="{x:.1f}" y="{y + 4.5:.1f}" text-anchor="middle">{seat}</text></g>'
        )
    size = 2 * middle
    label = "; ".join(_said(vote, seat) for seat in vote.ballots)
    return Markup(f'<svg class="votes" viewBox="0 0 {size:.0f} {size:.0f}" style="max-width:{size:.0f}px" role="img" aria-label="{escape(label)}">'
                  f'{"".join(parts)}</svg>')  # fmt: skip


def _said(vote: Vote, seat: int) -> str:
    if seat not in vote.ballots:
        return f"{seat_name(seat)} has no vote"
    target = vote.ballots[seat]
    return f"{seat_name(seat)} abstains" if target is None else f"{seat_name(seat)} votes for {seat_name(target)}"


def _arrow(start: tuple[float, float], end: tuple[float, float], seat: int) -> str:
    dx, dy = end[0] - start[0], end[1] - start[1]
    far = math.hypot(dx, dy) or 1.0
    bend = (start[0] + dx / 2 - dy * _BEND, start[1] + dy / 2 + dx * _BEND)
    head = _towards(end, bend, _DOT + 6)  # the arrow ends outside the ring of a werewolf
    tail = _towards(start, bend, _DOT)
    aim = math.atan2(head[1] - bend[1], head[0] - bend[0])
    neck = (head[0] - 7 * math.cos(aim), head[1] - 7 * math.sin(aim))
    line = f'<path class="shaft" d="M{tail[0]:.1f},{tail[1]:.1f}Q{bend[0]:.1f},{bend[1]:.1f} {neck[0]:.1f},{neck[1]:.1f}"/>' if far > 2 * _DOT else ""
    return f'<g class="arrow s{seat % 8}">{line}{_head(head, aim)}</g>'


def _loop(place: tuple[float, float], middle: float, seat: int) -> str:
    out = math.atan2(place[1] - middle, place[0] - middle) + math.pi  # inwards, where there is room
    side = [(place[0] + (_DOT + 1) * math.cos(out + turn), place[1] + (_DOT + 1) * math.sin(out + turn)) for turn in (-0.7, 0.7)]
    pull = [(place[0] + 52 * math.cos(out + turn), place[1] + 52 * math.sin(out + turn)) for turn in (-0.55, 0.55)]
    aim = math.atan2(side[1][1] - pull[1][1], side[1][0] - pull[1][0])
    path = f"M{side[0][0]:.1f},{side[0][1]:.1f}C{pull[0][0]:.1f},{pull[0][1]:.1f} {pull[1][0]:.1f},{pull[1][1]:.1f} {side[1][0]:.1f},{side[1][1]:.1f}"
    return f'<g class="arrow s{seat % 8}"><path class="shaft" d="{path}"/>{_head(side[1], aim)}</g>'


def _head(tip: tuple[float, float], aim: float) -> str:
    corners = [tip, *((tip[0] + 9 * math.cos(aim + turn), tip[1] + 9 * math.sin(aim + turn)) for turn in (math.pi - 0.42, math.pi + 0.42))]
    return f'<polygon class="head" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in corners)}"/>'


def _towards(place: tuple[float, float], other: tuple[float, float], by: float) -> tuple[float, float]:
    dx, dy = other[0] - place[0], other[1] - place[1]
    far = math.hypot(dx, dy) or 1.0
    return place[0] + dx * by / far, place[1] + dy * by / far
