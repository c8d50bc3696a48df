"""Studies as files: what is wrong is told in one line, and what is right comes back the same."""

import json

import pytest

from ludens.conf.resolve import Cast, choices
from ludens.errors import LudensError
from ludens.studies.elicitation.spec import is_elicitation
from ludens.studies.loading import load_study, to_plain
from ludens.studies.plan import plan_study

READY = [name for name in sorted(choices("study")) if not is_elicitation(name)]


@pytest.mark.parametrize("name", READY)
def test_ready_studies_come_back_the_same(name):
    study = load_study(name)
    assert study.name == name
    assert load_study(json.loads(json.dumps(to_plain(study)))) == study


def prepare(entry):
    cast = Cast()
    plan_study(load_study(entry), cast)
    cast.check()


def change(entry, path, value):
    *way, last = path.split(".")
    for step in way:
        entry = entry[step]
    if value is ...:
        del entry[last]
    else:
        entry[last] = value


MISTAKES = [
    ("name", ..., "name=None should be a name"),
    ("title", ..., "study small: title is missing"),
    ("replicats", 3, "unknown key 'replicats'; did you mean 'replicates'"),
    ("replicates", "ten", "replicates='ten' should be a whole number"),
    ("replicates", 0, "replicates=0 should be 1 or more"),
    ("alpha", 5.0, "alpha=5.0 should be between 0 and 1"),
    ("unit", "trial", "unit='trial' should be 'episode' or 'decision' or 'seat'"),
    ("correction", "none at all", "correction='none at all' should be 'holm'"),
    ("factors", [], "should be a mapping by name"),
    ("factors", {}, "at least one factor"),
    ("outcomes", {}, "at least one outcome"),
    ("game", {"scenario": "car"}, "a mapping with an id"),
    ("seats", ["fair", "fair", "fair"], "has no 'subject'"),
    ("seats", ["...", "subject", "fair"], "'...' stands at the end"),
    ("seats", ["subject", "fair"], "should be 3 entries"),
    ("outcomes.serves.benchmarks", ["dictator/share givn"], "outcome serves: unknown benchmark 'dictator/share givn'; did you mean 'dictator/share given'"),
    ("outcomes.serves.margin", 0.1, "margin=0.1 should be positive, and stand beside benchmarks"),
    ("factors.wording.levels", [0], "levels=[0] should be at least two"),
    ("factors.wording.levels", [0, 1, 0], "level 0 stands in the list twice"),
    ("factors.wording.levels", [0, 1, 9], "wording=9 should be null or from 0 to 4"),
    ("factors.wording.levels", "all", "levels='all' should be a list"),
    ("factors.wording.rol", "block", "factor wording: unknown key 'rol'; did you mean 'role'"),
    ("factors.wording.role", "noise", "role='noise' should be 'treatment' or 'nuisance' or 'block'"),
    ("factors.wording.target", "game.wordings", "unknown parameter 'wordings'; did you mean 'wording'"),
    ("factors.wording.target", "rules.wording", "target='rules.wording' should be game.NAME"),
    ("factors.wording.target", "seat.x", "should name a seat by its number"),
    ("factors.wording.target", "game", "target=game sets several parameters"),
    ("factors.wording.target", "game.principal_informed", "sets game.principal_informed, and so does factor wording"),
    ("factors.wording.target", "player.mood", "unknown parameter 'mood'"),
    ("factors.wording.target", "model.temperature", "asks no model"),
    ("factors.seed", {"levels": [1, 2]}, "'seed' is the name of a column that every table has"),
    ("factors.serves", {"levels": [1, 2]}, "'serves' is the name of two things"),
    ("factors.a-b", {"levels": [1, 2]}, "'a-b' is no name of a column"),
    ("outcomes.serves.value", "code ==", "outcome serves: 'code ==' does not parse"),
    ("outcomes.serves.value", "cod == 'x'", "takes the unknown fact 'cod'; did you mean 'code'"),
    ("outcomes.serves.value", "code", "should be a number, since its kind is binary"),
    ("outcomes.serves.value", "code > 3", "cannot be compared so"),
    ("outcomes.serves.kind", "yesno", "kind='yesno' should be 'binary'"),
    ("outcomes.serves.low", "none", "low='none' should be a finite number or null"),
    ("hypotheses.H1.outcome", "serve", "unknown outcome 'serve'; did you mean 'serves'"),
    ("hypotheses.H1.factor", "informed", "unknown factor 'informed'"),
    ("hypotheses.H1.high", "yes", "high='yes' is no level of factor principal_informed; its levels are [False, True]"),
    ("hypotheses.H1.high", 1, "high=1 is no level"),
    ("hypotheses.H1.high", False, "high and low are the same level"),
    ("hypotheses.H1.direction", "up", "direction='up' should be 'greater'"),
    ("hypotheses.H1.where", "scenaro == 'car'", "unknown fact 'scenaro'; did you mean 'scenario'"),
    ("hypotheses.H1.factor", ..., "hypothesis H1: factor is missing"),
    ("models.main.outcome", "x", "model main: unknown outcome 'x'"),
    ("models.main.family", "probit", "family='probit' should be 'logit'"),
    ("models.main.formula", "principal_informd + C(wording)", "unknown column 'principal_informd'; did you mean 'principal_informed'"),
    ("models.main.cluster", "scenarios", "unknown column 'scenarios'; did you mean 'scenario'"),
    ("cluster", "city", "cluster: unknown column 'city'"),
    ("exclude.long", "rounds > 1", "unknown fact 'rounds'; did you mean 'round'"),
    ("assumed.H2", [0.1, 0.2], "assumed: unknown hypothesis 'H2'"),
    ("assumed.H1", [0.1], "should be two means"),
    ("design", "fractional", "no fraction of resolution 4"),
    ("subjects", [], "say who is studied: players=[NAME,...]"),
    ("subjects", ["tit_for_tat"], "player 'tit_for_tat' cannot play shopping-v0"),
    ("subjects", ["faire"], "did you mean 'fair'"),
    ("subjects", ["fair", {"base": "greedy", "name": "fair"}], "two subjects are called 'fair'"),
    ("game.id", "shoping", "unknown game 'shoping'; did you mean 'shopping'"),
    ("game.persona", "stron", "persona='stron' should be"),
]


@pytest.mark.parametrize(("path", "value", "said"), MISTAKES, ids=[f"{path}={value}" for path, value, _ in MISTAKES])
def test_mistakes_are_told_in_one_line(entry, path, value, said):
    change(entry, path, value)
    with pytest.raises(LudensError) as problem:
        prepare(entry)
    assert said in str(problem.value)
    assert "\n" not in str(problem.value)


def test_levels_that_change_nothing_are_told(entry):
    entry["factors"]["partner"] = {"levels": ["one", "other"], "values": ["fair", "fair"], "target": "seat.0"}
    with pytest.raises(LudensError, match=r"plays the same episode as .*; partner should change something"):
        plan_study(load_study({**entry, "seeds": "paired"}), Cast())


def test_unknown_study():
    with pytest.raises(LudensError, match="unknown study 'tin_man'; did you mean 'tin_men'"):
        load_study("tin_man")


def test_a_users_own_study_is_found(tmp_path, entry):
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "small.yaml").write_text(json.dumps(entry), encoding="utf-8")
    assert load_study("small", [str(tmp_path)]) == load_study(entry)


def test_levels_may_be_a_mapping(entry):
    entry["factors"]["mood"] = {"levels": {"plain": "", "kind": "You are kind."}, "target": "player.persona"}
    factor = load_study(entry).factor("mood")
    assert factor.levels == ("plain", "kind")
    assert factor.setting("kind") == "You are kind."
