"""The commands that list and play, as a user sees them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ludens.agents import kinds
from ludens.cli import COMMANDS, main
from ludens.cli.completion import SHELLS, candidates
from ludens.games import all_ids


def run(capsys, *words):
    assert main(list(words)) == 0
    return capsys.readouterr().out


def test_overview_names_every_command(capsys):
    out = run(capsys)
    assert all(name in out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command, capsys):
    assert f"usage: ludens {command}" in run(capsys, command, "--help")


def test_games_lists_all_and_shows_one(capsys):
    out = run(capsys, "games")
    assert all(game_id.rpartition("-v")[0] in out for game_id in all_ids())
    one = run(capsys, "games", "prisoners_dilemma")
    assert "rounds" in one
    assert "nash" in one


def test_one_player_and_one_game_show_what_parameters_mean(capsys):
    shown = run(capsys, "players", "memory_one")
    assert "p_cc" in shown
    assert "(required)" in shown
    assert "probability after both cooperated" in shown
    assert "window_tokens" in run(capsys, "players", "language_cot")
    assert "fewest and most items in all" in run(capsys, "games", "negotiation")  # from a table
    assert "points to divide, a round" in run(capsys, "games", "ultimatum")  # from attributes


@pytest.mark.parametrize("name", kinds())
def test_every_kind_of_player_explains_its_parameters(name, capsys):
    if name == "axelrod":
        pytest.importorskip("axelrod")
    lines = run(capsys, "players", name).splitlines()
    rows = [line.split() for line in lines[lines.index(next(line for line in lines if line.startswith("name "))) + 1 :] if line[:1].strip()]
    assert all(len(row) > 2 for row in rows if row[0] != "model"), rows


def test_play_is_the_same_for_the_same_seed(capsys):
    words = ("play", "game=prisoners_dilemma", "game.rounds=5", "players=[tit_for_tat,random]", "seed=3")
    first = run(capsys, *words)
    assert first == run(capsys, *words)
    assert "Round 5:" in first
    assert "player_0 (tit_for_tat): " in first
    assert first != run(capsys, *words[:-1], "seed=4")


def test_play_hides_private_events_unless_asked(capsys):
    words = ("play", "game=first_price_auction", "game.rounds=1", "players=[random,random,random]")
    size = main(["games", "first_price_auction"])
    capsys.readouterr()
    assert size == 0
    from ludens.games import make

    words = (*words[:3], f"players=[{','.join(['random'] * make('first_price_auction').seats)}]")
    assert "only]" not in run(capsys, *words)
    assert "only]" in run(capsys, *words, "show_private=true")


def test_play_writes_a_replay(capsys, tmp_path):
    out = tmp_path / "replay.html"
    run(capsys, "play", "game=stag_hunt", "players=[random,random]", f"out={out}")
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_cfg_shows_the_configuration(capsys):
    out = run(capsys, "play", "game=stag_hunt", "players=[random,random]", "--cfg", "job")
    assert "seed: 0" in out


def test_completion_offers_what_fits():
    assert "tournament" in candidates("ludens to", COMMANDS)
    assert "players=" in candidates("ludens tournament pl", COMMANDS)
    assert "negotiation" in candidates("ludens play game=neg", COMMANDS)
    assert "tit_for_tat" in candidates("ludens tournament players=[", COMMANDS)
    assert "plan.replicates=" in candidates("ludens tournament  plan.", COMMANDS)
    assert "tit_for_tat" in candidates("ludens players ", COMMANDS)
    assert "game.rounds=" in candidates("ludens play game=prisoners_dilemma game.", COMMANDS)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ludens tournament game=prison", "prisoners_dilemma"),
        ("ludens play players=[tit_for_tw", "[tit_for_two_tats"),
        ("ludens play players=[fair,gree", "[fair,greedy"),
    ],
)
def test_bash_completes_the_last_part_of_a_word_and_keeps_the_rest(line, expected, tmp_path):
    (tmp_path / "ludens").write_text(f"#!/bin/sh\nexec {sys.executable} -P -c 'from ludens.cli import entry; entry()' \"$@\"\n")
    (tmp_path / "ludens").chmod(0o755)
    # readline breaks words at "=" too
    words = line.replace("=", " = ").split()
    ask = f"COMP_WORDS=({' '.join(map(repr, words))}); COMP_CWORD={len(words) - 1}; COMP_LINE={line!r}; COMP_POINT={len(line)}; compopt() {{ :; }}; _ludens"
    script = f'{SHELLS["bash"]}\n{ask}; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True, env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.stdout.strip() == expected


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_scripts_call_us(shell, capsys):
    assert "ludens --complete" in run(capsys, "completion", shell)


def test_a_closed_pipe_is_no_error():
    done = subprocess.run(
        check=False,
        args=["bash", "-c", f"set -o pipefail; {sys.executable} -P -c 'from ludens.cli import entry; entry()' games | head -1"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("game")


def test_a_tournament_is_finished_though_nobody_reads_its_output(tmp_path):
    words = f"tournament game=stag_hunt players=[fair,greedy] name=piped runs={tmp_path}"
    command = f"set -o pipefail; {sys.executable} -P -c 'from ludens.cli import entry; entry()' {words} | head -1"
    assert subprocess.run(check=False, args=["bash", "-c", command], capture_output=True).returncode == 0
    assert (tmp_path / "piped" / "report.html").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written_is_told_in_one_line():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            check=False, args=[sys.executable, "-P", "-c", "from ludens.cli import entry; entry()", "games"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2
    assert done.stderr == "ludens: output: No space left on device\n"
