"""LSPO: the proof of concept with its known numbers, embeddings and clusters, preferences with the right sign, and the whole loop with a nano model."""

from __future__ import annotations

import asyncio
import json
import shutil

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

import spoken_throws as throws  # noqa: E402

from ludens.agents import PlayerSpec  # noqa: E402
from ludens.agents.latent import LatentSpace, TfIdf, anonymous  # noqa: E402
from ludens.agents.latent.clusters import extended, nearest, numbered_alike, refitted  # noqa: E402
from ludens.errors import LudensError, ParameterError  # noqa: E402
from ludens.games import make  # noqa: E402
from ludens.games.adapters.latent import Meaning  # noqa: E402
from ludens.llm import ModelSpec  # noqa: E402
from ludens.trainers import Task, trainer  # noqa: E402
from ludens.trainers.lspo import Config  # noqa: E402
from ludens.trainers.lspo.evaluation import sides  # noqa: E402
from ludens.trainers.lspo.playing import hear  # noqa: E402
from ludens.trainers.lspo.preferences import Judged, Pair, judge, larger, mixing  # noqa: E402
from ludens.trainers.lspo.solvers import SOLVERS, Solution  # noqa: E402
from ludens.trainers.lspo.spaces import latent_space  # noqa: E402
from ludens.trainers.lspo.statements import Said, Statement, read_statements  # noqa: E402
from ludens.trainers.objectives import dpo  # noqa: E402
from ludens.trainers.record import LogProbs, Pairs  # noqa: E402

NAMES = ["player_2 is a werewolf.", "player_1 is a werewolf.", "I am the seer.", "I really am the seer.", "Let us vote.", "Come, let us vote."]


# -- rock, paper, scissors, Spock, lizard: the paper's proof of concept --------------------------------------------------------------


def taught(mix, pairs, temperature):
    """DPO on one token: the throw."""
    logits = torch.tensor(np.log(mix), requires_grad=True)
    reference = torch.log_softmax(logits.detach(), -1)
    first, second = (torch.tensor([pair.statement.candidates[getattr(pair, name)].tokens[0] for pair in pairs]) for name in ("first", "second"))
    optimizer = torch.optim.Adam([logits], lr=0.05)
    for _ in range(30 if pairs else 0):
        policy = torch.log_softmax(logits, -1)
        both = [LogProbs(policy[side], reference[side], reference[side], reference[side]) for side in (first, second)]
        loss = dpo(Pairs(both[0], both[1], torch.tensor([pair.preference for pair in pairs])), temperature)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return torch.softmax(logits.detach(), -1).numpy()


def test_the_proof_of_concept_has_the_papers_numbers():
    throws.make_known()
    game, mix = make("spoken_throws"), np.array(throws.HABITS)
    assert throws.exploitability(mix) == pytest.approx(0.39)
    deep = {"hidden": [16], "policy_steps": 300, "batch": 32}
    config = Config(games=200, meanings={"player": 3}, clusters="refit", exemplars=True, solver="cfr", solver_iterations=2000, deep=deep, tries=12)
    found, space, before = [], None, None
    for iteration in (1, 2, 3):
        statements = asyncio.run(hear(game, throws.Habitual(mix), None, config, iteration))
        space = latent_space(game, statements, config, iteration, before=before, seed=0)
        solution = SOLVERS["cfr"](space.game, config, 0)
        chances = np.zeros(5)
        logits = solution.policy.module(torch.tensor([[1.0, 0.0] + [0.0] * (solution.policy.shape[0] - 2)]))[0].detach().numpy()
        own = [solution.policy.actions.choices.index(f"z{number}") for number in range(len(space.banks[0]))]
        for place, bank in zip(own, space.banks[0], strict=True):
            chances[throws.thrown(bank[0])] += np.exp(logits[place]) / np.exp(logits[own]).sum()
        found.append(throws.exploitability(chances))
        pairs = larger(judge(statements, space, solution), config)
        mix, before = taught(mix, pairs, config.temperature), space
    assert len(space.banks[0]) == 5
    assert found == pytest.approx([1 / 3, 1 / 3, 0], abs=0.02)


# -- embeddings and clusters -----------------------------------------------------------------------------------------------------------


def test_what_is_said_counts_and_not_of_whom():
    texts = [anonymous(text, 0) for text in NAMES]
    assert texts[0] == texts[1]
    assert anonymous("player_0 speaks", 0) != anonymous("player_1 speaks", 0)
    embedder = TfIdf.fit(texts)
    points = embedder(texts)
    assert np.linalg.norm(points, axis=1) == pytest.approx(1)
    labels = nearest(points, refitted(points, 3, None, seed=0))
    assert labels[0] == labels[1]
    assert labels[2] == labels[3]
    assert labels[4] == labels[5]
    assert len(set(labels)) == 3
    again = TfIdf.restore(embedder.arrays())
    assert (again(texts) == points).all()
    assert not again(["zzz qqq"]).any()


def test_shared_meanings_are_the_same_for_all_roles():
    def turn(game, seat, role, *texts):
        return Statement(game, 0, seat, role, (0.0,), (), (), tuple(Said(text, "speak", (), ()) for text in texts), 0)

    heard = [
        turn(0, 0, "werewolf", "What a night.", "Let us vote."),
        turn(0, 1, "seer", "I am the seer.", "player_0 is a werewolf."),
        turn(0, 2, "villager", "What a night.", "Let us vote now."),
    ]
    space = latent_space(make("werewolf_lspo4"), heard, Config(shared=True, meanings_else=4), 1, before=None, seed=0)
    assert space.game.meanings == (4, 4, 4)
    claim = space.meaning("I am the seer.", 1, "seer")
    # whoever says it and whoever hears it takes it for the same, and a werewolf can say it though none has
    assert claim == space.meaning("I am the seer.", 3, "werewolf") == space.heard("I am the seer.", 2)
    assert space.words(claim, 0, "werewolf", np.random.default_rng(0)) == "I am the seer."


def test_a_space_of_nothing_is_refused():
    with pytest.raises(LudensError, match="holds a word"):
        TfIdf.fit(["", "..."])


def test_there_are_no_more_clusters_than_different_points():
    points = np.repeat(np.eye(3), 4, axis=0)
    assert len(refitted(points, 7, None, 0)) == 3
    assert len(extended(points, 7, np.eye(3)[:1], 0)) == 3


def test_extended_clusters_keep_their_numbers():
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(centre, 0.05, (20, 2)) for centre in ((0, 0), (1, 0), (0, 1), (3, 3))])
    before = refitted(points[:40], 2, None, 0)
    after = extended(points, 4, before, 0)
    assert (after[:2] == before).all()
    assert sorted(map(tuple, after[2:].round(1))) == [(0.0, 1.0), (3.0, 3.0)]


def test_equal_numbers_lie_close_together():
    most = np.array([[0.0, 0], [5, 0], [0, 5]])
    few = np.array([[0.0, 4.5], [0.2, 0]])
    _, second = numbered_alike([most, few])
    assert second.tolist() == [[0.2, 0], [0.0, 4.5]]


# -- preferences -----------------------------------------------------------------------------------------------------------------------


def judged(advantages, chances, meanings=None):
    said = tuple(Said(str(number), "speak", (number,), (0.0,)) for number in range(len(advantages)))
    statement = Statement(0, 0, 0, "wolf", (0.0,), (), (1,), said, 0)
    meanings = tuple(Meaning(number) for number in (meanings or range(len(advantages))))
    return Judged(statement, meanings, np.array(advantages, float), np.array(chances, float))


def test_the_larger_advantage_is_preferred():
    pairs = larger([judged([-1.0, 2.0, 1.97], [0.1, 0.8, 0.1])], Config(gap=0.1))
    assert {(pair.first, pair.second) for pair in pairs} == {(1, 0), (2, 0)}
    assert all(pair.preference == 1 and pair.gap > 0 for pair in pairs)


def test_one_meaning_makes_no_pair():
    rows = [judged([-1.0, 2.0], [0.5, 0.5], meanings=[1, 1])]
    assert larger(rows, Config()) == []
    assert mixing(rows, Config()) == []


def test_mixing_labels_have_the_policys_marginals_as_their_optimum():
    # two meanings, said 3 : 1 by the model, wanted 1 : 1 by the policy
    config, chances = Config(preference="mixing", temperature=0.5), [0.5, 0.5, 0.5, 0.5]
    rows = [judged([0.0] * 4, chances, meanings=[0, 0, 0, 1]) for _ in range(250)]
    pairs = mixing(rows, config)
    # the model says the four utterances alike often: DPO on the soft labels
    mix = taught(np.full(4, 0.25), pairs, config.temperature)
    assert all(pair.preference > 0.5 for pair in pairs)
    optimum = np.array([1 / 6, 1 / 6, 1 / 6, 1 / 2])
    assert np.abs(mix - optimum).max() < np.abs(np.full(4, 0.25) - optimum).max()
    reward = config.temperature * np.log(optimum / 0.25)
    # one was added to each count: 751 of 1002 and 251 of 1002
    assert pairs[0].preference == pytest.approx(1 / (1 + np.exp(-(reward[3] - reward[0]))), abs=2e-3)


def test_sides_are_found_by_what_they_earn():
    assert {frozenset(side) for side in sides(make("werewolf_lspo4"))} == {frozenset({"werewolf"}), frozenset({"seer", "villager"})}


# -- the whole loop --------------------------------------------------------------------------------------------------------------------

DEEP = {"iterations": 2, "traversals": 6, "depth": 2, "hidden": [16], "steps": 20, "batch": 64, "policy_steps": 40}
SMALL = {"iterations": 1, "games": 4, "deep": DEEP, "most_pairs": 6, "batch": 3, "epochs": 2, "matches": 4, "gap": 0.0}


def run(place, game="werewolf_lspo4", model=None, **given):
    spec = model or ModelSpec(engine="nano", model="house", concurrency=None)
    lines = []
    return trainer("lspo").make(Task((make(game),) if isinstance(game, str) else (game,), spec, place, 1), {**SMALL, **given}).run(lines.append), lines


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    place = tmp_path_factory.mktemp("lspo") / "run"
    return place, run(place)[0]


def facts_of(place, number=1):
    found = json.loads((place / f"iteration_{number}" / "iteration.json").read_text())
    found.pop("seconds")
    return found


def test_the_loop_leaves_everything_that_belongs_together(whole):
    place, result = whole
    first = place / "iteration_1"
    for name in ("statements.jsonl", "space.json", "space.npz", "advantages.npz", "policy/policy.json", "checkpoint/model.safetensors"):
        assert (first / name).exists(), name
    facts = facts_of(place)
    space = LatentSpace.load(first)
    assert facts["space"] == space.digest
    assert facts["meanings"] == {"werewolf": 3, "seer": 2, "villager": 2}
    assert sum(map(sum, facts["heard"].values())) == facts["candidates"]
    assert {row["agent"] for row in result["evaluation"]} == {"iteration_1"}
    assert len(result["evaluation"]) == 2


def test_the_report_shows_meanings_and_cells(whole):
    page = (whole[0] / "report.html").read_text()
    assert "iteration_1 as werewolf" in page
    assert "1, seer, z1" in page
    assert "margin, villager" in page
    assert "regret loss" in page
    # a game to read, with meanings as remarks
    assert 'href="iteration_1/game.html"' in page
    assert "means z" in (whole[0] / "iteration_1" / "game.html").read_text()


def test_every_pair_prefers_the_larger_advantage_and_teaching_follows(whole):
    place, _ = whole
    first = place / "iteration_1"
    rows = judge(read_statements(first / "statements.jsonl"), LatentSpace.load(first), Solution.load(first))
    pairs = larger(rows, Config(gap=0.0))
    by_turn = {(row.statement.game, row.statement.turn, row.statement.seat): row for row in rows}
    for pair in pairs:
        row = by_turn[pair.statement.game, pair.statement.turn, pair.statement.seat]
        assert row.advantages[pair.first] > row.advantages[pair.second]
    facts = facts_of(place)
    assert facts["margins"]
    assert all(margin > 0 for margin in facts["margins"].values())
    assert facts["trace"][0]["chosen"] == pytest.approx(0, abs=1e-3)  # the reference is where it begins
    assert facts["trace"][-1]["loss"] < facts["trace"][0]["loss"]


def test_an_adapter_is_taught_and_added_to_the_weights(whole, tmp_path):
    pytest.importorskip("peft")
    from safetensors.torch import load_file

    from ludens.llm.nano.house import house_folder
    from ludens.trainers.lspo.alignment import align

    first = whole[0] / "iteration_1"
    judged = judge(read_statements(first / "statements.jsonl"), LatentSpace.load(first), Solution.load(first))
    config = Config(gap=0.0, lora=2, learning_rate=2e-3, batch=3, epochs=3, anchor=0.05)
    house = ModelSpec(engine="nano", model="house")
    aligned = align(house, tmp_path / "made", larger(judged, config)[:6], config, 0)
    assert aligned.trace[-1]["loss"] < aligned.trace[0]["loss"]
    before, after = (load_file(place / "model.safetensors") for place in (house_folder(), tmp_path / "made"))
    assert before.keys() == after.keys()  # a whole model, and no adapter beside it
    changed = [name for name in before if not torch.allclose(before[name].float(), after[name].float(), atol=1e-6)]
    assert changed
    for name in changed:
        rank = torch.linalg.matrix_rank(after[name].float() - before[name].float(), rtol=1e-2)
        assert rank <= 2, name


def test_the_tokens_of_statements_are_those_that_torch_computes(whole):
    from ludens.llm.nano.house import house_folder
    from ludens.trainers.language_policy import LanguagePolicy, TokenBatch
    from ludens.trainers.lspo.alignment import _sample

    found = read_statements(whole[0] / "iteration_1" / "statements.jsonl")[:4]
    batch = TokenBatch.of([_sample(Pair(one, number, 0, 1.0, 0.0), number) for one in found for number in range(len(one.candidates))])
    with torch.no_grad():
        own = LanguagePolicy.load(house_folder()).logprobs(batch)
    assert torch.allclose(own, batch.logprobs, atol=2e-4)


def test_a_run_goes_on_where_it_was_cut_off(whole, tmp_path):
    place, _ = whole
    shutil.copytree(place, tmp_path / "run")
    first = tmp_path / "run" / "iteration_1"
    (first / "iteration.json").unlink()
    shutil.rmtree(first / "checkpoint")
    run(tmp_path / "run", matches=0)
    again, once = facts_of(tmp_path / "run"), facts_of(place)
    assert again == once
    assert (first / "checkpoint" / "model.safetensors").read_bytes() == (place / "iteration_1" / "checkpoint" / "model.safetensors").read_bytes()


def test_the_agents_of_an_iteration_sit_down(whole):
    place, _ = whole
    game, path = make("werewolf_lspo4"), str(place / "iteration_1")
    spec = PlayerSpec.of("latent_bank", "bank", path=path)
    state = game.start(3)
    players = [spec.build() for _ in range(4)]
    for seat, player in enumerate(players):
        player.start(seat, game.type, seat)
    while not state.over:
        state.play({seat: players[seat].act(state.observe(seat)) for seat in state.to_move})
    assert any(event.kind == "say" for event in state.events)
    other = make("werewolf")
    players[0].start(0, other.type, 0)
    with pytest.raises(LudensError, match="its policy is for"):
        players[0].act(other.start(0).observe(0))


@pytest.mark.parametrize("speech", ["free", "steered"])
def test_a_model_speaks_for_the_policy(whole, speech):
    place, _ = whole
    game = make("werewolf_lspo4")

    async def play():
        model = ModelSpec(engine="nano", model="house", concurrency=None).build()
        specs = [PlayerSpec.of("latent", "agent", path=str(place / "iteration_1"), speech=speech, model="m") for _ in range(4)]
        players, state = [spec.build(model) for spec in specs], game.start(5)
        for seat, player in enumerate(players):
            player.start(seat, game.type, seat)
        while not state.over:
            state.play({seat: await players[seat].act(state.observe(seat)) for seat in state.to_move})
        await model.close()
        return state

    state = asyncio.run(play())
    assert any(event.kind == "say" for event in state.events)


def test_a_second_game_by_configuration(tmp_path):
    game = make("stag_hunt", say_chars=60)
    result, lines = run(tmp_path / "hunt", game, solver="cfr", solver_iterations=50, epochs=0, games=3, matches=6)
    assert "nash_conv" in lines[0]
    assert result["iterations"][0]["meanings"].keys() == {"player"}
    assert {row["side"] for row in result["evaluation"]} == {"player_0", "player_1"}


def test_no_solver_means_nothing_is_better():
    throws.make_known()
    config = Config(games=10, meanings={"player": 2}, solver="uniform")
    game = make("spoken_throws")
    statements = asyncio.run(hear(game, throws.Habitual(np.full(5, 0.2)), None, config, 0))
    space = latent_space(game, statements, config, 1, before=None, seed=0)
    assert larger(judge(statements, space, SOLVERS["uniform"](space.game, config, 0)), config) == []


@pytest.mark.parametrize(
    ("game", "given", "problem"),
    [
        ("kuhn_poker", {}, "nobody speaks"),
        ("werewolf_lspo4", {"solver": "magic"}, "solver"),
        ("werewolf_lspo4", {"tries": 1}, "tries"),
        ("werewolf_lspo4", {"deep": {"step": 1}}, "step"),
    ],
)
def test_mistakes_are_named(tmp_path, game, given, problem):
    with pytest.raises(ParameterError, match=problem):
        run(tmp_path, game, **given)
