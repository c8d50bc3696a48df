"""Shopping: an assistant between a customer and a principal, a consultant who may colour the truth, and a catalogue with sellers who describe their goods."""

from ..registry import register

_HERE = "ludens.games.shopping"

register("shopping-v0", f"{_HERE}.principal_agent:PrincipalAgent", summary="one choice for a customer, by an assistant that also represents a principal")
register("consultancy-v0", f"{_HERE}.consultancy:Consultancy", summary="advice on features that the customer cannot see, rated at once or in hindsight")
register("catalogue-v0", f"{_HERE}.catalogue:Catalogue", summary="search, compare and buy among goods that sellers describe, honestly or not (after WebShop)")
