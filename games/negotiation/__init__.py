"""Negotiation: items to divide, prices to haggle over, resources to swap, pies to split, and many parties around one table.

Every act carries free speech beside its structured choice. What a seat privately values is an event that only it sees.
"""

from ..registry import register

_HERE = "ludens.games.negotiation"

register("negotiation-v0", f"{_HERE}.division:ItemDivision", summary="two sides divide items that each values privately (Deal or No Deal)")
register(
    "campsite_negotiation-v0",
    f"{_HERE}.division:ItemDivision",
    summary="campers divide food, water and firewood by private priorities (after CaSiNo)",
    items=("food", "water", "firewood"),
    pool=(3, 3, 3),
    points=(5, 4, 3),
    outside=(5.0, 5.0),
    deadline=12,
)
register("alternating_offers-v0", f"{_HERE}.alternating:AlternatingOffers", summary="split a shrinking pie by offers and counter-offers (Rubinstein)")
register("ultimatum_chain-v0", f"{_HERE}.ultimatum:UltimatumChain", summary="split a pot by proposals that can be refused, over several rounds")
register("haggling-v0", f"{_HERE}.haggling:Haggling", summary="a seller and a buyer look for a price; what the thing is worth to each is private")
register("resource_exchange-v0", f"{_HERE}.exchange:ResourceExchange", summary="two owners of different stocks trade once (after NegotiationArena)")
register("deliberation-v0", f"{_HERE}.deliberation:Deliberation", summary="parties with secret score sheets and vetoes look for one deal on several issues")
