"""What the report of LSPO shows: maps of utterances, meanings by role and round, how solving went, a game to read."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import spoken_throws as throws

from ludens.agents import PlayerSpec
from ludens.arena.report.findings import Findings
from ludens.arena.report.pages import render_findings
from ludens.games import make
from ludens.trainers.lspo import Config
from ludens.trainers.lspo.playing import hear
from ludens.trainers.lspo.reading import read_through, spoken
from ludens.trainers.lspo.report import findings
from ludens.trainers.lspo.solvers import SOLVERS
from ludens.trainers.lspo.spaces import latent_space
from ludens.trainers.lspo.statements import Said, Statement, write_statements
from ludens.trainers.lspo.views import View, by_round, entropy, maps, principal, said, solving, spreads

TRACE = ({"iteration": 1, "regret loss, player_0": 2.0, "entropy": 1.0}, {"iteration": 2, "regret loss, player_0": 1.0, "entropy": 0.5})


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    throws.make_known()
    game, place = make("spoken_throws"), tmp_path_factory.mktemp("lspo") / "iteration_1"
    config = Config(games=12, meanings={"player": 3}, exemplars=True, solver="cfr", solver_iterations=20, deep={"hidden": [8], "policy_steps": 20})
    statements = asyncio.run(hear(game, throws.Habitual(np.array(throws.HABITS)), None, config, 0))
    space = latent_space(game, statements, config, 1, before=None, seed=0)
    space.save(place)
    SOLVERS["cfr"](space.game, config, 0)._replace(trace=TRACE).save(place)
    write_statements(place / "statements.jsonl", statements)
    episode = asyncio.run(read_through(game, [PlayerSpec.of("latent_bank", "bank", path=str(place))], {}, 3))[0]
    return View.load(place, 1, episode)


# -- principal directions -------------------------------------------------------------------------------------------------------------


def test_points_of_a_plane_keep_their_distances():
    rng = np.random.default_rng(0)
    flat = rng.normal(size=(30, 2)) * [3.0, 1.0]
    turned, _ = np.linalg.qr(rng.normal(size=(5, 2)))
    found, shares = principal(flat @ turned.T + 7.0)
    apart = np.linalg.norm(flat[:, None] - flat[None], axis=-1)
    assert np.allclose(np.linalg.norm(found[:, None] - found[None], axis=-1), apart)
    assert shares.sum() == pytest.approx(1)
    # the first direction is that of the most variance, and the two are uncorrelated
    assert shares[0] > shares[1]
    assert found.var(axis=0) == pytest.approx(shares * found.var(axis=0).sum())
    assert np.cov(found.T)[0, 1] == pytest.approx(0, abs=1e-9)


def test_on_a_line_the_second_direction_is_empty_and_one_point_lies_at_the_origin():
    found, shares = principal(np.arange(4.0)[:, None])
    assert found[:, 0] == pytest.approx([-1.5, -0.5, 0.5, 1.5])
    assert shares.tolist() == [1, 0]
    alone, none = principal(np.array([[2.0, 3.0, 4.0]]))
    assert not alone.any()
    assert not none.any()


def test_entropies():
    assert entropy(np.array([2.0, 2.0, 0.0])) == pytest.approx(np.log(2))
    assert entropy(np.zeros(3)) == 0


# -- the parts of a report ------------------------------------------------------------------------------------------------------------


def test_a_map_holds_everything_that_was_heard_in_the_colour_of_its_meaning(view):
    (chart,) = maps(view)
    assert sum(dot.times for _, points in chart.groups for dot in points) == sum(len(item.candidates) for item in view.statements)
    for number, (name, points) in enumerate(chart.groups):
        assert name.startswith(f"z{number}: {view.space.banks[0][number][0]}")
        assert points
        assert all(view.space.meaning(dot.text, 0, None).number == number for dot in points)


def test_rounds_are_the_speakers_own_utterances():
    mine, other = (1, "I speak."), (2, "I speak.")
    turns = [Statement(0, 0, 1, "player", (0.0,), heard, (), (Said("so", "speak", (), ()),), 0) for heard in ((), (other,), (mine, other), (mine, other, mine))]
    assert [turn.round for turn in turns] == [1, 1, 2, 3]


def test_the_policy_of_a_round_is_a_distribution_over_meanings(view):
    late = [replace(item, heard=((item.seat, "I throw rock"),)) for item in view.statements]
    table = by_round([view, replace(view, number=2, statements=[*view.statements, *late])])
    assert [row[0] for row in table.rows] == ["1, player, first round", "2, player, first round", "2, player, second round"]
    assert [row[1] for row in table.rows] == [24, 24, 24]
    for row in table.rows:
        # each is rounded to three places
        assert sum(row[4:]) == pytest.approx(1, abs=2e-3)
        assert 0 < row[2] < np.log(3) + 1e-3
        assert 0 < row[3] < np.log(3) + 1e-3


def test_entropies_are_drawn_over_iterations(view):
    assert spreads([view]) == ()
    heard, policy = spreads([view, replace(view, number=2)])
    assert [x for x, _ in heard.lines[0][1]] == [1, 2]
    counts = np.array(view.space.counts[0], float)
    assert heard.lines[0][1][0][1].value == pytest.approx(entropy(counts))
    assert policy.lines[0][0] == "player"


def test_solving_is_drawn_by_what_was_kept_track_of(view):
    loss, mixed = solving([view])
    assert loss.title == "Regret loss in solving, iteration 1"
    assert [(name, [one.value for _, one in points]) for name, points in loss.lines] == [("player_0", [2, 1])]
    assert mixed.lines[0][0] == "all"
    assert solving([replace(view, solution=view.solution._replace(trace=()))]) == ()


def test_what_was_said_stands_beside_what_it_means(view):
    rows = said([view]).rows
    assert len(rows) == 2
    for (_, who, text, meaning), (_, seat, *_) in zip(rows, spoken(view.episode, view.space), strict=True):
        assert who == f"player_{seat}"
        assert meaning.startswith(f"z{view.space.meaning(text, seat, None).number}: ")


def test_the_page_shows_maps_and_links_and_escapes_what_was_said(view):
    harmful = replace(view, statements=[replace(view.statements[0], candidates=(Said("I throw <b>rock</b>", "speak", (), ()),) * 2), *view.statements])
    facts = {
        "iteration": 1,
        "statements": 25,
        "pairs": {"player": 3},
        "learned_from": 3,
        "measures": {},
        "heard": {"player": [1, 2, 3]},
        "advantages": {},
        "policy": {},
        "exemplars": {"player": ["a", "b", "c"]},
    }
    found = findings("game", [facts], [], [harmful])
    page = render_findings(found, "run")
    assert page.count('class="scatter"') == 1
    assert "&lt;b&gt;rock&lt;/b&gt; (2 times)" in page
    assert "<b>rock" not in page
    assert 'href="iteration_1/game.html"' in page
    again = Findings.from_dict(found.to_dict())
    assert (again.scatters, again.links, again.tables) == (found.scatters, found.links, found.tables)
