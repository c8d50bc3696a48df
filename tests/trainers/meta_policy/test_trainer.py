"""The whole loop: a policy learns by what is judged, rubrics come in by the rule, a run that was cut off goes on, servers judge."""

import json

import numpy as np
import pytest

from ludens.cli import main
from ludens.errors import LudensError, ParameterError
from ludens.games import make
from ludens.llm import ModelSpec
from ludens.llm.testserver import server_process
from ludens.trainers import Task, trainer

pytest.importorskip("torch")
pytest.importorskip("tokenizers")
pytest.importorskip("scipy")

from tiny_nano import tiny_nano

from ludens.trainers.meta_policy import trainer as module
from ludens.trainers.meta_policy.accepting import Agreement
from ludens.trainers.meta_policy.rubric import Rubric

HACKABLE = ["+2 The game ended in an agreement.", "+5 The other side earned much."]
SMALL = {"rubric": HACKABLE, "steps": 3, "deals": 2, "group": 4, "interval": 1, "held": 2, "matches": 0, "learning_rate": 3e-3}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_nano(tmp_path_factory.mktemp("tiny"), context=2048)


def run(place, tiny, game="ultimatum", **given):
    lines = []
    task = Task((make(game),), ModelSpec(engine="nano", model=str(tiny), name="tiny"), place, 2)
    return trainer("meta_policy").make(task, {**SMALL, **given}).run(lines.append), lines


def test_a_policy_learns_what_is_judged_and_a_rubric_comes_in_by_the_rule(tmp_path, tiny):
    result, lines = run(tmp_path / "run", tiny, matches=6)
    first, *later = result["rubrics"]
    assert (first["parent"], first["accepted"]) == (None, True)
    assert later
    for version in later:
        agreed, before = (tuple(version[name][key] for key in ("within", "overall")) for name in ("agreement", "before"))
        assert version["accepted"] == (agreed > before)
        assert Rubric.read(version["items"]) is not None
    for facts in result["history"]:
        # a step is judged by the last rubric that had come in by then
        assert facts["rubric"] == max(version["number"] for version in result["rubrics"] if version["accepted"] and version["step"] <= facts["step"])
        assert facts["episodes"] == 8
    (line,) = result["measured"]
    assert set(line["judged"]) == {"first", "last"}
    assert line["shown"][0]["start"]
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert all(
        words in page
        for words in ("Descent of the rubrics", "Judged and earned", "Agreement of judge and payoff", "Before and after", "The other side earned much.")
    )
    assert json.loads((tmp_path / "run" / "checkpoint" / "rubrics.json").read_text())["rubric"] == result["rubric"]
    assert any("rank correlation" in text for text in lines)
    assert not list((tmp_path / "run").glob("policy_[012]"))


@pytest.mark.parametrize("better", [True, False])
def test_a_rubric_comes_in_where_it_agrees_better_and_only_there(tmp_path, tiny, monkeypatch, better):
    monkeypatch.setattr(Agreement, "better_than", lambda self, other: better)
    result, lines = run(tmp_path / "run", tiny, steps=2)
    (_, version), (first, second) = result["rubrics"], result["history"]
    assert version["accepted"] is better
    assert (first["rubric"], second["rubric"]) == (0, int(better))
    assert result["rubric"] == (Rubric.read(version["items"]).lines if better else HACKABLE)
    assert any(("comes in" if better else "stays out") in line for line in lines)


def test_the_released_rule_takes_every_rubric(tmp_path, tiny):
    result, _ = run(tmp_path / "run", tiny, accept="always")
    assert len(result["rubrics"]) > 1
    assert all(version["accepted"] for version in result["rubrics"])


def test_a_fixed_rubric_stays_and_the_payoff_alone_can_be_the_reward(tmp_path, tiny):
    result, _ = run(tmp_path / "run", tiny, interval=0, outcome=1.0, steps=1)
    assert [version["number"] for version in result["rubrics"]] == [0]
    assert result["seconds"]["rubrics"] == 0


def captured(monkeypatch):
    """Note what is learned from."""
    seen = []
    inner = module.compared

    def compared(episodes, seats, rewards, groups):
        found = inner(episodes, seats, rewards, groups)
        seen.append((episodes, seats, rewards, groups, found[0]))
        return found

    monkeypatch.setattr(module, "compared", compared)
    return seen


def test_rewards_are_judged_shares_mixed_with_the_payoff(tmp_path, tiny, monkeypatch):
    seen = captured(monkeypatch)
    result, _ = run(tmp_path / "run", tiny, interval=0, steps=1, outcome=0.25, rubric=["+5 The other side earned much."])
    ((episodes, seats, rewards, groups, _),) = seen
    others = np.array([round(5 * episode.returns[1 - seat] / 100) / 5 for episode, seat in zip(episodes, seats, strict=True)])
    own = np.array([episode.returns[seat] / 100 for episode, seat in zip(episodes, seats, strict=True)])
    assert rewards == pytest.approx(0.75 * others + 0.25 * own)
    assert result["history"][0]["judged"] == pytest.approx(others.mean(), abs=1e-4)
    assert result["history"][0]["payoff"] == pytest.approx(own.mean(), abs=1e-4)
    # episodes of a group are of one deal, and differ in the model's own draws alone
    assert len({(groups[number], episode.seed) for number, episode in enumerate(episodes)}) == 2


def test_only_the_players_own_tokens_are_learned_from(tmp_path, tiny, monkeypatch):
    seen = captured(monkeypatch)
    run(tmp_path / "run", tiny, interval=0, steps=1)
    ((episodes, seats, _, _, rows),) = seen
    assert rows
    own = {
        tuple(call.token_ids)
        for episode, seat in zip(episodes, seats, strict=True)
        for decision in episode.decisions
        for call in decision.calls
        if decision.seat == seat and decision.status in ("ok", "repaired")
    }
    for row in rows:
        assert tuple(row.ids[place] for place in row.places) in own


def test_rubrics_are_compared_on_deals_that_nothing_is_learned_from(tmp_path, tiny, monkeypatch):
    seen, played, inner = captured(monkeypatch), [], module.play

    async def play(matches, specs):
        played.append({match.seed for match in matches})
        return await inner(matches, specs)

    monkeypatch.setattr(module, "play", play)
    result, _ = run(tmp_path / "run", tiny, matches=4)
    learned = [{episode.seed for episode in episodes} for episodes, *_ in seen]
    held = [seeds for seeds in played if seeds not in learned]
    # one for every new rubric, and two at the end
    assert len(held) == len(result["rubrics"]) - 1 + 2
    assert not set().union(*learned) & set().union(*held)


def weights(place):
    return (place / "checkpoint" / "model.safetensors").read_bytes()


def test_the_same_seed_gives_the_same(tmp_path, tiny):
    one, two = (run(tmp_path / name, tiny)[0] for name in ("one", "two"))
    assert one["history"] == two["history"]
    assert one["rubrics"] == two["rubrics"]
    assert weights(tmp_path / "one") == weights(tmp_path / "two")


def test_a_run_that_was_killed_ends_as_if_it_had_not_been(tmp_path, tiny, monkeypatch):
    whole, _ = run(tmp_path / "whole", tiny)
    inner, count = module.rewrite, []

    async def failing(*arguments, **named):
        count.append(1)
        if len(count) == 2:
            raise KeyboardInterrupt
        return await inner(*arguments, **named)

    monkeypatch.setattr(module, "rewrite", failing)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", tiny)
    monkeypatch.setattr(module, "rewrite", inner)
    cut, _ = run(tmp_path / "cut", tiny)
    assert cut["history"] == whole["history"]
    assert cut["rubrics"] == whole["rubrics"]
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")


FIXED = {
    "scores": [{"item": 1, "reason": "it did", "points": 2}, {"item": 2, "reason": "out of bounds", "points": -1}],
    "reason": "too much for giving in",
    "verdict": "bad",
    "analysis": "giving in is rewarded",
    "items": [{"text": "The player kept a good part.", "points": 3}, {"text": "the player kept a good part", "points": 1}],
}


def test_a_server_judges_and_rewrites(tmp_path, tiny):
    with server_process("--brain", f"fixed:{json.dumps(FIXED)}") as url:
        served = {"engine": "local_server", "model": "m", "name": "served", "base_url": url}
        result, _ = run(tmp_path / "run", tiny, judge=served, meta=served, accept="always", steps=2, samples=4, analysed=3)
    step, later = result["history"]
    # of the first rubric one item is out of bounds in every reply
    assert (step["unread"], step["unjudged"]) == (8, 0)
    assert step["judged"] == pytest.approx(2 / 7, abs=1e-4)
    # verdicts of 4 samples, 3 refinements, and a merge of these
    assert step["asked"]["meta"]["requests"] == 8
    assert step["asked"]["judge"]["requests"] == 8 + 2 * 8
    assert step["asked"]["judge"]["prompt_tokens"] > 0
    assert result["rubrics"][1]["items"] == [{"text": "The player kept a good part.", "points": 3}]
    assert result["rubrics"][1]["analyses"] == ["giving in is rewarded"] * 3
    assert result["asked"]["judge"]["requests"] == 24 + later["asked"]["judge"]["requests"] == 32
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "What models were asked" in page
    assert "The player kept a good part." in page
    assert later["rubric"] == 1
    assert later["judged"] == pytest.approx(2 / 3, abs=1e-4)


def test_a_judge_that_never_answers_ends_the_run(tmp_path, tiny):
    gone = {"engine": "testserver", "model": "m", "name": "gone", "max_retries": 0, "options": {"faults": "500:1.0"}}
    with pytest.raises(LudensError, match="gave no answer to any of the 8 episodes"):
        run(tmp_path / "run", tiny, judge=gone, steps=1)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rubric": ["be fair"]}, "points and a sentence"),
        ({"rubric": ["+2 The player was charming."]}, "no item that a script can measure"),
        ({"bank": ["Be nice."]}, "sentences that a script knows"),
        ({"accept": "maybe"}, "correlation, always"),
        ({"group": 1}, "from 2"),
        ({"outcome": 2}, "from 0 to 1"),
        ({"told_payoff": False}, "a script rewrites"),
        ({"judge": {"engine": "nano"}}, "model"),
        ({"rubrics": []}, "unknown parameter 'rubrics'"),
    ],
)
def test_mistakes_are_told_before_anything_is_played(tmp_path, tiny, given, words):
    with pytest.raises(ParameterError, match=words):
        run(tmp_path / "run", tiny, **given)
    assert not (tmp_path / "run").exists()


def test_models_of_other_engines_are_refused(tmp_path):
    task = Task((make("ultimatum"),), ModelSpec(engine="schema", model="schema", name="x"), tmp_path / "run", 0)
    with pytest.raises(LudensError, match="of the engine 'nano'"):
        trainer("meta_policy").make(task, {})


def test_another_game_by_configuration_alone(tmp_path, tiny, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["trainer=meta_policy", "game=trust", "model=nano", f"model.model={tiny}", "name=judged", "trainer.steps=2", "trainer.deals=2", "trainer.group=3"]
    more = ["trainer.interval=1", "trainer.held=2", "trainer.matches=4", "trainer.rubric=[+3 The other side earned much.,+1 All sides together earned much.]"]
    assert main(["train", *words, *more]) == 0, capsys.readouterr().err
    told = json.loads((tmp_path / "runs" / "judged" / "checkpoint" / "rubrics.json").read_text())
    assert told["measured"][0]["game"] == "trust-v0"
    assert main(["train", *words[:-1], *more, "trainer.group=1"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
