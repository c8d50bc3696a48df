"""One-request episodes by our runner and by inspect_ai's, against the same local server, each in a process of its own.

inspect_ai pins other packages than we do: it gets a virtual environment of its own under ``build/peers``, made at the first run.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _peers import environment
from _timing import markdown

import ludens
from ludens.agents import PlayerSpec
from ludens.arena import Match, Options, Plan, Run, play_async
from ludens.llm.spec import ModelSpec
from ludens.llm.testserver import server_process

HERE = Path(__file__).parent
PACKAGES = ("inspect_ai==0.3.285", "openai==3.52.0")
LATENCY = 0.05


def ours(url: str, episodes: int, in_flight: int) -> dict[str, float]:
    """Play ``episodes`` dictator games with a language player, one request each, stored as always."""
    game = ludens.make("dictator")
    players = (PlayerSpec.of("language", model="m"), PlayerSpec.of("random"))
    plan = Plan(tuple(Match(game, players, seed) for seed in range(episodes)), "one request each")
    spec = ModelSpec(engine="local_server", model="m", base_url=url, concurrency=in_flight, timeout=60)

    async def go(folder: Path) -> None:
        model = spec.build()
        with Run.create(folder) as run:
            summary = await play_async(plan, run, {"m": model}, options=Options(in_flight=in_flight))
            await model.close()
        if summary.played != episodes:
            raise RuntimeError(summary.line)

    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = time.process_time(), time.perf_counter()
        asyncio.run(go(Path(folder) / "run"))
        return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


def section(episodes: int = 1000, in_flight: int = 100) -> str:
    """Measure and describe, for RESULTS.md."""
    python = environment("inspect", PACKAGES)
    with server_process("--latency", str(LATENCY)) as url:
        ours(url, 50, in_flight)
        mine = ours(url, episodes, in_flight)
        done = subprocess.run(
            [str(python), str(HERE / "peers" / "inspect_tasks.py"), url, str(episodes), str(in_flight)], check=True, stdout=subprocess.PIPE, text=True
        )
    peer = json.loads(done.stdout.splitlines()[-1])
    rows = []
    for name, cost in (("ludens, everything recorded", mine), ("inspect_ai, logs as default", peer["full"]), ("inspect_ai, samples not logged", peer["lean"])):
        rate = f"{episodes / cost['cpu']:,.0f}"
        rows.append((name, rate, f"{episodes / cost['wall']:,.0f}", f"{1e3 * cost['cpu'] / episodes:.2f}", f"{peer['full']['cpu'] / cost['cpu']:.1f}"))
    table = markdown(rows, ("runner", "episodes per CPU-second", "episodes per second", "CPU ms an episode", "x inspect_ai as default"))
    return f"""## One-request episodes beside inspect_ai

{episodes} episodes of one request each, {in_flight} in flight, a local server that waits {1000 * LATENCY:.0f} ms; {", ".join(PACKAGES)}.
Ours are dictator games with a language player, by the lean client; theirs `generate()` and `includes()`.

{table}"""


if __name__ == "__main__":
    sys.stdout.write(section() + "\n")
