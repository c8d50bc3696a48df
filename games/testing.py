"""The public conformance suite: what every game must pass. Third-party games call it in their own tests.

``check_game(game)`` runs all of it; each check is a function of its own and raises AssertionError with what is wrong.
``python -m ludens.games.testing FOLDER`` writes the golden playthroughs of all registered games anew (``make golden``).
"""

from __future__ import annotations

import contextlib
import io
import json
import pickle
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .actions import ActionSpec, Move, Status
from .core import Event, Game, IllegalMove, NotSupported, State, load_state, seat_name
from .domains import Domain, Text

__all__ = [
    "check_actions",
    "check_declarations",
    "check_game",
    "check_golden",
    "check_gymnasium",
    "check_illegal",
    "check_interleaving",
    "check_leak",
    "check_pettingzoo",
    "check_random_play",
    "check_replay",
    "check_round_trips",
    "check_symmetry",
    "playthrough",
    "random_moves",
]

SPEECH = "I would like both of us to do well."
GARBAGE = ("", "no idea", "{", "[]", '{"choice": null}', '{"choice": {"act": "fly"}}', "Answer:", "Answer: 1e400", "\x00\ud800", "[" * 500)
RESAMPLES = 16
LEAK_POSITIONS = 40
"""The leak check looks at so many positions of an episode, evenly spread, where it is longer."""


def check_game(game: Game, *, seeds: Iterable[int] = range(3), golden: Path | None = None) -> None:
    """Run every check on one game.

    Args:
        game: the game, with the parameters to be tested.
        seeds: seeds of the random episodes.
        golden: file of the golden playthrough to compare with; None skips that check.

    Raises:
        AssertionError: the first rule of the house that the game breaks.
    """
    seeds = tuple(seeds)
    check_declarations(game)
    for seed in seeds:
        check_random_play(game, seed)
        check_actions(game, seed)
        check_round_trips(game, seed)
        check_replay(game, seed)
        check_illegal(game, seed)
    check_interleaving(game, seeds)
    check_leak(game, seeds)
    check_symmetry(game, seeds)
    check_pettingzoo(game)
    if game.seats == 1:
        check_gymnasium(game)
    if golden is not None:
        check_golden(game, golden)


def random_moves(state: State, rng: np.random.Generator) -> dict[int, Move]:
    """Draw a legal move for every seat to move; seats that may speak do so half the time."""
    moves = {}
    for seat in state.to_move:
        spec = state.action_spec(seat)
        move = spec.sample(rng)
        moves[seat] = Move(move.choice, SPEECH[: spec.say_chars]) if spec.say_chars and rng.random() < 0.5 else move
    return moves


def _positions(game: Game, seed: int) -> Iterable[tuple[State, np.random.Generator]]:
    """Random play, position by position, the last one included."""
    state, rng = game.start(seed), np.random.default_rng([seed, 1])
    for _ in range(game.type.horizon + 1):
        yield state, rng
        if state.over:
            return
        state.play(random_moves(state, rng))
    raise AssertionError(f"{game.made_as}: not over after {game.type.horizon} joint moves, the declared horizon")


def check_declarations(game: Game) -> None:
    """The game describes itself: type, rules, parameters; equal when pickled; hash follows the parameters."""
    kind, name = game.type, game.made_as
    assert kind.seats[0] <= game.seats <= kind.seats[1], f"{name}: {game.seats} seats lie outside the declared {kind.seats}"
    assert kind.payoff_low <= kind.payoff_high, f"{name}: payoff bounds are the wrong way round"
    assert kind.horizon >= 1, f"{name}: the horizon must be at least 1"
    assert json.loads(json.dumps(game.params)) == game.params, f"{name}: params must be JSON values"
    twin = pickle.loads(pickle.dumps(game))
    assert twin == game, f"{name}: a pickled game must be equal"
    assert twin.hash == game.hash, f"{name}: a pickled game must have the same hash"
    for seat in (None, *range(game.seats)):
        assert game.rules_text(seat).strip(), f"{name}: no rules in words for seat {seat}"
    for card in game.predictions():
        assert card.source, f"{name}: prediction {card.concept}/{card.quantity} names no source"
        json.dumps(card.value)


def check_random_play(game: Game, seed: int) -> None:
    """Random play ends within the horizon and the payoff bounds; rewards add up; transcripts only grow; observations fit their space."""
    kind, name = game.type, game.made_as
    totals = np.zeros(game.seats)
    before: list[list[Event]] = [[] for _ in range(game.seats)]
    state = game.start(seed)
    for state, _ in _positions(game, seed):
        assert len(set(state.to_move)) == len(state.to_move), f"{name}: a seat is asked twice at once"
        assert all(0 <= seat < game.seats for seat in state.to_move), f"{name}: to_move {state.to_move} names a seat that is not there"
        if kind.dynamics == "sequential":
            assert len(state.to_move) <= 1, f"{name}: declared sequential, but {state.to_move} move at once"
        if kind.dynamics == "simultaneous" and state.to_move:
            assert len(state.to_move) > 1 or game.seats == 1, f"{name}: declared simultaneous, but {state.to_move} moves alone"
        totals += state.rewards
        for seat in range(game.seats):
            seen = list(state.observe(seat).events)
            assert seen[: len(before[seat])] == before[seat], f"{name}: the transcript of {seat_name(seat)} was rewritten"
            before[seat] = seen
            data = state.data(seat)["observation"]
            space = game.observation_space(seat)
            assert space.contains(data), f"{name}: observation of {seat_name(seat)} is not in {space}: {data!r}"
        for event in state.events:
            json.dumps(event.data)
            assert event.text.strip(), f"{name}: event {event.kind} has no words"
    np.testing.assert_allclose(totals, state.returns, atol=1e-9, err_msg=f"{name}: rewards do not add up to returns")
    low, high = kind.payoff_low - 1e-6, kind.payoff_high + 1e-6
    assert all(low <= total <= high for total in state.returns), f"{name}: returns {state.returns} leave [{kind.payoff_low}, {kind.payoff_high}]"
    if kind.utility == "zero_sum":
        assert abs(sum(state.returns)) < 1e-6, f"{name}: declared zero-sum, returns are {state.returns}"
    if not kind.language:
        assert not any(event.kind == "say" for event in state.events), f"{name}: somebody spoke, but language is not declared"
    json.dumps(state.outcome)


def check_actions(game: Game, seed: int) -> None:
    """Every action spec samples legal moves, explains itself, and reads back what it writes, as JSON, tagged text and space element."""
    from .spaces import codec

    name = game.made_as
    for state, rng in _positions(game, seed):
        for seat in state.to_move:
            spec, full = state.action_spec(seat), game.action_domain(seat)
            assert spec == state.action_spec(seat), f"{name}: the action spec changes while nothing happens"
            assert not spec.say_chars or game.type.language, f"{name}: a seat may speak, but language is not declared"
            assert state.request(seat).strip(), f"{name}: nothing is asked of {seat_name(seat)}"
            assert spec.explain("json")
            assert spec.explain("tags")
            json.dumps(spec.schema())
            for _ in range(3):
                move = spec.sample(rng)
                _check_move(name, spec, full, move)
                coder = codec(full)
                sample = coder.encode(move.choice)
                assert coder.space.contains(sample), f"{name}: {move.choice!r} encodes to {sample!r}, not in {coder.space}"
                assert coder.decode(sample) == move.choice, f"{name}: {move.choice!r} does not survive its space"
                mask = coder.mask(spec.domain)
                assert mask is None or mask[int(sample)] == 1, f"{name}: the mask forbids the legal {move.choice!r}"


def _check_move(name: str, spec: ActionSpec, full: Domain, move: Move) -> None:
    assert spec.check(move) is None, f"{name}: sampled {move!r}, which is not legal: {spec.check(move)}"
    assert full.check(move.choice) is None, f"{name}: {move.choice!r} lies outside action_domain: {full.check(move.choice)}"
    written = spec.parse(spec.write(move))
    assert written == (move, Status.OK, None), f"{name}: {spec.write(move)!r} reads back as {written}"
    tagged = spec.parse(f"Let me see.\nAnswer: {spec.domain.show(move.choice)}")
    assert tagged.move is not None, f"{name}: 'Answer: {spec.domain.show(move.choice)}' is not read: {tagged.problem}"
    assert tagged.move.choice == move.choice, f"{name}: 'Answer: {spec.domain.show(move.choice)}' reads back as {tagged.move.choice!r}"


def check_round_trips(game: Game, seed: int) -> None:
    """At each position, clone and plain data equal the original, and play on exactly as it does."""
    name = game.made_as
    for state, _ in _positions(game, seed):
        plain = json.loads(json.dumps(state.to_dict()))
        back, twin = load_state(game, plain), state.clone()
        assert back == state, f"{name}: to_dict/from_dict changes the position: {_difference(state, back)}"
        assert twin == state, f"{name}: clone changes the position: {_difference(state, twin)}"
        for seat in range(game.seats):
            assert back.key(seat) == state.key(seat) == twin.key(seat), f"{name}: copies have other keys"
            assert list(back.observe(seat).events) == list(state.observe(seat).events), f"{name}: copies show other events"
        if state.over:
            continue
        probe = state.clone()
        moves = random_moves(probe, np.random.default_rng(seed))
        probe.play(moves)
        back.play(moves)
        assert probe == back, f"{name}: a restored position plays on differently: {_difference(probe, back)}"
        assert twin == state, f"{name}: playing on a clone changes the original"


def check_replay(game: Game, seed: int) -> None:
    """The same seed and moves give the same episode."""
    name = game.made_as
    state, rng, moves = game.start(seed), np.random.default_rng(seed), []
    while not state.over:
        moves.append(random_moves(state, rng))
        state.play(moves[-1])
    again = game.start(seed)
    for joint in moves:
        again.play(joint)
    assert again == state, f"{name}: replaying the moves gives another episode: {_difference(state, again)}"


def check_illegal(game: Game, seed: int) -> None:
    """Illegal moves are refused and change nothing; garbage never parses into an illegal move; the declared policy works."""
    name = game.made_as
    for state, rng in _positions(game, seed):
        if state.over:
            return
        before = state.to_dict()
        seat = state.to_move[0]
        spec = state.action_spec(seat)
        for text in GARBAGE:
            parsed = spec.parse(text)
            assert parsed.move is None or spec.check(parsed.move) is None, f"{name}: {text!r} was read as the illegal {parsed.move}"
        good = random_moves(state, rng)
        # any text is a choice where the domain is free text
        unknown = Move(0 if isinstance(spec.domain, Text) else "no such choice at all")
        for bad in ({}, {**good, seat: unknown}, {**good, seat: Move(None)}, {**good, game.seats: Move(0)}):
            try:
                state.play(bad)
            except IllegalMove:
                assert state.to_dict() == before, f"{name}: a refused move changed the position"
            else:
                raise AssertionError(f"{name}: accepted the illegal {bad}")
        policy = game.type.illegal.then
        if policy == "default":
            assert spec.check(state.default_move(seat)) is None, f"{name}: the default move is not legal"
        elif policy == "forfeit":
            twin = state.clone()
            twin.forfeit(seat)
            low, high = game.type.payoff_low - 1e-6, game.type.payoff_high + 1e-6
            assert twin.over, f"{name}: a forfeit does not end the game"
            assert all(low <= total <= high for total in twin.returns), f"{name}: a forfeit leaves the payoff bounds: {twin.returns}"


def check_interleaving(game: Game, seeds: Sequence[int]) -> None:
    """Episodes advanced in random order equal the same episodes played alone."""
    alone = {}
    for seed in seeds:
        state, rng = game.start(seed), np.random.default_rng([seed, 2])
        while not state.over:
            state.play(random_moves(state, rng))
        alone[seed] = state
    order = np.random.default_rng(0)
    running = {seed: (game.start(seed), np.random.default_rng([seed, 2])) for seed in seeds}
    while any(not state.over for state, _ in running.values()):
        open_seeds = [seed for seed, (state, _) in running.items() if not state.over]
        state, rng = running[open_seeds[int(order.integers(len(open_seeds)))]]
        state.play(random_moves(state, rng))
    for seed in seeds:
        assert running[seed][0] == alone[seed], f"{game.made_as}: seed {seed} plays differently beside other episodes"


def check_leak(game: Game, seeds: Iterable[int]) -> None:
    """What a seat may not know can be drawn anew without changing anything it is shown, and no hidden event's words are shown to it."""
    name, hidden_seats, varied = game.made_as, set(), set()
    for seed in seeds:
        length = sum(1 for _ in _positions(game, seed))
        looked_at = set(np.linspace(0, length - 1, min(length, LEAK_POSITIONS)).astype(int).tolist())
        for number, (state, rng) in enumerate(_positions(game, seed)):
            for seat in range(game.seats) if number in looked_at else ():
                shown = _all_shown(state, seat)
                lines = set(shown[0].splitlines())
                for event in state.events:
                    if event.visible_to is not None and seat not in event.visible_to:
                        public = any(other.text == event.text for other in state.observe(seat).events)
                        assert public or event.text not in lines, f"{name}: {seat_name(seat)} is shown the hidden {event.text!r}"
                hides = state.hides(seat)
                if hides:
                    hidden_seats.add(seat)
                # more than once as long as nothing has changed: what is hidden may be all but certain
                for _ in range(RESAMPLES if hides and seat not in varied else 1):
                    try:
                        twin = state.resample_hidden(seat, rng)
                    except NotSupported:
                        varied.add(seat)
                        break
                    assert twin is not state, f"{name}: resample_hidden must return a new state"
                    # who else moves may be hidden too: at night, whoever has a role for it
                    same = (seat in twin.to_move, twin.over, twin.turn) == (seat in state.to_move, state.over, state.turn)
                    assert same, f"{name}: resampling changes whether {seat_name(seat)} is to move"
                    again = _all_shown(twin, seat)
                    assert again == shown, f"{name}: {seat_name(seat)} can tell a resampled state: {_first_difference(shown, again)}"
                    if twin.events != state.events:
                        assert hides, f"{name}: nothing is said to be hidden from {seat_name(seat)}, but resampling changes it: {_difference(state, twin)}"
                        varied.add(seat)
                        break
    missing = hidden_seats - varied
    assert not missing, f"{name}: things are hidden from {sorted(missing)}, but resampling never changes any of them"


def _all_shown(state: State, seat: int) -> tuple[str, ...]:
    """Everything that reaches a seat, as text: words, events, action spec, arrays, key."""
    observation = state.observe(seat)
    to_move = seat in state.to_move
    words = "\n".join([observation.rules, *(event.text for event in observation.events), observation.request if to_move else ""])
    facts = repr([(event.kind, event.seat, event.data) for event in observation.events])
    spec = repr(observation.action_spec) if to_move else ""
    arrays = repr({name: array.tolist() for name, array in sorted(observation.data.items())})
    return words, facts, spec, arrays, observation.key


def check_symmetry(game: Game, seeds: Iterable[int]) -> None:
    """Where seats are declared symmetric (and nothing is drawn), swapping two seats' moves swaps their returns."""
    kind = game.type
    if not kind.symmetric or kind.chance or kind.dynamics != "simultaneous" or game.seats < 2:
        return
    for seed in seeds:
        state, twin, rng = game.start(seed), game.start(seed), np.random.default_rng(seed)
        while not state.over:
            moves = random_moves(state, rng)
            state.play(moves)
            twin.play({**moves, 0: moves[1], 1: moves[0]})
        swapped = [twin.returns[1], twin.returns[0], *twin.returns[2:]]
        np.testing.assert_allclose(swapped, state.returns, atol=1e-9, err_msg=f"{game.made_as}: declared symmetric, but swapping seats does not swap returns")


def check_pettingzoo(game: Game, cycles: int = 40) -> None:
    """PettingZoo's own tests pass on both views, with and without speech."""
    from pettingzoo.test import api_test, parallel_api_test, parallel_seed_test, seed_test

    from .pettingzoo import aec_env, parallel_env

    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        # its warnings concern style (names of spaces, flattened observations); what it asserts still raises
        warnings.simplefilter("ignore")
        api_test(aec_env(game), num_cycles=cycles)
        parallel_api_test(parallel_env(game), num_cycles=cycles)
        seed_test(lambda: aec_env(game), num_cycles=cycles)
        parallel_seed_test(lambda: parallel_env(game), num_cycles=cycles)
        if game.type.language:
            parallel_api_test(parallel_env(game, speech=True), num_cycles=cycles)


def check_gymnasium(game: Game) -> None:
    """Gymnasium's environment checker passes on a one-seat game."""
    from gymnasium.utils.env_checker import check_env

    from .gym import gym_env

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check_env(gym_env(game), skip_render_check=True)


_TOLD = 200
"""Joint moves of a golden playthrough that are told in full."""


def playthrough(game: Game, seed: int = 0) -> str:
    """Write one random episode as readable text: everything that happened and who saw it.

    Of a long one, what is asked and answered is told of the first joint moves only; keys go on.
    """
    state, rng = game.start(seed), np.random.default_rng([seed, 3])
    lines = [
        f"game: {game.made_as}",
        f"params: {json.dumps(game.params, sort_keys=True)}",
        f"type: {game.type}",
        f"seed: {seed}",
        "",
        game.rules_text(None),
        "",
    ]
    lines += _event_lines(state.events)
    while not state.over:
        moves = random_moves(state, rng)
        lines += ["", f"-- joint move {state.turn + 1}"]
        for seat, move in sorted(moves.items()):
            told = f" is asked: {state.request(seat)}" if state.turn < _TOLD else ""
            lines.append(f"{seat_name(seat)} [{state.key(seat)}]{told}")
            lines.append(f"{seat_name(seat)} answers {state.action_spec(seat).write(move)}")
        lines += _event_lines(state.play(moves))
        lines.append(f"rewards {[round(reward, 6) for reward in state.rewards]}")
    lines += ["", f"returns {[round(total, 6) for total in state.returns]}", f"outcome {json.dumps(state.outcome, sort_keys=True)}"]
    return "\n".join(lines) + "\n"


def _event_lines(events: Iterable[Event]) -> list[str]:
    return [
        f"  {'(all)' if event.visible_to is None else event.visible_to} {event.kind}: {event.text} {json.dumps(event.data, sort_keys=True)}" for event in events
    ]


def check_golden(game: Game, path: Path) -> None:
    """The random playthrough equals the committed one."""
    now = playthrough(game)
    assert path.exists(), f"{game.made_as}: no golden playthrough {path.name}; write it with: make golden"
    kept = path.read_text(encoding="utf-8")
    if now != kept:
        line = next(n for n, (a, b) in enumerate(zip([*kept.split("\n"), ""], [*now.split("\n"), ""], strict=False), 1) if a != b)
        raise AssertionError(
            f"{game.made_as}: playthrough differs from {path.name} at line {line}; if the rules were meant to change: make golden, new version"
        )


def _difference(one: State, other: State) -> str:
    a, b = one.to_dict(), other.to_dict()
    return "; ".join(f"{name}: {a.get(name)!r} against {b.get(name)!r}"[:300] for name in sorted(a.keys() | b.keys()) if a.get(name) != b.get(name))


def _first_difference(one: tuple[str, ...], other: tuple[str, ...]) -> str:
    for label, a, b in zip(("words", "events", "action spec", "data", "key"), one, other, strict=True):
        if a != b:
            at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            return f"{label}: ...{a[max(0, at - 60) : at + 60]!r} against ...{b[max(0, at - 60) : at + 60]!r}"
    return "nothing"


def write_goldens(folder: Path, games: Iterable[Game], report: Callable[[str], Any] = print) -> None:
    """Write the golden playthrough of each game to ``folder/<id>.txt``."""
    folder.mkdir(parents=True, exist_ok=True)
    for game in games:
        path = folder / f"{game.made_as}.txt"
        text = playthrough(game)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            report(f"wrote {path}")


if __name__ == "__main__":
    from . import registry

    if len(sys.argv) != 2:
        sys.exit("usage: python -m ludens.games.testing FOLDER")
    write_goldens(Path(sys.argv[1]), [registry.make(id) for id in registry.all_ids()])
