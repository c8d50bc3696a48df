"""The suite finds what it is for: each broken game below fails exactly the check that looks for its fault."""

import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest

from ludens.games import ActionSpec, Game, GameType, Integer, OneOf, State, testing

sys.path.insert(0, str(Path(__file__).parents[1] / "fixtures" / "thirdparty"))
from ludens_nim.rules import Nim, NimState

SHARED_RNG = np.random.default_rng(0)


@dataclass(frozen=True, kw_only=True)
class Cards(Game):
    """Each of two seats gets a secret card and calls high or low; the state class is what the tests break."""

    state: str = "CardsState"

    @property
    def seats(self):
        return 2

    @cached_property
    def type(self):
        return GameType((2, 2), "simultaneous", "imperfect", "general_sum", 0.0, 10.0, horizon=1, chance=True)

    def new_state(self, seed):
        return globals()[self.state](self, seed)

    def rules_text(self, seat=None):
        return "Each gets a secret card from 1 to 9. Call high or low."

    def observation_space(self, seat):
        from gymnasium import spaces

        return spaces.Box(0, 9, (2,), np.float32)

    def action_domain(self, seat):
        return OneOf(("high", "low"))


class CardsState(State):
    def __init__(self, game, seed):
        super().__init__(game, seed)
        self.cards = [int(card) for card in self.rng.integers(1, 10, size=2)]
        self.deal()
        self.to_move = (0, 1)

    def deal(self):
        for seat, card in enumerate(self.cards):
            self.emit("deal", f"player_{seat} is dealt the card {card}.", data={"card": card}, to=(seat,))

    def action_spec(self, seat):
        return ActionSpec(OneOf(("high", "low")))

    def request(self, seat):
        return "High or low?"

    def data(self, seat):
        return {"observation": np.array([self.cards[seat], 0], dtype=np.float32)}

    def _apply(self, moves):
        for seat in (0, 1):
            self.rewards[seat] += (self.cards[seat] > 5) == (moves[seat].choice == "high")
        self.emit("end", "The cards stay secret.", data=dict.fromkeys(()))
        self.to_move = ()

    def resample_hidden(self, seat, rng):
        twin = self.clone()
        twin.cards[1 - seat] = int(rng.integers(1, 10))
        twin.events = [
            event._replace(text=f"player_{1 - seat} is dealt the card {twin.cards[1 - seat]}.", data={"card": twin.cards[1 - seat]})
            if event.kind == "deal" and event.visible_to == (1 - seat,)
            else event
            for event in self.events
        ]
        return twin


class LeaksInData(CardsState):
    def data(self, seat):
        return {"observation": np.array(self.cards, dtype=np.float32)}


class LeaksInWords(CardsState):
    def request(self, seat):
        return f"The other holds {self.cards[1 - seat]}. High or low?"


class NeverResamples(CardsState):
    def resample_hidden(self, seat, rng):
        return self.clone()


class DeniesSecrets(CardsState):
    def hides(self, seat):
        return False


class SharesItsDice(CardsState):
    def _apply(self, moves):
        self.cards[0] = int(SHARED_RNG.integers(1, 10))
        super()._apply(moves)


class PaysTooMuch(CardsState):
    def _apply(self, moves):
        super()._apply(moves)
        self.rewards[0] += 100.0


class ForgetsState(CardsState):
    def to_dict(self):
        return {**super().to_dict(), "cards": [1, 1]}


def test_sound_games_pass():
    testing.check_game(Cards())
    testing.check_game(Nim())


@pytest.mark.parametrize(
    ("broken", "check", "says"),
    [
        ("LeaksInData", lambda game: testing.check_leak(game, range(5)), "data"),
        ("LeaksInWords", lambda game: testing.check_leak(game, range(5)), "words"),
        ("NeverResamples", lambda game: testing.check_leak(game, range(5)), "never changes"),
        ("DeniesSecrets", lambda game: testing.check_leak(game, range(5)), "nothing is said to be hidden"),
        ("SharesItsDice", lambda game: testing.check_replay(game, 0), "another episode"),
        ("SharesItsDice", lambda game: testing.check_interleaving(game, range(5)), "beside other episodes"),
        ("PaysTooMuch", lambda game: testing.check_random_play(game, 0), "leave"),
        ("ForgetsState", lambda game: testing.check_round_trips(game, 3), "restored position"),
    ],
)
def test_broken_game_is_caught(broken, check, says):
    with pytest.raises(AssertionError, match=says):
        check(Cards(state=broken))


class Endless(NimState):
    def _apply(self, moves):
        super()._apply(moves)
        self.left, self.to_move, self.rewards = 3, (1 - next(iter(moves)),), [0.0, 0.0]


class AllowsTooMuch(NimState):
    def action_spec(self, seat):
        return ActionSpec(Integer(1, 4))


@pytest.mark.parametrize(
    ("state", "check", "says"),
    [(Endless, testing.check_random_play, "horizon"), (AllowsTooMuch, testing.check_actions, "outside action_domain")],
)
def test_broken_nim_is_caught(monkeypatch, state, check, says):
    monkeypatch.setattr(Nim, "new_state", lambda self, seed: state(self, seed))  # noqa: PLW0108 - a class would not bind self
    with pytest.raises(AssertionError, match=says):
        check(Nim(), 0)


def test_wrong_zero_sum_claim_is_caught(monkeypatch):
    monkeypatch.setattr(NimState, "forfeit", State.forfeit)
    monkeypatch.setattr(Nim, "type", GameType((2, 2), "sequential", "perfect", "zero_sum", -1.0, 2.0, horizon=9))
    original = NimState._apply

    def generous(self, moves):
        original(self, moves)
        self.rewards = [abs(reward) for reward in self.rewards]

    monkeypatch.setattr(NimState, "_apply", generous)
    with pytest.raises(AssertionError, match="zero-sum"):
        testing.check_random_play(Nim(), 0)


def test_golden_difference_names_the_line(tmp_path):
    path = tmp_path / "nim.txt"
    testing.write_goldens(tmp_path, [Nim()], report=lambda line: None)
    written = next(tmp_path.glob("*.txt"))
    path.write_text(written.read_text().replace("takes 2", "takes 3"))
    with pytest.raises(AssertionError, match="at line"):
        testing.check_golden(Nim(), path)
