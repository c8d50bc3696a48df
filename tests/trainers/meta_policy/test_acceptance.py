"""Under a rubric that can be hacked a policy learns to be judged well and earns no more; where the rubric evolves, it earns more. The benchmark in small."""

import importlib.util
import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("tokenizers")

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "meta_policy_acceptance.py"


@pytest.mark.slow
def test_a_rubric_that_evolves_beats_one_that_can_be_hacked(tmp_path):
    spec = importlib.util.spec_from_file_location("meta_policy_acceptance", BENCHMARK)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.main(tmp_path, "ultimatum", ["smoke"])
    found = json.loads((tmp_path / "meta_policy_acceptance_ultimatum.json").read_text())
    edges = found["edges"]
    _, low, _ = edges["fixed against start"]["judged"]["over deals"]
    assert low > 0.1
    payoff, _, _ = edges["fixed against start"]["payoff"]["over deals"]
    assert payoff < 0.05
    _, low, _ = edges["evolving against fixed"]["payoff"]["over deals"]
    assert low > 0
