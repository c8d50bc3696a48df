"""A small tournament in a process of its own, for tests that kill it: python tournament.py FOLDER LOG [in_flight] [delay] [processes]."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from ludens import make
from ludens.agents import PlayerSpec
from ludens.arena import Options, Plan, Run, Summary, play, round_robin
from ludens.llm.chat import Reply, Request
from ludens.llm.pricing import Price
from ludens.llm.scripted import SchemaModel, ScriptedModel

CONFIG = {"game": {"rounds": 4}, "seed": 7}


def plan(replicates: int = 2) -> Plan:
    games = [make("prisoners_dilemma", rounds=4), make("ultimatum")]
    players = [PlayerSpec.of("language", name="left", model="m"), PlayerSpec.of("language", name="right", model="m", style="cot"), PlayerSpec.of("random")]
    return round_robin(games, players, replicates=replicates, seed=7)


class LoggedModel(ScriptedModel):
    """Answers by schema after a delay, and writes the key of every request it is asked to a file, as a server's bill would."""

    def __init__(self, log: Path, delay: float) -> None:
        self._inner = SchemaModel("m", price=Price(1, 2))
        self._log, self._delay = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT), delay
        super().__init__(self._answer, "m")

    async def _answer(self, request: Request) -> Reply:
        os.write(self._log, (request.key("m") + "\n").encode())
        await asyncio.sleep(self._delay)
        return await self._inner.one(request)


def run_tournament(folder: Path, log: Path, *, in_flight: int = 4, delay: float = 0.0, processes: int = 1) -> Summary:
    with Run.create(folder, CONFIG) as run:
        return play(plan(), run, {"m": LoggedModel(log, delay)}, options=Options(in_flight=in_flight, processes=processes))


if __name__ == "__main__":
    words = sys.argv[1:]
    numbers = [float(word) for word in words[2:]]
    summary = run_tournament(Path(words[0]), Path(words[1]), in_flight=int(numbers[0]) if numbers else 4, delay=numbers[1] if len(numbers) > 1 else 0.0)
    print(summary.line)
