"""What benchmarks/epo_acceptance.py measures, in small: released weights teach by key turns alone, and comparing outcomes teaches more."""

import pytest

from ludens.games import make
from ludens.llm import ModelSpec
from ludens.trainers import Task, trainer

torch = pytest.importorskip("torch")
pytest.importorskip("tokenizers")

from tiny_nano import tiny_nano  # noqa: E402


@pytest.mark.slow
def test_key_turns_bring_the_outcome_back_into_the_released_weights(tmp_path):
    start = tiny_nano(tmp_path / "tiny")

    def edges(name, **given):
        # claims of three rounds: every episode has as many strategies, so that their mean favours no length
        task = Task((make("travellers_dilemma", rounds=3),), ModelSpec(engine="nano", model=str(start)), tmp_path / name, 1)
        given = {"method": "ppdpp", "warm": 256, "rounds": 12, "episodes": 128, "batch": 32, "learning_rate": 5e-3, "matches": 150, **given}
        result = trainer("epo").make(task, given).run(lambda line: None)
        return {row["opponents"]: row for row in result["measured"]}

    keys = edges("keys", norm="traj_maxabs", process="rule")
    none = edges("none", norm="traj_maxabs")
    group = edges("group", norm="group")
    for opponents in ("met", "held out"):
        # the interval is about two standard errors to either side, over paired deals
        assert keys[opponents]["low"] > 0
        assert none[opponents]["edge"] < keys[opponents]["edge"]
        assert group[opponents]["edge"] > keys[opponents]["edge"]
