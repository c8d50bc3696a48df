"""Equilibria of normal-form games: pure functions of payoff tensors.

Everywhere ``payoffs`` is one tensor a seat, each of shape ``(actions of seat 0, actions of seat 1, ...)``, or one array that stacks them; a *profile* is one
mixed action a seat; a *joint* distribution is an array of the tensors' shape. Nothing here knows where payoffs come from: a game's rules
(``make("stag_hunt").table``), a run (:mod:`.empirical`), or policies that a search has found (``ludens.analysis.psro``).
"""
