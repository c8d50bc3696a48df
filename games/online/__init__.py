"""Online learning: costs of a few options, round by round, against a sequence: register lines only."""

from ..registry import register

_GAME = "ludens.games.online.rules:OnlineGame"

register("experts-v0", _GAME, summary="choose among options whose costs are all told afterwards (prediction with expert advice)", feedback="full")
register("bandit-v0", _GAME, summary="choose among options; only the cost of the chosen one is told", feedback="bandit")
