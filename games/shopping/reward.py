"""What a purchase is worth to the shopper of the catalogue: the share of the goal's wishes that it meets."""

from __future__ import annotations

from .goods import KINDS, Goal, Good

__all__ = ["met", "reward"]


def met(good: Good, option: str, price: int, goal: Goal) -> dict[str, bool]:
    """Tell of each wish whether a purchase meets it: colour, material, each attribute asked for, option, price.

    The good's true attributes count, not what its seller says of them.
    """
    have = {name for name, has in zip(KINDS[good.kind].attributes, good.hidden, strict=True) if has}
    return {
        "colour": good.colour == goal.colour,
        "material": good.material == goal.material,
        **{name: name in have for name in goal.attributes},
        "option": option == goal.option,
        "price": price <= goal.most,
    }


def reward(good: Good, option: str, price: int, goal: Goal) -> float:
    """Give the reward in [0, 1]: the share of wishes met, as in WebShop's equation, and 0 for another kind of thing.

    WebShop (Yao et al. 2022) multiplies (attributes met + options met + [price kept]) / (attributes + options + 1) by a factor for the type of the product,
    which is worked out from texts; here the kind is given, and the factor 1 or 0.
    """
    if good.kind != goal.kind:
        return 0.0
    wishes = met(good, option, price, goal).values()
    return sum(wishes) / len(wishes)
