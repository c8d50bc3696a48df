"""Overcooked: cooks who must work together in small kitchens, as overcooked_ai has them."""

from ..registry import register

register(
    "overcooked-v0",
    "ludens.games.overcooked.game:Overcooked",
    summary="cooks fill pots, plate soups and serve them (after overcooked_ai)",
)

register(
    "overcooked_tasks-v0",
    "ludens.games.overcooked.tasks:OvercookedTasks",
    summary="the same by tasks (fetch an onion, serve the soup): cooks plan, and the rules walk them there",
)
register(
    "overcooked_v2-v0",
    "ludens.games.overcooked.v2.game:OvercookedV2",
    summary="cooks who see only what is near, and an order that is hidden from some (after JaxMARL's overcooked_v2)",
)
