"""The ids of the adapters: register lines only; an adapter is imported when one of its games is made, and its library by it."""

from ..registry import register

_HERE = "ludens.games.adapters"

register("openspiel-v0", f"{_HERE}.openspiel_game:OpenSpielGame", adapts="open_spiel", summary="any game of OpenSpiel, by its name there")
register("textarena-v0", f"{_HERE}.textarena_game:TextArenaGame", adapts="textarena", summary="any environment of TextArena, by its id there")
register("gymnasium-v0", f"{_HERE}.gymnasium_game:GymnasiumGame", adapts="gymnasium", summary="any environment of Gymnasium, by its id there")
register(
    "pettingzoo-v0", f"{_HERE}.pettingzoo_game:PettingZooGame", adapts="pettingzoo", summary="any environment of PettingZoo, by its id there or its module"
)
register("joint-v0", f"{_HERE}.joint:JointGame", adapts="ludens", summary="one planner for all seats of a cooperative game of ours (overcooked_tasks, robots)")
register("latent-v0", f"{_HERE}.latent:LatentGame", adapts="ludens", summary="the abstract game of one of ours with speech: meanings instead of words")
