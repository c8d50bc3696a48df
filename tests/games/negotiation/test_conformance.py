"""The public conformance suite with each protocol flag switched at least once (defaults are checked with all registered games)."""

import pytest

from ludens.errors import ParameterError
from ludens.games import make
from ludens.games.testing import check_game

VARIANTS = [
    ("negotiation", {"breakdown": 0.3, "discount": (0.9, 0.8), "outside": (1.0, 2.5), "first": 1}),
    ("negotiation", {"offers_lapse": False, "talk": True, "disclose_deadline": False}),
    ("negotiation", {"reject_ends": True, "last_answers_only": True, "deadline": 5, "walk": False}),
    ("negotiation", {"pool": (1, 2, 3), "values": ((1, 1, 1), (2, 2, 2))}),
    ("resource_exchange", {"value_range": (3, 3)}),
    ("haggling", {"cost_range": (0.5, 0.5)}),
    ("negotiation", {"pool": (2, 3), "items": ("tea", "cake"), "values": ((1, 4), (3, 2)), "known_values": True, "say_chars": 0}),
    ("haggling", {"categories": ("car", "housing"), "always_zone": True, "first": 0}),
    ("resource_exchange", {"payoff": "goal"}),
    ("alternating_offers", {"deadline": 5}),
    ("alternating_offers", {"breakdown": 0.2, "grain": 7}),
    ("ultimatum_chain", {"one_proposer": True, "reject_ends": False, "deadline": 7, "outside": (100.0, 0.0)}),
    ("deliberation", {"rounds": 1}),
    (
        "deliberation",
        {"parties": 3, "issues": (2, 3, 4), "vetoes": (0,), "closing": "threshold", "rounds": 2, "unanimous": (0.0, 1.0), "acceptable": (0.05, 0.6)},
    ),
]


@pytest.mark.parametrize(("name", "params"), VARIANTS, ids=lambda value: value if isinstance(value, str) else ",".join(value) or "default")
def test_conforms(name, params):
    check_game(make(name, **params), seeds=range(2))


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("negotiation", {"deadline": 1}, "deadline=1 should be from 2"),
        ("negotiation", {"breakdown": 1.0}, "breakdown=1.0 should be a probability"),
        ("negotiation", {"discount": (0.9, 1.2)}, "two factors"),
        ("negotiation", {"items": ("book", "Book", "hat")}, "different words"),
        ("negotiation", {"points": (1, 2, 3)}, "need a pool"),
        ("negotiation", {"values": ((1, 2, 3),), "pool": (1, 1, 1)}, "two rows"),
        ("negotiation", {"pool": (11, 11, 11)}, "allows no values"),
        ("negotiation", {"talk": True, "say_chars": 0}, "needs say_chars"),
        ("haggling", {"categories": ("boats",)}, "should be some of: furniture"),
        ("haggling", {"ceiling": 1.0}, "should be from 1.1"),
        ("resource_exchange", {"stocks": ((1, 2, 3), (1, 2))}, "every resource"),
        ("resource_exchange", {"payoff": "fun"}, "'value' or 'goal'"),
        ("ultimatum_chain", {"one_proposer": True, "counter_only": True}, "no answer but yes"),
        ("deliberation", {"vetoes": (0, 9)}, "different seats"),
        ("deliberation", {"dissent": 0}, "cannot hold together"),
        ("deliberation", {"dissent": 6}, "below the number of parties"),
    ],
)
def test_bad_parameters_are_told_in_one_line(name, params, words):
    with pytest.raises(ParameterError) as caught:
        make(name, **params)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_hopeless_bounds_of_sheets_are_told(monkeypatch):
    monkeypatch.setattr("ludens.games.negotiation.scores.MAX_TRIES", 20)
    with pytest.raises(ParameterError, match="widen these bounds"):
        make("deliberation", acceptable=(0.99, 1.0)).start(0)
