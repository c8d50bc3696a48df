"""The particle worlds: agents that push themselves about in the plane, as MPE2 has them: register lines only."""

from ..registry import register

register("simple_spread-v0", "ludens.games.particle.spread:Spread", summary="particle worlds: agents cover landmarks together (after MPE2's simple_spread)")
register("simple_tag-v0", "ludens.games.particle.tag:Tag", summary="particle worlds: adversaries hunt a faster prey (after MPE2's simple_tag)")
register(
    "simple_reference-v0",
    "ludens.games.particle.reference:Reference",
    summary="particle worlds: two agents tell each other where to go (MPE2's simple_reference)",
)
