"""Growing trees of dialogues: every playout is a whole dialogue, and a node is drawn at again by repeating the replies that led to it.

Replies that are repeated are not asked of the models a second time, neither the learner's nor the partner's: each goes on in the very conversation, token for
token, in which the node was met.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ...agents.player import PlayerSpec
from ...arena.record import CallRecord, Decision, Episode, advance
from ...games.actions import Status
from ...games.core import Game
from ...llm.chat import ChatModel, Reply, Request
from ...llm.single import PerRequest
from ..epo.playing import Deal, share_of
from ..matches import played
from .partners import Cast
from .tree import Playout, Step

__all__ = ["Recalled", "decided", "grow"]


class Recalled(PerRequest):
    """A model that first repeats what it answered before, in order, and then is asked again.

    Args:
        inner: the model; it is left open.
        replies: what it repeats.
    """

    def __init__(self, inner: ChatModel, replies: Sequence[Reply]) -> None:
        self.name, self._inner, self._left = inner.name, inner, list(replies)

    async def one(self, request: Request) -> Reply:
        if self._left:
            return self._left.pop(0)
        (reply,) = await self._inner.generate([request])
        return reply


class _Grown(NamedTuple):
    episode: Episode
    playout: Playout


class _Wanted(NamedTuple):
    """A playout that is due: of which deal, by which member, and whose first turns it repeats."""

    deal: int
    member: int
    forced: int = 0
    source: _Grown | None = None


async def grow(cast: Cast, dealt: Sequence[Deal], models: Mapping[str, ChatModel], *, width: int, depth: int, first: int = 0) -> list[Playout]:
    """Play the trees of some deals.

    Args:
        cast: who plays.
        dealt: roots, each with the learner's seat and its partner.
        models: by the names that the players call theirs; they are left open.
        width: replies drawn at each node.
        depth: turns of the learner that are nodes.
        first: number of the first deal.

    Returns:
        The playouts, deal by deal; those that broke off by an error of the rules are left out.
    """
    grown: list[list[_Grown]] = [[] for _ in dealt]
    members = [width] * len(dealt)
    wanted = [_Wanted(deal, member) for deal in range(len(dealt)) for member in range(width)]
    for level in range(1, depth + 1):
        for item, episode in zip(wanted, await _play(cast, dealt, models, wanted), strict=True):
            if episode.error is None:
                deal = dealt[item.deal]
                steps = tuple(map(_step, decided(deal.game, episode, deal.seat)))
                playout = Playout(first + item.deal, item.forced, steps, share_of(episode, deal.game, deal.seat))
                grown[item.deal].append(_Grown(episode, playout))
        wanted = []
        for number, own in enumerate(grown if level < depth else []):
            nodes: dict[str, list[_Grown]] = {}
            for tree in own:
                if level < len(tree.playout.steps):
                    nodes.setdefault(tree.playout.steps[level].point, []).append(tree)
            for through in nodes.values():
                for _ in range(width - len(through)):
                    wanted.append(_Wanted(number, members[number], level, through[0]))
                    members[number] += 1
    return [tree.playout for own in grown for tree in own]


class Decided(NamedTuple):
    """A decision of a recorded episode.

    Attributes:
        point: digest of what led to it.
        decision: as it was recorded.
        yields: whether it gave in (True) or held out (False); None where nothing was in dispute.
        seen: what the seat had seen, and what was asked, where something was in dispute.
    """

    point: str
    decision: Decision
    yields: bool | None
    seen: str


def decided(game: Game, episode: Episode, seat: int) -> Iterator[Decided]:
    """Play a recorded episode again, and give each decision of a seat."""
    state = game.start(episode.seed)
    history: list[object] = []
    for turn in episode.moves():
        decision = turn.get(seat)
        if decision is not None:
            point = hashlib.blake2b(json.dumps([episode.seed, seat, history]).encode(), digest_size=8).hexdigest()
            yields = None if decision.status is Status.FORFEITED else state.yields(seat, decision.move)
            observation = state.observe(seat)
            yield Decided(point, decision, yields, "" if yields is None else "\n".join([*(event.text for event in observation.events), observation.request]))
        history.append([[other, move.choice, move.say] for other, move in sorted(turn.items())])
        advance(state, turn)


def _step(one: Decided) -> Step:
    call = next((call for call in reversed(one.decision.calls) if not call.by), None)
    if call is None or call.text is None:
        return Step(one.point, "", one.yields)
    read = one.decision.status in (Status.OK, Status.REPAIRED)
    return Step(one.point, call.text, one.yields, call.prompt_token_ids or (), (call.token_ids or ()) if read else (), one.seen)


async def _play(cast: Cast, dealt: Sequence[Deal], models: Mapping[str, ChatModel], wanted: Sequence[_Wanted]) -> list[Episode]:
    own: dict[str, ChatModel] = dict(models)
    matches = []
    for number, item in enumerate(wanted):
        deal = dealt[item.deal]
        table = [cast.learner(item.member) if seat == deal.seat else other for seat, other in enumerate(deal.others)]
        if item.source is not None:
            source = item.source
            decisions = [decision for decision in source.episode.decisions if decision.seat == deal.seat]
            until = decisions[item.forced].turn
            for seat, player in enumerate(table):
                name = player.models.get("model")
                if name is not None:
                    again = f"{name} again {number}.{seat}"
                    own[again] = Recalled(models[name], list(_said(source.episode, seat, until)))
                    table[seat] = _asking(player, again)
        matches.append(deal._replace(others=tuple(table)).match(table[deal.seat]))
    return await played(matches, own)


def _asking(player: PlayerSpec, model: str) -> PlayerSpec:
    """Give the same player with its model under another name."""
    params = {name: value for name, value in player.plain.items() if name != "kind"}
    return PlayerSpec.of(player.kind, player.name, **{**params, "model": model})


def _said(episode: Episode, seat: int, until: int) -> Iterator[Reply]:
    """Give what a seat's model answered before a turn."""
    for decision in episode.decisions:
        if decision.seat == seat and decision.turn < until:
            yield from (_reply(call) for call in decision.calls if call.text is not None)


def _reply(call: CallRecord) -> Reply:
    known = (call.token_ids, call.logprobs, call.prompt_token_ids, call.usage)
    return Reply(call.text or "", call.finish, *known, latency=call.latency, model=call.model, cached=True)
