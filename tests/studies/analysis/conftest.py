"""Studies and tables that several files analyse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ludens.games.shopping.published import CAR
from ludens.studies.spec import Factor, Hypothesis, Model, Outcome, Study

pytest.importorskip("statsmodels")
pandas = pytest.importorskip("pandas")


@pytest.fixture
def published() -> tuple[Study, Any]:
    """The published counts of the principal-agent study, GPT-3.5 in the car case, a row an answer."""
    rows = [
        {"temperature": temperature, "customer_informed": told.customer, "principal_informed": told.principal, "principal_aligned": value, "excluded": ""}
        for (model, temperature, told), counts in CAR.items()
        if model == "gpt-3.5-turbo"
        for value, times in ((0.0, counts.customer), (1.0, counts.principal), (None, counts.missing))
        for _ in range(times)
    ]
    study = Study(
        "published",
        "Models and tin men",
        "Does the assistant serve the one who is watching?",
        {"id": "shopping"},
        ("subject",),
        (
            Factor("principal_informed", (False, True)),
            Factor("customer_informed", (False, True)),
            Factor("temperature", (0.2, 0.6), "nuisance", "model.temperature"),
        ),
        (Outcome("principal_aligned", "code == 'principal_aligned'", "binary", True),),
        hypotheses=(
            Hypothesis("H1", "principal_aligned", "principal_informed", True, False),
            Hypothesis("H2", "principal_aligned", "customer_informed", True, False, "less"),
        ),
        models=(
            Model("main", "principal_aligned", "logit", "principal_informed + customer_informed"),
            Model("crossed", "principal_aligned", "logit", "principal_informed * customer_informed"),
        ),
    )
    return study, pandas.DataFrame(rows)


@pytest.fixture
def made() -> Callable[..., tuple[Study, Any]]:
    """A maker of studies with a treatment, a nuisance factor and clusters, and a table with an effect that is known."""

    def make(
        *, seed: int = 0, n: int = 240, clusters: int = 12, effect: float = 0.8, between: float = 0.5, cluster: str = "", **more: Any
    ) -> tuple[Study, Any]:
        rng = np.random.default_rng(seed)
        told, group = rng.integers(2, size=n) > 0, rng.integers(clusters, size=n)
        latent = effect * told + between * rng.normal(size=clusters)[group] + rng.normal(size=n)
        table = pandas.DataFrame({
            "told": told, "word": rng.choice(list("abc"), size=n), "group": group, "subject": "one", "excluded": "",
            "yes": (latent > 0.3).astype(float), "share": 1 / (1 + np.exp(-latent)), "count": rng.poisson(np.exp(0.5 * latent)).astype(float),
            "rank": np.digitize(latent, [-0.5, 0.3, 1.2]).astype(float), "given": np.maximum(0, latent),
        })  # fmt: skip
        kinds = {"yes": "binary", "share": "share", "count": "count", "rank": "ordinal", "given": "continuous"}
        outcomes = tuple(Outcome(name, name, kind, name == "yes", low=0.0 if name == "given" else None) for name, kind in kinds.items())  # type: ignore[arg-type]
        factors = (Factor("told", (False, True)), Factor("word", ("a", "b", "c"), "nuisance"))
        hypotheses = more.pop("hypotheses", tuple(Hypothesis(f"H{index}", name, "told", True, False, "greater") for index, name in enumerate(kinds, 1)))
        study = Study("made", "Made", "Is it found?", {"id": "x"}, ("subject",), factors, outcomes, hypotheses=hypotheses, cluster=cluster, **more)
        return study, table

    return make
