"""Policy regret by playing again, and regret of a whole run."""

import numpy as np
import pytest

from ludens.agents import PlayerSpec
from ludens.analysis.findings.regret import analyse
from ludens.analysis.policy_regret import policy_regret
from ludens.analysis.rounds import joint_actions, read_rounds
from ludens.arena.episode import play_match
from ludens.arena.plan import Match
from ludens.arena.record import dump, load
from ludens.arena.rows import episode_rows
from ludens.arena.store import Run
from ludens.errors import LudensError, UnknownName
from ludens.games import make
from ludens.games.core import NotSupported

PD = {"rounds": 20, "temptation": 5.0, "reward": 3.0, "punishment": 1.0, "sucker": 0.0}


def episode(game, *kinds, seed=0):
    return play_match(Match(game, tuple(kind if isinstance(kind, PlayerSpec) else PlayerSpec.of(kind) for kind in kinds), seed))


def test_cooperation_pays_against_tit_for_tat_though_defection_dominates():
    game = make("prisoners_dilemma", **PD)
    played = load(*dump(episode(game, "defector", "tit_for_tat")))
    found = policy_regret(played, 0)
    # all cooperation earns 3 a round; all defection 5 once and then 1
    assert found.fixed.tolist() == [60.0, 24.0]
    assert (found.earned, found.regret, found.best) == (24.0, 36.0, 0)
    # holding fixed what tit for tat did, defection was best: no external regret
    (seat, _) = read_rounds_of(game, [played])
    assert seat == 0.0


def read_rounds_of(game, episodes):
    from ludens.analysis.regret import external, own_losses, sure

    actions, _ = joint_actions(game, episodes)
    return [float(external(own_losses(game.table, seat, actions), sure(actions[..., seat], 2))[0, -1]) for seat in range(2)]


def test_a_fixed_action_may_begin_later():
    game = make("prisoners_dilemma", **PD)
    found = policy_regret(episode(game, "cooperator", "tit_for_tat"), 0, start=15)
    # 15 rounds at 3; then five more, or 5 once and 1 four times
    assert found.fixed.tolist() == [60.0, 45.0 + 5 + 4]


def test_against_what_does_not_answer_policy_regret_is_external_regret():
    game = make("shapley", rounds=30)
    played = episode(game, "random", PlayerSpec.of("random"), seed=3)
    from ludens.analysis.regret import external, own_losses, sure

    actions, _ = joint_actions(game, [played])
    plain = external(own_losses(game.table, 0, actions), sure(actions[..., 0], 3))[0, -1]
    assert policy_regret(played, 0).regret == pytest.approx(plain)


@pytest.mark.parametrize("answer", ["choice", "distribution"])
def test_an_adversary_with_a_memory_hits_whoever_stays(answer):
    game = make("experts", losses="last", answer=answer, rounds=10)
    found = policy_regret(episode(game, "random", seed=2), 0)
    # the first round falls on A, whatever is done; afterwards whoever stays is hit
    assert found.fixed.tolist() == [-100.0, -90.0]


def test_trembles_and_random_ends_come_again():
    game = make("prisoners_dilemma", rounds=40, continuation=0.9, tremble=0.2)
    for seed in range(5):
        played = episode(game, "random", "exp3", seed=seed)
        assert policy_regret(played, 0).earned == played.returns[0]
        assert policy_regret(played, 1).earned == played.returns[1]


def test_who_cannot_be_asked_again_is_named():
    game = make("prisoners_dilemma", rounds=3)
    played = episode(game, "random", "random")
    seats = (played.seats[0], played.seats[1]._replace(name="Ann", spec={"kind": "person"}))
    with pytest.raises(NotSupported, match="Ann in seat 1 cannot be asked again"):
        policy_regret(type(played)(**{**played.__dict__, "seats": seats}), 0)
    changed = (played.seats[0], played.seats[1]._replace(spec={"kind": "cooperator"}))
    other = type(played)(**{**played.__dict__, "seats": changed})
    if other.returns != episode(game, "random", "cooperator").returns:
        with pytest.raises(NotSupported, match="comes out different"):
            policy_regret(other, 0)


def test_other_games_have_none():
    with pytest.raises(NotSupported, match="not of kuhn_poker"):
        policy_regret(episode(make("kuhn_poker"), "random", "random"), 0)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "regret"
    games = [
        (make("experts"), ["hedge", "follow_the_leader"]),
        (make("experts", rounds=100), ["hedge", "follow_the_leader"]),
        (make("bandit", answer="distribution"), ["exp3"]),
        (make("experts", losses="last"), ["random"]),
    ]
    matches = [Match(game, (PlayerSpec.of(kind),), seed) for game, kinds in games for kind in kinds for seed in range(12)]
    game = make("prisoners_dilemma", **PD, monitoring="payoff")
    matches += [Match(game, (PlayerSpec.of("exp3"), PlayerSpec.of("random")), seed) for seed in range(6)]
    matches += [Match(make("kuhn_poker"), (PlayerSpec.of("random"),) * 2, seed) for seed in range(2)]
    with Run.create(folder) as made:
        made.add(matches)
        made.save([episode_rows(play_match(match)) for match in matches])
    with Run.open(folder) as opened:
        yield opened


def table(found, title):
    (one,) = [table for table in found.tables if table.title == title]
    return [dict(zip(one.columns, row, strict=True)) for row in one.rows]


def test_a_run_is_read_as_it_was_played(run):
    matches = [match for match in run.matches() if match.game == make("prisoners_dilemma", **PD, monitoring="payoff").hash]
    for rounds in read_rounds(run, make("prisoners_dilemma", **PD, monitoring="payoff"), matches):
        paid = (rounds.losses * rounds.play).sum(axis=(1, 2))
        returns = [run.episode(match.id).returns[rounds.seat] for match in matches]
        assert paid == pytest.approx(-np.array(returns))
    experts = [match for match in run.matches() if match.game == make("experts").hash]
    (rounds,) = read_rounds(run, make("experts"), experts)
    facts = run.outcomes()
    for number, match in enumerate(experts):
        from ludens.analysis.regret import external

        assert external(rounds.losses, rounds.play)[number, -1] == pytest.approx(facts[match.id]["regret"], abs=1e-6)


def test_findings_of_a_run(run):
    found = analyse(run, {"policy": "4"})
    rows = table(found, "Regret")
    assert {row["game"] for row in rows} >= {"experts-v0", "experts-v0(rounds=100)", "bandit-v0(answer=distribution)"}
    assert any("kuhn_poker" in note for note in found.notes)
    bandit = next(row for row in rows if "bandit" in row["game"])
    assert bandit["expected"] is not None
    assert bandit["regret"] is not None
    assert {row["player"] for row in table(found, "Growth over horizons")} == {"hedge", "follow_the_leader"}
    assert {row["rounds"] for row in table(found, "What the tests say of known play")} == {20, 25, 100}
    # exp3 played in the bandit and in the dilemma, two seats of which have policy regret
    policy = table(found, "Policy regret")
    assert {(row["game"].split("-")[0], row["seat"]) for row in policy} == {("experts", 0), ("prisoners_dilemma", 0), ("prisoners_dilemma", 1)}
    assert all(row["episodes"] == 4 for row in policy)
    gaps = table(found, "How far play is from correlated equilibria")
    assert len(gaps) == 1
    assert found.curves
    assert type(found).from_dict(found.to_dict()) == found or found.to_dict() == type(found).from_dict(found.to_dict()).to_dict()


def test_reference_learners_face_the_same(run):
    found = analyse(run, {"policy": "0", "references": "hedge"})
    for row in table(found, "Reference learners on the same sequences"):
        assert row["learner"] == "hedge"
        if row["in place of"] == "hedge" and row["game"] == "experts-v0":
            # the player drew what the reference mixes: the same on average, and not by far
            assert row["the player's is more by"].low <= 0 <= row["the player's is more by"].high
    assert not [table for table in found.tables if table.title == "Policy regret"]


def test_wrong_settings_are_named(run, tmp_path):
    with pytest.raises(LudensError, match="policy=many should be a whole number"):
        analyse(run, {"policy": "many"})
    with pytest.raises(UnknownName, match="hedge"):
        analyse(run, {"references": "hegde"})
    with Run.create(tmp_path / "empty") as empty, pytest.raises(LudensError, match="no match is finished"):
        analyse(empty, {})
