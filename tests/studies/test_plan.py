"""From a design to matches: what each target sets, who sits where, what is paired."""

import pytest

from ludens.conf.resolve import Cast
from ludens.errors import LudensError
from ludens.studies.loading import load_study
from ludens.studies.plan import plan_study
from ludens.studies.table import planned_rows

PD = {
    "name": "pd",
    "title": "t",
    "question": "q",
    "game": {"id": "prisoners_dilemma", "rounds": 3},
    "seats": ["subject", "grim"],
    "subjects": ["tit_for_tat"],
    "factors": {"rounds": {"levels": [2, 3]}},
    "outcomes": {"cooperates": {"value": "cooperation[0]", "kind": "share"}},
    "replicates": 2,
}


def plan(**changes):
    cast = Cast({"engine": "schema", "model": "schema"})
    players = changes.pop("players", ())
    return plan_study(load_study({**PD, **changes}), cast, players), cast


def test_ids_and_seeds_are_stable():
    first, second = plan()[0], plan()[0]
    assert first.trials == second.trials
    assert [match.id for match in first.plan] == [trial.episode for trial in first.trials]
    assert [match.group for match in first.plan] == ["rounds=2", "rounds=3"] * 2
    assert [match.replicate for match in first.plan] == ["1", "1", "2", "2"]


def test_same_replicate_same_seed():
    trials = plan(players=["tit_for_tat", "grim", "random"])[0].trials
    assert len({trial.seed for trial in trials if trial.replicate == 1}) == 1
    assert len({trial.seed for trial in trials}) == 2
    free = plan(players=["tit_for_tat", "random"], seeds="independent")[0].trials
    assert len({trial.seed for trial in free}) == len(free) == 8


def test_more_replicates_keep_what_was_planned():
    few, more = plan()[0], plan(replicates=3)[0]
    assert {match.id for match in few.plan} < {match.id for match in more.plan}


def test_targets():
    factors = {
        "size": {"levels": {"short": {"rounds": 2, "reward": 3}, "long": {"rounds": 4, "reward": 4}}, "target": "game"},
        "labels": {"levels": ["plain", "letters"]},
        "chance": {"levels": [0.2, 0.8], "target": "player.p"},
        "partner": {"levels": {"nice": "cooperator", "shifty": {"kind": "coin", "p": 0.5, "name": "shifty"}}, "target": "seat.1"},
    }
    planned, _ = plan(factors=factors, players=[{"kind": "coin", "name": "subject-coin"}], replicates=1)
    assert len(planned.trials) == 16
    for trial, match in zip(planned.trials, planned.plan, strict=True):
        levels = trial.levels
        assert match.game.params["rounds"] == {"short": 2, "long": 4}[levels["size"]]
        assert match.game.params["labels"] == levels["labels"]
        assert dict(match.players[0].params)["p"] == levels["chance"]
        assert match.players[1].kind == {"nice": "cooperator", "shifty": "coin"}[levels["partner"]]
        assert trial.subject == "subject-coin"
        assert trial.subject_hash == match.players[0].hash


def test_models_are_set():
    factors = {"heat": {"levels": [0.0, 1.0], "target": "model.temperature"}, "limit": {"levels": [10, 20], "target": "model.sampling.max_tokens"}}
    planned, cast = plan(factors=factors, players=["language"], replicates=1)
    assert len(cast.models) == 4
    for trial in planned.trials:
        sampling = cast.models[trial.model].sampling
        assert (sampling.temperature, sampling.max_tokens) == (trial.levels["heat"], trial.levels["limit"])


def test_a_model_with_a_name_gets_a_name_a_level():
    cast = Cast({"engine": "schema", "model": "schema", "name": "mine"})
    study = load_study({**PD, "factors": {"heat": {"levels": [0.0, 1.0], "target": "model.temperature"}}})
    plan_study(study, cast, ["language"])
    assert sorted(cast.models) == ["mine heat=0.0", "mine heat=1.0"]


def test_the_model_itself():
    values = {"a": {"engine": "schema", "model": "a"}, "b": {"engine": "schema", "model": "b"}}
    planned, cast = plan(factors={"brain": {"levels": values, "target": "model", "role": "block"}}, players=["language"])
    assert sorted(cast.models) == ["a", "b"]
    assert {trial.model for trial in planned.trials} == {"a", "b"}


def test_the_subject_itself():
    factors = {"who": {"levels": {"meek": "cooperator", "coin": {"kind": "coin"}}, "target": "player"}, "rounds": {"levels": [2, 3]}}
    planned, _ = plan(factors=factors, subjects=[])
    assert {trial.subject for trial in planned.trials} == {"meek", "coin"}
    with pytest.raises(LudensError, match="factor who says who is studied"):
        plan(factors=factors, subjects=[], players=["grim"])


def test_the_last_seat_is_repeated():
    changes = {
        "game": {"id": "public_goods", "rounds": 2},
        "seats": ["subject", "fair", "..."],
        "subjects": ["greedy"],
        "factors": {"size": {"levels": {"few": {"seats": 3, "mpcr": 0.5}, "many": {"seats": 6, "mpcr": 0.5}}, "target": "game"}},
        "outcomes": {"gives": {"value": "mean_contribution", "kind": "continuous"}},
    }
    planned, _ = plan(**changes)
    assert [[player.name for player in match.players] for match in planned.plan][:2] == [["greedy", "fair", "fair"], ["greedy", *["fair"] * 5]]
    everywhere, _ = plan(**{**changes, "seats": ["subject", "..."], "unit": "seat"})
    assert [trial.seats for trial in everywhere.trials][:2] == [(0, 1, 2), (0, 1, 2, 3, 4, 5)]
    assert len(planned_rows(everywhere)) == 2 * (3 + 6)


def test_the_subject_may_come_by_a_factor():
    factors = {"first": {"levels": {"other": "grim", "itself": "subject"}, "target": "seat.0"}}
    planned, _ = plan(seats=["grim", "subject"], factors=factors)
    assert {trial.levels["first"]: trial.seats for trial in planned.trials} == {"other": (1,), "itself": (0, 1)}
    with pytest.raises(LudensError, match="first=other: nobody sits on a seat of the subject"):
        plan(seats=["grim", "grim"], factors=factors)


def test_rows_that_are_planned():
    planned, _ = plan(unit="decision", factors={"rounds": {"levels": [2, 5]}})
    rows = planned_rows(planned)
    assert len(rows) == 2 * (2 + 5)
    assert list(rows["round"][:7]) == [1, 2, 1, 2, 3, 4, 5]
