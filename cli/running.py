"""``ludens play`` and ``tournament``: the commands that play."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from ..errors import LudensError
from .forecast import print_forecast
from .playing import cast_of, digest, forecast, play_into, say_how_it_ended, spending
from .words import amount, brief, console

if TYPE_CHECKING:
    from rich.console import Console

    from ..arena import Run, Schedule
    from ..conf.resolve import Cast
    from ..games.core import Game

__all__ = ["play", "tournament"]


def play(words: list[str]) -> int:
    """Play one episode, live in the terminal."""
    from ..conf.application import run_application

    return run_application("play", words, _play)


def tournament(words: list[str]) -> int:
    """Plan, play, rate, report."""
    from ..conf.application import run_application

    return run_application("tournament", words, _tournament)


# -- one episode -------------------------------------------------------------------------------------------------------


def _play(config: dict[str, Any], searched: list[str]) -> int:
    from ..arena.episode import Limits, play_match_async
    from ..arena.plan import Match
    from ..arena.report import render_replay
    from ..conf.resolve import Cast, game_of
    from ..games.core import seat_name
    from .reading import write_page
    from .watching import watching

    out = console()
    game = game_of(config["game"], searched)
    cast = Cast(config["model"], tuple(searched))
    if len(config["players"]) != game.seats:
        raise LudensError(f"{game.label} has {game.seats} seats; players=[...] names {len(config['players'])}")
    seated = [cast.seat(entry) for entry in config["players"]]
    for spec in seated:
        if reason := spec.why_not(game):
            raise LudensError(f"player {spec.name!r} cannot play {game.label}: {reason}")
    cast.check()
    match = Match(game, tuple(seated), config["seed"])
    limits = Limits(config["move_seconds"], config["move_seconds"])
    person = any(spec.kind == "person" for spec in seated)
    out.print(
        f"{game.label}, seed {config['seed']}: " + ", ".join(f"{seat_name(seat)} is {spec.name}" for seat, spec in enumerate(seated)) + "\n", style="bold"
    )
    purse = spending(config)

    async def go() -> Any:
        models = {name: spec.build(spending=purse) for name, spec in cast.models.items()}
        try:
            with watching(game, out, show_private=config["show_private"]) if not person else nullcontext() as watch:
                return await play_match_async(match, models, limits=limits, watch=watch)
        finally:
            for model in models.values():
                await model.close()

    episode = asyncio.run(go())
    out.print()
    for seat, (spec, total) in enumerate(zip(seated, episode.returns, strict=True)):
        out.print(f"{seat_name(seat)} ({spec.name}): {amount(total, game.type.unit)}", style="bold")
    for name, value in episode.outcome.items():
        out.print(f"  {name}: {shorten(brief(value), 200, placeholder=' ...')}", markup=False, style="dim")
    bad = [decision for decision in episode.decisions if decision.status not in ("ok", "repaired")]
    for decision in bad:
        out.print(f"  {seat_name(decision.seat)}, turn {decision.turn}: {decision.status} ({decision.cause}: {decision.problem})", markup=False, style="red")
    if config["out"]:
        write_page(Path(config["out"]), render_replay(episode))
    return 0


# -- a tournament ------------------------------------------------------------------------------------------------------


def _schedule(config: Mapping[str, Any], games: Sequence[Game], cast: Cast) -> Schedule:
    from ..arena import Adaptive, Swiss, round_robin

    plan, seed = config["plan"], config["seed"]
    if plan["kind"] == "round_robin":
        return round_robin(games, cast.players, replicates=plan["replicates"], self_play=plan["self_play"], seed=seed)
    if plan["self_play"]:
        raise LudensError(f"plan.self_play is for round_robin; {plan['kind']} never seats a player with itself")
    if plan["kind"] == "swiss":
        return Swiss(tuple(games), tuple(cast.players), rounds=plan["rounds"], replicates=plan["replicates"], seed=seed)
    if plan["kind"] == "adaptive":
        return Adaptive(tuple(games), tuple(cast.players), matches=plan["matches"], money=config["budget"]["dollars"], seed=seed)
    if plan["kind"] == "psro":
        from ..analysis.psro.players import PlayerPSRO

        if len(games) != 1:
            raise LudensError(f"tournament=psro grows the players of one game; {len(games)} were named")
        return PlayerPSRO(games[0], tuple(cast.players), meta=plan["meta"], replicates=plan["replicates"], turns=plan["rounds"], seed=seed)
    raise LudensError(f"plan.kind={plan['kind']} should be round_robin, swiss, adaptive or psro")


def _identity(config: Mapping[str, Any], games: Sequence[Game], cast: Cast) -> dict[str, Any]:
    """What is played, resolved: a run folder belongs to one of these."""
    return {
        "command": "tournament",
        "games": [{"id": game.made_as, **game.params} for game in games],
        "players": [{"name": spec.name, **spec.plain} for spec in cast.players],
        "models": {name: spec.identity for name, spec in cast.models.items()},
        "plan": config["plan"],
        "seed": config["seed"],
        "move_seconds": config["move_seconds"],
    }


def _run_name(identity: Mapping[str, Any]) -> str:
    games = identity["games"]
    first = games[0]["id"].rpartition("-v")[0] if len(games) == 1 else f"{len(games)}-games"
    return f"{first}-{digest(identity)}"


def _tournament(config: dict[str, Any], searched: list[str]) -> int:
    from ..arena import Run
    from ..conf.resolve import games_of

    out = console()
    games = games_of(config, searched)
    cast = cast_of(config, searched, config["players"])
    schedule = _schedule(config, games, cast)
    identity = _identity(config, games, cast)
    folder = Path(config["runs"]) / (config["name"] or _run_name(identity))
    cast.check(models=not config["dry_run"])
    if config["dry_run"]:
        print_forecast(forecast(schedule, folder, cast), schedule.description, out)
        return 0
    with Run.create(folder, identity) as run:
        summary = play_into(run, schedule, cast, config)
        _finish(run, config, out)
    return say_how_it_ended(summary)


def _finish(run: Run, config: Mapping[str, Any], out: Console) -> None:
    """Print the tables and write the page, as far as anything was played."""
    from ..analysis.results import NoResults
    from ..analysis.summary import summarise
    from ..arena.report import print_report, render_report
    from .reading import write_page

    try:
        summary = summarise(run, bootstrap=config["bootstrap"], seed=config["seed"], transcripts=config["transcripts"])
    except NoResults as problem:
        print(f"no report: {problem}", file=sys.stderr)
        return
    print_report(summary, out)
    write_page(run.path / "report.html", render_report(summary))
