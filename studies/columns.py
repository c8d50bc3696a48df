"""The columns of a study's rows: which are always there, and whether expressions, formulas and clusters name columns that are."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import nearest
from .expressions import Expression, ExpressionError
from .spec import Study

__all__ = ["IDENTITY", "column_problem"]

IDENTITY = {
    "episode": "id of the match",
    "cell": "levels of treatments and blocks",
    "replicate": "number of the repeat, from 1; the same number has the same nuisance levels (and, where seeds are paired, the same chance) in every cell",
    "seed": "of the episode",
    "subject": "who was studied, by name",
    "subject_hash": "digest of the subject as it played: of kind, parameters and model",
    "model": "name of the language model behind the subject, if there is one",
}
"""Columns that say which row it is, by name: meaning."""
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_WORD = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?!\w*\s*[(.=])")


def column_problem(study: Study, facts: Iterable[str]) -> str | None:
    """Say which expression, formula or cluster names something that no row has, or None; ``facts`` are those of the game's rows."""
    factors, outcomes = ([item.name for item in items] for items in (study.factors, study.outcomes))
    rows = {*facts, *factors, *IDENTITY}
    columns = {*rows, *outcomes}
    told: list[tuple[str, str, set[str]]] = [(f"outcome {item.name}", item.value, rows) for item in study.outcomes]
    told += [(f"exclude {rule}", text, columns) for rule, text in study.exclude.items()]
    told += [(f"hypothesis {item.name}, where", item.where, columns) for item in study.hypotheses if item.where]
    for what, text, known in told:
        try:
            Expression(text).check(known)
        except ExpressionError as problem:
            return f"{what}: {problem}"
    for what, cluster in (("cluster", study.cluster), *((f"model {model.name}, cluster", model.cluster) for model in study.models)):
        if cluster and cluster not in columns:
            return f"{what}: unknown column {cluster!r}{nearest(cluster, columns)}"
    for model in study.models:
        for word in _WORD.findall(_QUOTED.sub("", model.formula)):
            if word not in columns:
                return f"model {model.name}: the formula names the unknown column {word!r}{nearest(word, columns)}"
    return None
