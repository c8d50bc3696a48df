"""The whole loop: a planted best instruction wins, a better one is found, a run that was cut off goes on, a model learns."""

import json

import pytest

from ludens.errors import LudensError, ParameterError
from ludens.games import make
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer

SEEDS = ["Be fair.", "Be generous.", "Be greedy.", "Be cautious."]


def evolved(place, name="dictator", model=None, game=(), **given):
    lines = []
    given = {"seeds": SEEDS, "steps": 12, "deals": 8, "evolve": 4, "verify": 8, "least": 4, "matches": 20, **given}
    return trainer("inspo").make(Task((make(name, **dict(game)),), model, place, 2), given).run(lines.append), lines


def test_a_planted_best_instruction_gains_the_weight_and_the_bad_are_dropped(tmp_path):
    # whoever divides a sum alone earns most by being greedy
    result, _ = evolved(tmp_path / "run", candidates=1, bank=["Be fair."])
    assert result["best"] == "Be greedy."
    members = result["population"]["members"]
    assert members[1]["died"] is not None
    weights = result["history"][-1]["weights"]
    assert max(weights, key=weights.get) == "2"
    assert result["measured"][0]["low"] > 0


def test_a_better_instruction_is_found_and_let_in(tmp_path):
    result, lines = evolved(tmp_path / "run", seeds=["Be generous.", "Be fair."], bank=["Be greedy."], steps=16, candidates=4)
    assert "greedy" in result["best"]
    child = next(member for member in result["population"]["members"] if member["text"] == result["best"])
    assert child["parent"] is not None
    assert any("comes in" in line for line in lines)
    assert result["measured"][0]["low"] > 0
    assert json.loads((tmp_path / "run" / "checkpoint" / "instruction.json").read_text())["best"] == result["best"]


def test_it_goes_on_where_it_was_cut_off(tmp_path):
    whole, _ = evolved(tmp_path / "run", matches=0)
    evolved(tmp_path / "cut", matches=0, steps=8)
    # the same run with more steps is another run to the command, and the same to the trainer
    cut, _ = evolved(tmp_path / "cut", matches=0)
    assert cut["history"] == whole["history"]
    assert cut["population"] == whole["population"]


def test_a_model_that_learns_goes_on_where_it_was_cut_off(tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("tokenizers")
    from tiny_nano import tiny_nano

    model = ModelSpec(engine="nano", model=str(tiny_nano(tmp_path / "tiny", context=2048)), name="tiny")
    given = {"model": model, "learn": True, "group": 4, "deals": 2, "matches": 0, "evolve": 5}
    whole, _ = evolved(tmp_path / "run", steps=3, **given)
    evolved(tmp_path / "cut", steps=1, **given)
    cut, _ = evolved(tmp_path / "cut", steps=3, **given)
    assert cut["history"] == whole["history"]
    weights = [(tmp_path / name / "checkpoint" / "model.safetensors").read_bytes() for name in ("run", "cut")]
    assert weights[0] == weights[1]


def test_it_works_on_another_game_by_configuration_alone(tmp_path):
    result, _ = evolved(tmp_path / "run", "retrieval", seeds=["Be tough.", "Be fair."], steps=6, deals=6, evolve=5, paired=False)
    # who guesses at once is right now and then, who searches hop by hop nearly always
    assert result["best"] == "Be fair."


def test_a_model_learns_under_instructions(tmp_path):
    pytest.importorskip("torch")
    pytest.importorskip("tokenizers")
    from tiny_nano import tiny_nano

    from ludens.trainers.card import digest

    tiny = tiny_nano(tmp_path / "tiny", context=2048)
    model = ModelSpec(engine="nano", model=str(tiny), name="tiny")
    given = {"model": model, "learn": True, "group": 4, "deals": 2, "matches": 0, "evolve": 5}
    result, _ = evolved(tmp_path / "run", steps=2, **given)
    assert result["history"][-1]["learnt"]["rows"] > 0
    whole = digest(tmp_path / "run" / "checkpoint")
    assert whole != digest(tiny)
    # the optimizer's moments too are what a run that was cut off goes on from
    evolved(tmp_path / "cut", steps=1, **given)
    evolved(tmp_path / "cut", steps=2, **given)
    assert digest(tmp_path / "cut" / "checkpoint") == whole


def test_a_server_plays_and_proposes(tmp_path):
    # all there is to it is the model's configuration: the same trainer, and another game
    proposed = json.dumps({"analysis": "it gave too much away", "instruction": "Think of yourself first."})
    server = ModelSpec(engine="testserver", model="m", name="served")
    proposer = {"engine": "testserver", "model": "m", "name": "proposes", "options": {"brain": f"fixed:{proposed}"}}
    given = {"seeds": ["Be kind.", "Be quick."], "proposer": proposer, "steps": 2, "deals": 4, "evolve": 1, "verify": 4, "least": 1, "matches": 4, "level": 1.0}
    result, lines = evolved(tmp_path / "run", "ultimatum", server, **given)
    assert "edge" in result["measured"][0]["line"]
    assert [facts["episodes"] for facts in result["history"]] == [16, 16]
    # an instruction comes in only where it was ahead
    texts = {member["text"] for member in result["population"]["members"]}
    assert texts <= {"Be kind.", "Be quick.", "Think of yourself first."}
    assert any("report:" in line for line in lines)


@pytest.mark.parametrize(("given", "tried_at"), [({}, 0.0), ({"verify_temperature": None}, 0.7), ({"verify_temperature": 0.3}, 0.3)])
def test_candidates_are_tried_at_a_temperature_of_their_own(tmp_path, monkeypatch, given, tried_at):
    from ludens.trainers.inspo import trainer as module

    asked = []

    async def watched(matches, models):
        asked.append({dict(player.params)["temperature"] for match in matches for player in match.players if player.kind == "language"})
        return await play(matches, models)

    play = module.play
    monkeypatch.setattr(module, "play", watched)
    given = {"seeds": ["Be kind.", "Be quick."], "bank": ["Be fair."], "steps": 2, "deals": 2, "evolve": 1, "verify": 2, "least": 1, "matches": 2, **given}
    evolved(tmp_path / "run", "dictator", ModelSpec(engine="testserver", model="m", name="served"), sample_temperature=0.7, **given)
    assert asked[0] == asked[-1] == {0.7}  # in a step, and in the comparison at the end
    assert {tried_at} in asked[1:-3]


def test_a_population_in_retrieval_finds_the_second_search(tmp_path):
    once = "Search for the whole question. Stop after one search."
    seeds = [once, "Answer at once, without a search.", "Search for the whole question. Answer in a whole sentence."]
    game = {"kinds": ["one_hop", "two_hop"], "show": "passages", "top": 2, "steps": 4, "things": 100, "distractors": 30}
    result, _ = evolved(tmp_path / "run", "retrieval", seeds=seeds, bank=["Be brief."], steps=12, group=1, game=game, matches=100)
    assert "search again" in result["best"]
    assert result["measured"][0]["low"] > 0.2
    guess = result["population"]["members"][1]
    assert guess["died"] is not None
    assert 0 < result["overhead"] < 1


@pytest.mark.parametrize(
    "given",
    [{"seeds": []}, {"steps": 0}, {"temperature": 0}, {"opponents": ["rude"]}, {"player": {"kind": "random"}}, {"learn": True, "group": 1}, {"learn": True}],
)
def test_bad_parameters_are_named(tmp_path, given):
    with pytest.raises((ParameterError, LudensError)):
        evolved(tmp_path / "run", **given)
