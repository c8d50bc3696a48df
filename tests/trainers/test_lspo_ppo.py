"""PPO over meanings: a game whose better meaning is known, what choices are worth, turns of a seat, and the loop."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

import spoken_throws as throws  # noqa: E402

from ludens.errors import ParameterError  # noqa: E402
from ludens.games import make  # noqa: E402
from ludens.llm import ModelSpec  # noqa: E402
from ludens.trainers import Task, trainer  # noqa: E402
from ludens.trainers.lspo import Config, ppo  # noqa: E402
from ludens.trainers.lspo.playing import hear  # noqa: E402
from ludens.trainers.lspo.positions import Positions  # noqa: E402
from ludens.trainers.lspo.preferences import judge, larger, mix  # noqa: E402
from ludens.trainers.lspo.solvers import SOLVERS, Solution  # noqa: E402
from ludens.trainers.lspo.spaces import latent_space  # noqa: E402

TWO = (0.5, 0.5, 0.0, 0.0, 0.0)
"""A speaker that throws rock or paper: paper wins, whatever the other one does."""


@pytest.fixture(scope="module")
def solved():
    throws.make_known()
    game = make("spoken_throws")
    config = Config(
        games=20,
        meanings={"player": 2},
        exemplars=True,
        solver="ppo",
        ppo={"updates": 25, "games": 32, "judged": 200, "learning_rate": 1e-2, "hidden": [16]},
        deep={"hidden": [16], "policy_steps": 300, "batch": 128},
    )
    statements = asyncio.run(hear(game, throws.Habitual(np.array(TWO)), None, config, 0))
    space = latent_space(game, statements, config, 1, before=None, seed=0)
    return statements, space, config, SOLVERS["ppo"](space.game, config, 0)


def test_the_better_meaning_is_chosen(solved):
    statements, space, _, solution = solved
    paper = [throws.thrown(bank[0]) for bank in space.banks[0]].index(throws.THROWS.index("paper"))
    for statement in statements[:2]:
        assert mix(solution, space, statement)[paper] > 0.9
    # both seats throw paper in the end, so that nobody wins anything
    assert {name: round(value) for name, value in solution.trace[-1].items() if name.startswith("earned")} == {"earned, player_0": 0, "earned, player_1": 0}
    assert solution.trace[-1]["entropy"] < solution.trace[0]["entropy"]


def test_advantages_are_those_of_the_payoff_table(solved):
    statements, space, _, solution = solved
    paper = [throws.thrown(bank[0]) for bank in space.banks[0]].index(throws.THROWS.index("paper"))
    places = [solution.policy.actions.choices.index(f"z{number}") for number in (paper, 1 - paper)]
    for statement in (next(item for item in statements if item.seat == seat) for seat in (0, 1)):
        found = solution.worth("player", statement.seat, statement.features(space))[places]
        chance = mix(solution, space, statement)[paper]
        # paper earns exactly 1 more than rock against either throw, so that sampling the other's throw leaves no error
        assert found == pytest.approx([1 - chance, -chance], abs=0.02)


def test_pairs_prefer_what_wins_and_a_solution_is_kept_whole(solved, tmp_path):
    statements, space, config, solution = solved
    pairs = larger(judge(statements, space, solution), config)
    assert pairs
    assert all("paper" in pair.statement.candidates[pair.first].text for pair in pairs)
    assert all("rock" in pair.statement.candidates[pair.second].text for pair in pairs)
    solution.save(tmp_path)
    again = Solution.load(tmp_path)
    assert list(again.trace) == list(solution.trace)
    row = statements[0].features(space)
    assert (again.worth("player", 0, row) == solution.worth("player", 0, row)).all()


WOLVES = {"of": "werewolf_lspo4", "meanings": [3, 2, 2]}
WORDS = (("a", "b", "c"), ("a", "b"), ("a", "b"))


def test_turns_learn_from_everything_that_is_earned_after_them(monkeypatch):
    """With lambda 1 a turn's target is what its seat still earns."""
    game = make("latent", of="stag_hunt", kwargs={"say_chars": 40, "rounds": 3})
    kept = {}

    def record(judged, logs, advantages, targets, optimizer, *, learning, bonus):
        now = judged(torch.arange(len(logs)))
        kept.update(logs=logs, now=now.logs.detach(), targets=targets, difference=targets - advantages, values=now.values.detach())
        return 0.0

    monkeypatch.setattr(ppo, "update", record)
    play = ppo.SelfPlay(game, ppo.Config(updates=1, games=3, trace=1.0, hidden=(8,)), False, 0)
    batch = play._begun(3)
    turns = play._play(batch)
    play._learn(batch, turns, 0.0)
    unit = (game.type.payoff_high - game.type.payoff_low) / 2
    owed = batch.returns[turns.games, turns.seats] / unit - turns.earned
    assert len(owed) == 2 * 3 * 2 * 3  # in three games each of two seats speaks and acts three times
    assert len(set(turns.earned.round(6))) > 1  # there are payoffs on the way
    assert kept["targets"].tolist() == pytest.approx(owed.tolist(), abs=1e-5)
    # logs and values are those of the very policy that played
    assert torch.allclose(kept["now"], kept["logs"], atol=1e-5)
    assert torch.allclose(kept["values"], kept["difference"], atol=1e-5)


@pytest.mark.parametrize("words", [(), WORDS])
def test_positions_of_every_role_are_judged_and_advantages_average_to_nothing(words):
    """With words there is no compiled engine."""
    game = make("latent", **WOLVES, words=words)
    play = ppo.SelfPlay(game, ppo.Config(judged=6, playouts=1, hidden=(8,)), True, 0)
    assert isinstance(play._begun(1), Positions) is bool(words)
    found = play.worth()
    groups = [row.group for row in found]
    # one of each role in each game, where it moves at all
    assert set(groups) == {"werewolf", "seer", "villager"}
    assert max(groups.count(group) for group in set(groups)) <= 6
    for row in found:
        assert not row.advantages[~row.mask].any()
        chances = torch.softmax(play.policy.module(torch.from_numpy(row.seen)[None]).masked_fill(~torch.from_numpy(row.mask), -1e9), -1)[0]
        assert float(chances.detach().numpy() @ row.advantages) == pytest.approx(0, abs=1e-6)


def test_what_is_tried_leaves_the_positions_as_they_were():
    game = make("latent", **WOLVES, words=WORDS)
    play = ppo.SelfPlay(game, ppo.Config(judged=4, playouts=2, hidden=(8,)), True, 0)
    for batch, games, seats in play._positions():
        before = [state.to_dict() for state in batch.states]
        assert batch.to_move[games, seats].all()
        play._tried(batch, games, seats)
        assert [state.to_dict() for state in batch.states] == before


def test_positions_one_by_one_are_what_the_compiled_engine_shows():
    """Played by the same choices until chance parts them: at the first night nothing was drawn yet but roles."""
    game = make("latent", **WOLVES)
    compiled, single = game.branching(40, 3), Positions(game, [game.start(seed) for seed in range(40)])
    assert set(compiled.choices) == set(single.choices)
    order = [compiled.choices.index(choice) for choice in single.choices]
    rows = []
    for batch in (compiled, single):
        games, seats = np.nonzero(batch.to_move)
        legal = batch.legal(games, seats)[:, order if batch is compiled else slice(None)]
        deals = [(*map(int, batch.roles[game]), int(seat)) for game, seat in zip(games, seats, strict=True)]
        rows.append({deal: (see.tolist(), mask.tolist()) for deal, see, mask in zip(deals, batch.see(games, seats), legal, strict=True)})
    common = rows[0].keys() & rows[1].keys()
    assert len(common) > 8
    assert all(rows[0][deal] == rows[1][deal] for deal in common)


@pytest.mark.parametrize("words", [(), WORDS])
def test_a_seed_gives_the_same_policy(words):
    game = make("latent", **WOLVES, words=words)
    runs = [ppo.SelfPlay(game, ppo.Config(updates=2, games=4, hidden=(8,)), True, 5).run() for _ in range(2)]
    assert runs[0] == runs[1]


def test_the_loop_runs_with_ppo(tmp_path):
    given = {
        "solver": "ppo",
        "ppo": {"updates": 2, "games": 8, "judged": 8},
        "deep": {"hidden": [8], "policy_steps": 20, "exact": 10_000},
        "iterations": 1,
        "games": 3,
        "epochs": 0,
        "matches": 4,
        "gap": 0.0,
    }
    spec = ModelSpec(engine="nano", model="house", concurrency=None)
    result = trainer("lspo").make(Task((make("stag_hunt", say_chars=60),), spec, tmp_path, 1), given).run(lambda line: None)
    assert result["iterations"][0]["measures"].keys() == {"in_step", "nash_conv_uniform", "nash_conv_network"}
    assert "Earned in solving, iteration 1" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize(("given", "problem"), [({"update": 1}, "update"), ({"games": 0}, "games=0"), ({"stray": 2}, "stray=2")])
def test_mistakes_are_named(given, problem):
    with pytest.raises(ParameterError, match=problem):
        Config(solver="ppo", ppo=given)
