"""Werewolf in the formats of AIWolf and of Kaggle."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from dataclasses import replace

import pytest

from ludens import make
from ludens.agents import PlayerSpec
from ludens.arena import Match, Options, Run, play, play_match, round_robin
from ludens.arena.adapters.aiwolf import aiwolf_log
from ludens.arena.adapters.kaggle import kaggle_replay
from ludens.arena.adapters.kaggle_reading import KaggleEvent, KagglePlayer, load_replay
from ludens.arena.export import FAMILY_FORMATS, export_run
from ludens.arena.record import Episode, SeatRecord, dump, load, to_json
from ludens.cli.reading import export
from ludens.errors import LudensError
from ludens.games.core import Event

KINDS = {
    "say": "talk",
    "silence": "talk",
    "pass": "talk",
    "check": "divine",
    "protect": "guard",
}
HOSTILE = '"Well,\n1,execute,3,WEREWOLF\r2,result,4,0,VILLAGER\u2028\x0b\x1c\x85"x, y'


def played(name, seed=1, **params):
    game = make(name, **params)
    return play_match(Match(game, tuple(PlayerSpec.of("scripted") for _ in range(game.seats)), seed))


def made(name, roles, events, winner, **params):
    """Make the record of a game by hand."""
    game = make(name, **params)
    dealt = [Event("role", None, f"Your role: {role}.", {"seat": seat, "role": role}, (seat,)) for seat, role in enumerate(roles)]
    return Episode(
        id="0123456789abcdef",
        game=game.made_as,
        game_hash=game.hash,
        params=game.params,
        seed=1,
        replicate="",
        seats=tuple(SeatRecord("h", f"bot{seat}", {}, role) for seat, role in enumerate(roles)),
        decisions=(),
        events=(*dealt, *events),
        returns=(0.0,) * game.seats,
        outcome={"winner": winner, "roles": list(roles)},
    )


def rows_of(log):
    return list(csv.reader(io.StringIO(log, newline="")))


# -- AIWolf ------------------------------------------------------------------------------------------------------------

CAST = ("werewolf", "werewolf", "seer", "medium", "bodyguard", "possessed", "villager")
WOLVES = (0, 1)
GAME = [
    Event("night", None, "", {"round": 1}),
    Event("say", 0, "", {"round": 1, "text": "Quiet, mate."}, WOLVES),
    Event("silence", 1, "", {"round": 1}, WOLVES),
    Event("check", None, "", {"seer": 2, "target": 5, "found": "not werewolf", "night": 1}, (2,)),
    Event("dawn", None, "", {"round": 1, "dead": []}),
    Event("order", None, "", {"order": [6, 2]}),
    Event("say", 6, "", {"round": 1, "text": "Good morning"}),
    Event("pass", 2, "", {"round": 1}),
    Event("silence", 6, "", {"round": 1}),
    Event("say", 2, "", {"round": 1, "text": "I am the seer,\nplayer_5 is human"}),
    Event("votes", None, "", {"round": 1, "votes": {"0": 6, "2": 6, "3": None, "6": 0}}),
    Event("exile", None, "", {"round": 1, "seat": 6}),
    Event("medium", None, "", {"target": 6, "found": "not werewolf"}, (3,)),
    Event("night", None, "", {"round": 2}),
    Event("say", 1, "", {"round": 2, "text": "Now the seer"}, WOLVES),
    Event("check", None, "", {"seer": 2, "target": 0, "found": "werewolf", "night": 2}, (2,)),
    Event("protect", 4, "", {"target": 3, "night": 2}, (4,)),
    Event("proposal", 0, "", {"target": 2}, WOLVES),
    Event("proposal", 1, "", {"target": None}, WOLVES),
    Event("attack", None, "", {"target": 2, "night": 2}, WOLVES),
    Event("dawn", None, "", {"round": 2, "dead": [2]}),
    Event("votes", None, "", {"round": 2, "votes": {"3": 0, "4": 1}}),
    Event("tie", None, "", {"tied": [0, 1]}),
    Event("votes", None, "", {"round": 2, "votes": {"3": 1, "4": 1}}),
    Event("exile", None, "", {"round": 2, "seat": None}),
    Event("night", None, "", {"round": 3}),
    Event("attack", 0, "", {"target": 3, "night": 3}, WOLVES),
    Event("dawn", None, "", {"round": 3, "dead": []}),
    Event("end", None, "", {"winner": "werewolves", "roles": list(CAST)}),
]
GOLDEN = """\
0,status,1,WEREWOLF,ALIVE,bot0
0,status,2,WEREWOLF,ALIVE,bot1
0,status,3,SEER,ALIVE,bot2
0,status,4,MEDIUM,ALIVE,bot3
0,status,5,BODYGUARD,ALIVE,bot4
0,status,6,POSSESSED,ALIVE,bot5
0,status,7,VILLAGER,ALIVE,bot6
0,whisper,0,0,1,"Quiet, mate."
0,whisper,1,0,2,Skip
0,divine,3,6,HUMAN
1,status,1,WEREWOLF,ALIVE,bot0
1,status,2,WEREWOLF,ALIVE,bot1
1,status,3,SEER,ALIVE,bot2
1,status,4,MEDIUM,ALIVE,bot3
1,status,5,BODYGUARD,ALIVE,bot4
1,status,6,POSSESSED,ALIVE,bot5
1,status,7,VILLAGER,ALIVE,bot6
1,talk,0,0,7,Good morning
1,talk,1,0,3,Skip
1,talk,2,1,7,Skip
1,talk,3,1,3,"I am the seer, player_5 is human"
1,vote,1,7
1,vote,3,7
1,vote,7,1
1,execute,7,VILLAGER
1,divine,3,1,WEREWOLF
1,whisper,0,0,2,Now the seer
1,guard,5,4,MEDIUM
1,attackVote,1,3
1,attack,3,true
2,status,1,WEREWOLF,ALIVE,bot0
2,status,2,WEREWOLF,ALIVE,bot1
2,status,3,SEER,DEAD,bot2
2,status,4,MEDIUM,ALIVE,bot3
2,status,5,BODYGUARD,ALIVE,bot4
2,status,6,POSSESSED,ALIVE,bot5
2,status,7,VILLAGER,DEAD,bot6
2,vote,4,1
2,vote,5,2
2,vote,4,2
2,vote,5,2
2,attackVote,1,4
2,attack,4,false
3,status,1,WEREWOLF,ALIVE,bot0
3,status,2,WEREWOLF,ALIVE,bot1
3,status,3,SEER,DEAD,bot2
3,status,4,MEDIUM,ALIVE,bot3
3,status,5,BODYGUARD,ALIVE,bot4
3,status,6,POSSESSED,ALIVE,bot5
3,status,7,VILLAGER,DEAD,bot6
3,result,3,2,WEREWOLF
"""


def test_an_aiwolf_log_line_by_line():
    assert aiwolf_log(made("werewolf", CAST, GAME, "werewolves", cast=CAST)) == GOLDEN


@pytest.mark.parametrize("preset", ["werewolf_aiwolf5", "werewolf_aiwolf13", "werewolf_aiwolf15", "werewolf_kaggle8", "werewolf_arena8"])
def test_an_aiwolf_log_has_as_many_lines_as_things_happened(preset):
    for seed in range(3):
        episode = played(preset, seed, doctor_self=False)
        rows = rows_of(aiwolf_log(episode))
        kinds = Counter(row[1] for row in rows)
        wanted = Counter("whisper" if event.kind in ("say", "silence") and event.visible_to else KINDS.get(event.kind) for event in episode.events)
        for kind in ("talk", "whisper", "divine", "guard"):
            assert kinds[kind] == wanted[kind], kind
        moves = [vote for event in episode.events if event.kind == ("ballot" if preset == "werewolf_arena8" else "votes") for vote in [event.data]]
        votes = sum(1 if "vote" in data else len([vote for vote in data["votes"].values() if vote is not None]) for data in moves)
        assert kinds["vote"] == votes > 0
        attacks = [event for event in episode.events if event.kind == "attack"]
        proposals = [event for event in episode.events if event.kind == "proposal"]
        assert kinds["attack"] == len(attacks)
        assert kinds["attackVote"] == len(proposals) + sum(event.seat is not None for event in attacks)
        assert kinds["execute"] == len(episode.outcome["exiled"])
        final = [row for row in rows if row[1] == "status"][-len(episode.seats) :]
        assert [row[4] == "ALIVE" for row in final] == [f"player_{seat}" in episode.outcome["survivors"] for seat in range(len(episode.seats))]
        assert kinds["status"] % len(episode.seats) == 0
        assert len({tuple(row[:3]) for row in rows if row[1] == "status"}) == kinds["status"], "a day has its status lines once"
        assert rows[-1][4] == {"village": "VILLAGER", "werewolves": "WEREWOLF", "draw": "NONE"}[episode.outcome["winner"]]
        days = [int(row[0]) for row in rows]
        assert days == sorted(days)


def test_hostile_text_adds_no_line_to_a_log():
    episode = made("werewolf", CAST, GAME, "werewolves", cast=CAST)
    events = tuple(event._replace(data={**event.data, "text": HOSTILE}) if event.kind == "say" else event for event in episode.events)
    seats = tuple(seat._replace(name='evil",\n9,result,1,1,VILLAGER') for seat in episode.seats)
    log = aiwolf_log(replace(episode, events=events, seats=seats))
    assert len(log.splitlines()) == len(GOLDEN.splitlines())
    plain, hostile = rows_of(GOLDEN), rows_of(log)
    assert [row[:5] for row in hostile] == [row[:5] for row in plain]
    said = [row[5] for row in hostile if row[1] == "talk" and row[5] != "Skip"]
    assert said == ['"Well, 1,execute,3,WEREWOLF 2,result,4,0,VILLAGER "x, y'] * 2


def test_a_broken_off_game_has_no_winner_in_its_log():
    episode = made("werewolf", CAST, GAME[:4], None, cast=CAST)
    assert aiwolf_log(episode).splitlines()[-1] == "1,result,5,2,NONE"


def test_a_doctor_is_a_bodyguard_only_where_it_may_not_protect_itself():
    log = aiwolf_log(played("werewolf_kaggle8"))
    assert Counter(row[3] for row in rows_of(log) if row[:2] == ["0", "status"])["BODYGUARD"] == 1
    with pytest.raises(LudensError, match=r"format=aiwolf has no place for a 'doctor' that may protect itself: .* \(episode [0-9a-f]{16}, werewolf-v0\)"):
        aiwolf_log(played("werewolf"))


@pytest.mark.parametrize(
    ("name", "params", "what"),
    [
        ("werewolf_fang9", {}, "the role 'witch'"),
        ("werewolf_aiwolf5", {"cast": ("werewolf", "minion", "villager", "villager", "villager")}, "the role 'minion'"),
        ("werewolf_aiwolf5", {"sheriff": True}, "a sheriff"),
        ("werewolf_aiwolf5", {"last_words": "exiled"}, "last words"),
        ("werewolf_aiwolf5", {"explode": True}, "werewolves that reveal themselves"),
        ("werewolf_aiwolf5", {"latents": (2, 2, 2, 2)}, "turns that are meanings"),
    ],
)
def test_what_aiwolf_does_not_have_is_refused_by_name(name, params, what):
    episode = made(name, make(name, **params).cast, [], "village", **params)
    with pytest.raises(LudensError, match=f"format=aiwolf has no place for {what}"):
        aiwolf_log(episode)


# -- Kaggle ------------------------------------------------------------------------------------------------------------


def moderator(kind, name, data, phase="Night", day=0, **more):
    """Make an event as their moderator writes it."""
    entry = {"event_name": name, "day": day, "phase": phase, "detailed_phase": "NIGHT_START", "description": "", "public": False, "visible_to": []}
    entry |= {"data": data, "source": "MODERATOR", "created_at": "2025-11-10 16:58:13+00:00", "visible_in_ui": True, **more}
    return {"data_type": kind, "json_str": json.dumps(entry)}


def sample():
    """Make a small replay that follows their schema, with what ours do not have: requests, raw actions, spaces in names."""
    roles = {"Player 1": "Werewolf", "Zoë": "Seer", "Player 3": "Villager"}
    thought = {"reasoning": "hm", "perceived_threat_level": "SAFE", "action": {}}
    night = [
        moderator("GameStartDataEntry", "moderator_announcement", {"player_ids": list(roles)}),
        *(moderator("GameStartRoleDataEntry", "game_start", {"player_id": name, "team": "", "role": role}) for name, role in roles.items()),
        moderator("NoneType", "night_start", None),
        moderator("RequestSeerRevealDataEntry", "inspect_request", {"action_json_schema": "{}", "valid_candidates": []}),
        moderator("SeerInspectActionDataEntry", "inspect_action", {"actor_id": "Zoë", "target_id": "Player 1", **thought}),
        moderator("SeerInspectResultDataEntry", "inspect_result", {"actor_id": "Zoë", "target_id": "Player 1", "role": None, "team": "Werewolves"}),
        moderator("WerewolfNightEliminationElectedDataEntry", "vote_result", {"elected_target_player_id": None}),
    ]
    day = [
        moderator("dict", "discussion", {"day": 1, "actor_id": "Zoë", "message": "Hi\u202e"}, "Day", 1),
        moderator("ChatDataEntry", "discussion", {"actor_id": "Zoë", "message": "Hi\u202e", "mentioned_player_ids": [], **thought}, "Day", 1),
        moderator("DayExileVoteDataEntry", "vote_action", {"actor_id": "Zoë", "target_id": "-1", **thought}, "Day", 1),
        moderator("NoneType", "vote_action", None, "Day", 1),
        moderator("dict", "vote_result", {"vote_type": "day_exile", "outcome": "no_exile"}, "Day", 1),
    ]
    agents = [{"id": name, "agent": {"id": name, "display_name": f"model of {name}", "role": role}} for name, role in roles.items()]
    end = {"winner_team": "Werewolves", "all_players_and_role": roles, "all_players": agents}
    final = [moderator("GameEndResultsDataEntry", "game_end", end, "Game Over", 1)]
    return {"id": "x", "name": "werewolf", "steps": [], "info": {"GAME_END": end, "MODERATOR_OBSERVATION": [night, day, final]}}


def test_a_replay_of_theirs_is_read(tmp_path):
    path = tmp_path / "replay.json"
    path.write_text(json.dumps(sample()), encoding="utf-8")
    replay = load_replay(path)
    assert replay == load_replay(path.read_bytes())
    assert replay.players[1] == KagglePlayer("Zoë", "seer", "model of Zoë")
    assert replay.roles == {"Player 1": "werewolf", "Zoë": "seer", "Player 3": "villager"}
    assert replay.winner == "werewolves"
    assert replay.events == (
        KaggleEvent("Night", 0, "check", "Zoë", "Player 1", ""),
        KaggleEvent("Night", 0, "found", "Zoë", "Player 1", "Werewolves"),
        KaggleEvent("Night", 0, "attack", None, None, ""),
        KaggleEvent("Day", 1, "say", "Zoë", None, "Hi"),
        KaggleEvent("Day", 1, "vote", "Zoë", None, ""),
        KaggleEvent("Day", 1, "exile", None, None, ""),
        KaggleEvent("Game Over", 1, "end", None, None, "Werewolves"),
    )


def test_a_replay_that_broke_off_has_roles_and_no_winner():
    plain = sample()
    plain["info"]["GAME_END"] = {"terminated_with_agent_error": True}
    del plain["info"]["MODERATOR_OBSERVATION"][2]
    replay = load_replay(to_json(plain))
    assert replay.winner is None
    assert replay.players[0] == KagglePlayer("Player 1", "werewolf", "")


def spoiled(change):
    plain = sample()
    change(plain)
    return to_json(plain)


def entry(number, **change):
    """Change fields of an event of the day."""

    def apply(plain):
        there = plain["info"]["MODERATOR_OBSERVATION"][1][number]
        there["json_str"] = json.dumps({**json.loads(there["json_str"]), **change})

    return apply


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is no JSON"),
        (b"[" * 100_000, "the file is no JSON"),
        (b"\xff\xfe", "the file is no JSON"),
        (b"[]", "the file should be an object"),
        (b'{"name": "chess"}', "its name is not 'werewolf'"),
        (b'{"name": "werewolf"}', "info should be an object"),
        (b'{"name": "werewolf", "info": {}}', "info.MODERATOR_OBSERVATION should be a list"),
        (b'{"name": "werewolf", "info": {"MODERATOR_OBSERVATION": [3]}}', "a step of info.MODERATOR_OBSERVATION should be a list"),
        (b'{"name": "werewolf", "info": {"MODERATOR_OBSERVATION": []}}', "it has 0 players"),
        (spoiled(lambda plain: plain["info"]["GAME_END"].update(winner_team="Vampires")), "winner_team is 'Vampires'"),
        (spoiled(lambda plain: plain["info"]["GAME_END"]["all_players_and_role"].update(Bob="Witch")), "Bob has the unknown role 'Witch'"),
        (spoiled(lambda plain: plain["info"]["GAME_END"]["all_players_and_role"].update({"<b>": "Seer"})), "'<b>' is no name of a player"),
        (spoiled(lambda plain: plain["info"].update(GAME_END=3)), "info.GAME_END should be an object"),
        (spoiled(lambda plain: plain["info"]["MODERATOR_OBSERVATION"][1][1].update(json_str="{")), r"event 11 \(ChatDataEntry\) is no JSON"),
        (spoiled(lambda plain: plain["info"]["MODERATOR_OBSERVATION"][1][1].update(json_str=3)), "json_str of event 11"),
        (spoiled(entry(1, phase="Noon")), "the phase of ChatDataEntry should be one of: Day, Night, Game Over"),
        (spoiled(entry(1, day=-1)), "the day of ChatDataEntry should be a number"),
        (spoiled(entry(1, day=True)), "the day of ChatDataEntry should be a number"),
        (spoiled(entry(1, data=None)), "data of ChatDataEntry should be an object"),
        (spoiled(entry(1, data={"actor_id": "Zoë", "message": ["x"]})), "message of ChatDataEntry should be text"),
        (spoiled(entry(1, data={"actor_id": "Eve", "message": "x"})), "actor_id of ChatDataEntry names no player"),
        (spoiled(entry(1, data={"message": "x"})), "actor_id of ChatDataEntry names no player"),
        (spoiled(entry(2, data={"actor_id": "Zoë", "target_id": ["Zoë"]})), "target_id of DayExileVoteDataEntry names no player"),
    ],
)
def test_what_is_no_replay_is_refused_in_one_line(content, what):
    with pytest.raises(LudensError, match=f"not a replay of Kaggle's Werewolf: {what}") as caught:
        load_replay(content)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_replay_has_bounds(tmp_path, monkeypatch):
    with pytest.raises(LudensError, match=r"cannot read .*nowhere"):
        load_replay(tmp_path / "nowhere")
    monkeypatch.setattr("ludens.arena.adapters.kaggle_reading._MOST_EVENTS", 5)
    with pytest.raises(LudensError, match="more than 5 events"):
        load_replay(to_json(sample()))
    monkeypatch.setattr("ludens.arena.adapters.kaggle_reading._MOST_BYTES", 1 << 20)
    (tmp_path / "big.json").write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(LudensError, match="more than 1 MiB"):
        load_replay(tmp_path / "big.json")


KAGGLE = ["werewolf_kaggle8", "werewolf_arena8", "werewolf", "werewolf_mafia"]


def won(preset, seeds=range(4), **params):
    return [episode for seed in seeds if (episode := played(preset, seed, **params)).outcome["winner"] != "draw"]


def our_events(episode):
    """Say what of an episode the format holds."""
    day, found = 0, []
    names = [f"player_{seat}" for seat in range(len(episode.seats))]
    in_turn = episode.params["vote"] == "sequential" or episode.params["vote_secret"]
    for event in episode.events:
        data = event.data
        who = None if event.seat is None else names[event.seat]
        target = None if data.get("target") is None else names[data["target"]]
        if event.kind == "dawn":
            found += [("Night", day, "kill", None, names[seat]) for seat in data["dead"]]
            day = data["round"]
        elif event.kind == "save":
            # of the night that is just over
            found.append(("Night", day - 1, "save", None, target))
        elif event.kind == "check":
            found += [("Night", day, kind, names[data["seer"]], target) for kind in ("check", "found")]
        elif event.kind == "protect":
            found.append(("Night", day, "protect", who, target))
        elif event.kind in ("proposal", "attack"):
            found += [("Night", day, "attack_vote", who, target)] if who else []
            found += [("Night", day, "attack", None, target)] if event.kind == "attack" else []
        elif event.kind in ("say", "bid"):
            found.append(("Day", day, event.kind, who, None))
        elif event.kind == "ballot" and in_turn and data["vote"] is not None:
            found.append(("Day", day, "vote", who, names[data["vote"]]))
        elif event.kind == "votes" and not in_turn:
            found += [("Day", day, "vote", names[int(seat)], names[vote]) for seat, vote in data["votes"].items() if vote is not None]
        elif event.kind == "exile":
            found.append(("Day", day, "exile", None, None if data["seat"] is None else names[data["seat"]]))
        elif event.kind == "end":
            found.append(("Game Over", day, "end", None, None))
    return found


@pytest.mark.parametrize("preset", KAGGLE)
def test_ours_as_theirs_and_back(preset):
    episodes = won(preset)
    assert episodes
    for episode in episodes:
        plain = kaggle_replay(episode)
        replay = load_replay(to_json(plain))
        assert [event[:5] for event in replay.events] == our_events(episode)
        assert [event.text for event in replay.events if event.kind == "say"] == [event.data["text"] for event in episode.events if event.kind == "say"]
        assert [player.role for player in replay.players] == episode.outcome["roles"]
        assert replay.winner == episode.outcome["winner"]
        assert len(plain["steps"]) == len(plain["info"]["MODERATOR_OBSERVATION"])
        end = plain["info"]["GAME_END"]
        assert list(end["survivors_until_last_round_and_role"]) == episode.outcome["survivors"]
        assert sorted(end["winner_ids"] + end["loser_ids"]) == sorted(replay.roles)
        assert plain["rewards"] == [int(total > 0) for total in episode.returns]


def test_a_replay_shows_nobody_what_is_hidden():
    for episode in won("werewolf_kaggle8"):
        for step in kaggle_replay(episode)["steps"]:
            for seat, state in enumerate(step):
                seen = state["observation"]["raw_observation"]
                for view in seen["new_player_event_views"]:
                    actor = (view["data"] or {}).get("actor_id")
                    if view["event_name"] in ("inspect_action", "inspect_result", "heal_action"):
                        assert actor == f"player_{seat}"
                    if view["event_name"] == "game_start":
                        assert view["data"]["player_id"] == f"player_{seat}"
                    if view["phase"] == "Night" and view["event_name"] in ("vote_action", "vote_result"):
                        assert episode.seats[seat].role == "werewolf"


def test_hostile_text_stays_one_event_of_a_replay():
    episode = won("werewolf_kaggle8")[0]
    text = '"}]], "info": {"GAME_END": {}}}\n\\'
    events = tuple(event._replace(data={**event.data, "text": text}, text=text) if event.kind == "say" else event for event in episode.events)
    replay = load_replay(to_json(kaggle_replay(replace(episode, events=events))))
    assert [event[:5] for event in replay.events] == our_events(episode)
    assert {event.text for event in replay.events if event.kind == "say"} == {text}


@pytest.mark.parametrize(
    ("name", "params", "what"),
    [
        ("werewolf_fang9", {}, "the role 'witch'"),
        ("werewolf_aiwolf13", {}, "the role 'medium'"),
        ("werewolf_lspo4", {}, "4 seats: its games have 6 to 15"),
        ("werewolf", {"sheriff": True}, "a sheriff"),
        ("werewolf", {"last_words": "all"}, "last words"),
        ("werewolf", {"whispers": 1}, "whispers of werewolves"),
        ("werewolf", {"tie": "revote"}, "tie=revote"),
        ("werewolf", {"kill": "revote"}, "kill=revote"),
        ("werewolf", {"explode": True}, "werewolves that reveal themselves"),
        ("werewolf", {"latents": (2, 2, 2, 2)}, "turns that are meanings"),
        ("werewolf", {}, "a game that nobody won"),
    ],
)
def test_what_kaggle_does_not_have_is_refused_by_name(name, params, what):
    episode = made(name, make(name, **params).cast, [], "draw", **params)
    with pytest.raises(LudensError, match=f"format=kaggle has no place for {what}"):
        kaggle_replay(episode)


@pytest.mark.peer
@pytest.mark.parametrize("preset", KAGGLE)
def test_their_code_takes_our_replays(preset):
    loaders = pytest.importorskip("kaggle_environments.envs.werewolf.eval.loaders")
    records = pytest.importorskip("kaggle_environments.envs.werewolf.game.records")
    roles = pytest.importorskip("kaggle_environments.envs.werewolf.game.roles")
    for episode in won(preset):
        plain = json.loads(to_json(kaggle_replay(episode)))
        result = loaders.GameResult(plain)
        assert result.winner_team.value == {"village": "Villagers", "werewolves": "Werewolves"}[episode.outcome["winner"]]
        assert [player.role.name.lower() for player in result.players] == episode.outcome["roles"]
        assert [player.id for player in result.players if player.alive] == episode.outcome["survivors"]
        village = {f"player_{seat}" for seat, role in enumerate(episode.outcome["roles"]) if role != "werewolf"}
        assert len(result.irp_results) == sum(event.kind == "vote" and event.actor in village for event in load_replay(to_json(plain)).events)
        assert len(roles.create_players_from_agents_config(plain["configuration"]["agents"])) == len(episode.seats)
        for raw in (raw for step in plain["info"]["MODERATOR_OBSERVATION"] for raw in step):
            event = json.loads(raw["json_str"])
            records.Event(**event)
            if raw["data_type"] not in ("NoneType", "dict"):
                getattr(records, raw["data_type"])(**event["data"])
        for state in (state for step in plain["steps"] for state in step):
            records.WerewolfObservationModel(**state["observation"]["raw_observation"])


# -- exports -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path):
    def make_run(*games):
        with Run.create(tmp_path / "run") as made_run:
            for game in games:
                players = [PlayerSpec.of("scripted"), PlayerSpec.of("random")]
                play(round_robin([game], players, replicates=1), made_run, options=Options(4, 1))
        return Run.open(tmp_path / "run")

    return make_run


@pytest.mark.parametrize(("kind", "ending"), [("aiwolf", ".log"), ("kaggle", ".json")])
def test_a_run_becomes_an_archive_of_games(run, kind, ending, capsys):
    made_run = run(make("werewolf_kaggle8", cap="village"))
    path, count = export_run(made_run, kind)
    assert path == made_run.path / "exports" / FAMILY_FORMATS[kind][0]
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == sorted(f"{episode.id}{ending}" for episode in made_run.episodes())
        assert len(archive.namelist()) == count > 0
        for episode in made_run.episodes():
            content = archive.read(f"{episode.id}{ending}")
            assert content == (aiwolf_log(episode).encode() if kind == "aiwolf" else to_json(kaggle_replay(episode)))
    first = path.read_bytes()
    assert export_run(made_run, kind)[0].read_bytes() == first
    assert export([f"run={made_run.path}", f"format={kind}"]) == 0
    assert capsys.readouterr().out == f"{count} games: {path}\n"


@pytest.mark.parametrize("kind", ["aiwolf", "kaggle"])
def test_other_games_are_refused_in_one_line(run, kind):
    made_run = run(make("prisoners_dilemma", rounds=2))
    with pytest.raises(LudensError, match=rf"format={kind} is for games of Werewolf; episode [0-9a-f]{{16}} is one of prisoners_dilemma-v0"):
        export_run(made_run, kind)
    assert list((made_run.path / "exports").iterdir()) == []
    with pytest.raises(LudensError, match="should be one of: jsonl, parquet, messages, aiwolf, kaggle"):
        export([f"run={made_run.path}", "format=aiwolff"])
    with pytest.raises(LudensError, match="did you mean 'aiwolf'"):
        export_run(made_run, "aiwolff")


def test_a_stored_episode_exports_the_same():
    episode = played("werewolf_kaggle8")
    stored = load(*dump(episode))
    assert aiwolf_log(stored) == aiwolf_log(episode)
    assert load_replay(to_json(kaggle_replay(stored))) == load_replay(to_json(kaggle_replay(episode)))
