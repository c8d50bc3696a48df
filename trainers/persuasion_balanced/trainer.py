"""Persuasion-balanced training: to accept persuasion where that leads to what is right, and to resist it where it leads to an error.

After Stengel-Eskin, Hase and Bansal 2024, "Teaching Models to Balance Resisting and Accepting Persuasion", arXiv:2410.14596. Trees of dialogues are played with
the model as it is; dialogues without disagreement are dropped; at each turn in dispute, giving in and holding out are compared by what followed in their
subtrees. The model then reads the preferred replies, and learns from the pairs by direct preference optimisation (Rafailov et al. 2023, arXiv:2305.18290).
Only pairs in which to accept, or only those in which to resist, are the ablations; all modes learn from as many pairs.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ...arena.report.pages import keep_page
from ...arena.seeds import child_seed
from ...errors import LudensError
from ...games.core import Game, State
from ...llm.nano.model import folder
from ..card import write_card
from ..epo.playing import Deal, deals
from ..parameters import filled
from ..registry import Say, Task, require_packages
from .config import Config
from .fitting import fitted
from .growing import grow
from .measuring import Measured, compared
from .partners import Cast
from .report import findings
from .tree import Balance, Pair, Playout, Step, counted, matched, pairs

__all__ = ["PersuasionBalanced"]


class PersuasionBalanced:
    """Trains a nano model to balance accepting and resisting.

    The run's folder holds ``trees`` (a file a chunk of deals), ``sft`` and ``dpo`` (the two stages), ``checkpoint`` and ``report.html``; a run that was cut off
    goes on with the chunk, or the update, it was at. The trees do not depend on ``mode``: copied to the folder of another mode, they are not played again.

    Args:
        task: what is played and where; ``model.model`` names the checkpoint to begin with.
        **parameters: see :class:`~ludens.trainers.persuasion_balanced.config.Config`.

    Raises:
        MissingExtra: torch is not installed.
        LudensError: the checkpoint cannot be read, a game says nothing of giving in, no partner plays it, or there are no pairs of one kind.
        ParameterError: a parameter is out of range.
    """

    def __init__(self, task: Task, **parameters: Any) -> None:
        require_packages("persuasion_balanced", "torch")
        self.task, self.config = task, filled(Config, parameters, "trainer persuasion_balanced")
        model = task.nano_model("persuasion_balanced")
        self._start = folder(model.model)
        self._cast = Cast.of(self.config, model)
        for game in task.games:
            if type(game.start()).yields is State.yields:
                raise LudensError(f"the trainer persuasion_balanced: {game.label} does not say which moves give in and which hold out (State.yields)")
            for partners in (self.config.partners, self.config.held_out):
                if partners:
                    self._cast.pool(game, partners)

    def run(self, say: Say) -> Mapping[str, Any]:
        began, config = time.process_time(), self.config
        grown = {game.label: self._trees(game, say) for game in self.task.games}
        balance = {label: counted(own) for label, own in grown.items()}
        found = [pair for own in grown.values() for pair in pairs(own)]
        chosen = matched(found, config.mode, child_seed(self.task.seed, "matched"))
        say(f"{len(chosen)} of {len(found)} pairs to learn from, mode {config.mode}")
        place, facts = fitted(self._start, chosen, config, self.task.place, seed=child_seed(self.task.seed, config.mode), say=say)
        final = self.task.place / "checkpoint"
        shutil.copytree(place, final, dirs_exist_ok=True)
        measured: list[Measured] = []
        if config.matches:
            measured = asyncio.run(compared(self._cast, self.task.games, self._start, final, child_seed(self.task.seed, "measured")))
        told = [item.row() for item in measured]
        for line in told:
            say(str(line["line"]))
        about = f"It was trained by Ludens to weigh what others say against what it knows (persuasion_balanced, mode {config.mode}). It is no assistant."
        whole = {
            "title": "Ludens nano (persuasion-balanced)",
            "about": [about],
            "command": self.task.command,
            "seed": self.task.seed,
            "seconds": round(time.process_time() - began, 1),
            "mode": config.mode,
            "games": [game.made_as for game in self.task.games],
            "trees": {label: own._asdict() for label, own in balance.items()},
            "pairs": _kinds(chosen),
            "stages": facts,
            "measured": told,
        }
        write_card(final, whole, [])
        say(f"report: {keep_page(self.task.place, findings(config.mode, balance, chosen, facts, measured))}")
        return {"checkpoint": str(final), **whole}

    # -- trees -------------------------------------------------------------------------------------------------------

    def _trees(self, game: Game, say: Say) -> list[Playout]:
        """Play the trees of a game, chunk by chunk; chunks that are there are read."""
        config, found = self.config, list[Playout]()
        place = self.task.place / "trees"
        place.mkdir(parents=True, exist_ok=True)
        seed = child_seed(self.task.seed, "trees", game.hash)
        dealt = deals(game, config.deals, self._cast.pool(game, config.partners), (), share=0.0, seed=seed)
        for begin in range(0, len(dealt), config.chunk):
            path = place / f"{game.hash}_{begin}.jsonl.gz"
            if not path.exists():
                own = asyncio.run(self._grown(dealt[begin : begin + config.chunk], begin))
                fresh = path.with_suffix(".new")
                # prompts repeat each other nearly to the end; no time is written, so that the same trees give the same bytes
                fresh.write_bytes(gzip.compress("".join(json.dumps(playout) + "\n" for playout in own).encode(), mtime=0))
                fresh.replace(path)
            found += [_playout(json.loads(line)) for line in gzip.decompress(path.read_bytes()).splitlines()]
        say(f"{game.label}: {_summary(counted(found))}")
        return found

    async def _grown(self, dealt: Sequence[Deal], first: int) -> list[Playout]:
        models = {name: spec.build() for name, spec in self._cast.specs.items()}
        try:
            return await grow(self._cast, dealt, models, width=self.config.width, depth=self.config.depth, first=first)
        finally:
            for model in models.values():
                await model.close()


def _playout(plain: Any) -> Playout:
    deal, forced, steps, worth = plain
    read = (Step(point, text, yields, tuple(prompt), tuple(reply), seen) for point, text, yields, prompt, reply, seen in steps)
    return Playout(deal, forced, tuple(read), worth)


def _kinds(chosen: Sequence[Pair]) -> dict[str, int]:
    return {kind: sum(pair.kind == kind for pair in chosen) for kind in ("accept", "resist")}


def _summary(balance: Balance) -> str:
    left = f"{balance.onesided} one-sided, {balance.even} even, {balance.unread} unread"
    made = f"{balance.accept} pairs in which to accept, {balance.resist} in which to resist"
    return f"{balance.dialogues} dialogues, {balance.undisputed} without disagreement dropped; of {balance.nodes} turns in dispute {left}; {made}"
