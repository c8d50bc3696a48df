"""Werewolf: hidden roles, talk and votes. One engine whose rules are put together from options, and the rule sets of the papers as presets."""

from ..registry import register
from .presets import PRESETS

_HERE = "ludens.games.werewolf"

register("werewolf-v0", f"{_HERE}.game:Werewolf", summary="two werewolves, a seer, a doctor and three villagers talk, vote and kill (the rules of LSPO)")
for _name, (_about, _params) in PRESETS.items():
    register(f"werewolf_{_name}-v0", f"{_HERE}.game:Werewolf", summary=_about, family="werewolf", **_params)
register("werewolf_mafia-v0", f"{_HERE}.presets:Mafia", summary="any number of players, a quarter of them werewolves (after TextArena's SecretMafia)")
