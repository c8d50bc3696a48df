"""Every player that comes with a configuration file can be made."""

from __future__ import annotations

from importlib.resources import files

import pytest
from omegaconf import OmegaConf

from ludens.agents import PlayerSpec
from ludens.llm.scripted import SchemaModel

FILES = {path.name.removesuffix(".yaml"): path for path in (files("ludens.conf") / "player").iterdir() if path.name.endswith(".yaml")}


@pytest.mark.parametrize("name", sorted(FILES))
def test_it_loads_and_builds(name, tmp_path):
    params = OmegaConf.to_container(OmegaConf.create(FILES[name].read_text()))
    if name == "neural":  # the one that needs a folder
        pytest.importorskip("torch")
        from ludens.agents.neural import new_policy, save_policy
        from ludens.games import make

        params["path"] = str(save_policy(tmp_path, new_policy(make("chicken"), hidden=[2])))
    spec = PlayerSpec.of(params.pop("kind"), name, **params)
    assert spec.name == name
    assert spec.build(SchemaModel() if spec.needs_model else None)


def test_the_usual_ones_are_there():
    assert {"random", "person", "language", "fair", "greedy", "generous", "tough", "deceptive", "cautious"} <= set(FILES)
