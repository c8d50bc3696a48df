"""Replays of Kaggle's Werewolf, ours written as theirs; :mod:`.kaggle_reading` reads theirs.

The format is that of Kaggle/kaggle-environments: ``Environment.toJSON`` in ``kaggle_environments/core.py`` for the whole, and under
``kaggle_environments/envs/werewolf`` the files ``werewolf.py`` (what lies in ``info``), ``game/records.py`` (events and their data), ``game/consts.py``
(their names), ``werewolf.json`` (the configuration), ``eval/loaders.py`` and ``visualizer/default/src`` (what reads it), and the sample
``visualizer/default/replays/test-replay.json``. ``info.MODERATOR_OBSERVATION`` holds, step by step, every event as ``data_type`` and ``json_str``, and
``info.GAME_END`` the result. Days are counted as in AIWolf: night 1 of ours is night 0, and day 1 is day 1.

Not written, because a record of ours has nothing that means the same: the actions in ``steps`` (prompts, replies, costs), the requests of the moderator, the
reasoning and the threat levels of players, the ``specification``, and the time of each event (all have that of the beginning). An abstention is,
as with them, a ``vote_action`` without data; who passes or says nothing leaves no event. Steps are phases: a night, a day's talk, a vote, an exile, the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from ...games.core import Event, seat_name
from ...games.werewolf.game import Werewolf
from ..record import Episode, to_json
from . import refuse, roles_of, werewolf_of

__all__ = ["ROLES", "TEAMS", "kaggle_files", "kaggle_replay"]

_FORMAT = "kaggle"
ROLES = {"villager": "Villager", "werewolf": "Werewolf", "doctor": "Doctor", "seer": "Seer"}
TEAMS = {"village": "Villagers", "werewolves": "Werewolves"}
_REVEAL = {"none": "no_reveal", "side": "team", "role": "role"}
_FIRST = {"seats": "fixed", "rotate": "rotate", "random_start": "random"}
_TIE = {"random": "random", "nobody": "no_elected"}
_SEATS = range(6, 16)
_MODERATOR = "MODERATOR"
_NAMED = re.compile(r"player_(\d{1,2})(?!\d)")


def kaggle_files(episode: Episode) -> Iterator[dict[str, Any]]:
    """Give the one file of an episode: its ``name`` and its ``text``."""
    yield {"name": f"{episode.id}.json", "text": to_json(kaggle_replay(episode)).decode()}


def kaggle_replay(episode: Episode) -> dict[str, Any]:
    """Write a game as a replay of Kaggle's Werewolf; see the module.

    Raises:
        LudensError: it is no game of Werewolf, has a role or a rule that theirs does not know, or no winner.
    """
    game = werewolf_of(episode, _FORMAT)
    refuse(episode, _FORMAT, _unknown(game))
    winner = episode.outcome.get("winner")
    refuse(episode, _FORMAT, [(winner not in TEAMS, "a game that nobody won")])
    writer = _Writer(game, episode)
    for event in episode.events:
        writer.take(event)
    return writer.replay(episode)


def _unknown(game: Werewolf) -> Iterator[tuple[bool, str]]:
    for role in game.counts:
        yield role not in ROLES, f"the role {role!r}"
    yield game.seats not in _SEATS, f"{game.seats} seats: its games have {_SEATS[0]} to {_SEATS[-1]}"
    yield bool(game.latents), "turns that are meanings and not words"
    yield game.last_words != "none", "last words"
    yield game.sheriff, "a sheriff"
    yield game.explode, "werewolves that reveal themselves"
    yield bool(game.whispers and game.words) and game.counts["werewolf"] > 1, "whispers of werewolves"
    yield game.tie not in _TIE, f"tie={game.tie}"
    yield game.kill == "revote", "kill=revote"


class _Writer:
    def __init__(self, game: Werewolf, episode: Episode) -> None:
        self._game = game
        self._ids = [seat_name(seat) for seat in range(game.seats)]
        self._roles = [ROLES[role] for role in roles_of(episode)]
        self._teams = [TEAMS["werewolves" if role == "Werewolf" else "village"] for role in self._roles]
        self._names = [seat.name for seat in episode.seats]
        self._gone: dict[int, tuple[int, str]] = {}
        self._guarded: dict[int, int] = {}
        self._bids: dict[str, int] = {}
        self._victim: int | None = None
        self._day, self._phase, self._stage = 0, "Night", "NIGHT_START"
        self._waiting = self._voting = False
        self._in_turn = game.vote == "sequential" or game.vote_secret
        self._time = str(datetime.fromtimestamp(episode.started, UTC))
        self._events: list[list[dict[str, str]]] = []
        self._steps: list[list[dict[str, Any]]] = []
        self._views: list[list[dict[str, Any]]] = [[] for _ in self._ids]
        self._end: dict[str, Any] = {}
        self._events.append([])
        self._start()

    # what the format calls things

    @property
    def _living(self) -> list[int]:
        return [seat for seat in range(len(self._ids)) if seat not in self._gone]

    def _wolves(self) -> list[int]:
        return [seat for seat in self._living if self._roles[seat] == "Werewolf"]

    def _shown(self, seat: int, level: str) -> tuple[str | None, str | None]:
        """Give role and team of a seat as far as a level tells them."""
        return self._roles[seat] if level == "role" else None, self._teams[seat] if level != "none" else None

    def _push(
        self,
        name: str,
        description: str,
        kind: str = "NoneType",
        data: dict[str, Any] | None = None,
        *,
        to: Sequence[int] | None = None,
        source: str = _MODERATOR,
    ) -> None:
        view = {
            "event_name": name,
            "day": self._day,
            "phase": self._phase,
            "detailed_phase": self._stage,
            "description": description,
            "data": data,
            "source": source,
            "created_at": self._time,
        }
        whole = {**view, "public": to is None, "visible_to": [self._ids[seat] for seat in to or ()], "visible_in_ui": True}
        self._events[-1].append({"data_type": kind, "json_str": to_json(whole).decode()})
        for seat in range(len(self._ids)) if to is None else to:
            self._views[seat].append(view)

    def _act(self, name: str, kind: str, event: Event, seat: int, to: Sequence[int], *, source: str = _MODERATOR, **facts: Any) -> None:
        data = {"actor_id": self._ids[seat], "reasoning": None, "perceived_threat_level": None, "action": None, **facts}
        self._push(name, event.text, kind, data, to=to, source=source)

    def _divide(self, what: str) -> None:
        self._push("phase_divider", what, "PhaseDividerDataEntry", {"divider_type": what}, to=())

    def _next_step(self, *, over: bool = False) -> None:
        """Close a step: what each seat has seen in it."""
        game, living = self._game, [self._ids[seat] for seat in self._living]
        levels = {seat: game.reveal_night if phase == "Night" else game.reveal_day for seat, (_, phase) in self._gone.items()}
        revealed = {self._ids[seat]: next((word for word in self._shown(seat, level) if word), None) for seat, level in levels.items()}
        step = []
        for seat, name in enumerate(self._ids):
            observation = {
                "player_id": name,
                "role": self._roles[seat],
                "team": self._teams[seat],
                "is_alive": seat not in self._gone,
                "day": self._day,
                "detailed_phase": self._stage,
                "all_player_ids": self._ids,
                "player_thumbnails": dict.fromkeys(self._ids, ""),
                "alive_players": living,
                "revealed_players": revealed,
                "new_visible_announcements": [view["description"] for view in self._views[seat]],
                "new_player_event_views": self._views[seat],
                "game_state_phase": self._phase,
            }
            reward = self._end["scores"][name] if over else 0
            status = "DONE" if over else "ACTIVE"
            info = self._end if over else {}
            step.append({"action": {}, "info": info, "observation": {"raw_observation": observation}, "reward": reward, "status": status})
        self._steps.append(step)
        self._views = [[] for _ in self._ids]
        if not over:
            self._events.append([])

    def _start(self) -> None:
        from ...games.werewolf import discussion, night, voting

        game = self._game
        protocols = (
            ("day_discussion", _discussion(game)["name"], discussion.sentences(game)),
            ("night_werewolf_discussion", _night_vote(game)["name"], night.sentences(game)),
            ("day_voting", _day_vote(game)["name"], voting.sentences(game)),
        )
        data: dict[str, Any] = {
            "player_ids": self._ids,
            "number_of_players": len(self._ids),
            "role_counts": {role: self._roles.count(role) for role in ROLES.values()},
            "team_member_counts": {team: self._teams.count(team) for team in TEAMS.values()},
        }
        for what, name, rule in protocols:
            data |= {f"{what}_protocol_name": name, f"{what}_display_name": name, f"{what}_protocol_rule": " ".join(rule)}
        self._push("moderator_announcement", "Werewolf game begins.", "GameStartDataEntry", data)

    def take(self, event: Event) -> None:
        if handler := getattr(self, f"_on_{event.kind}", None):
            handler(event)

    def _on_role(self, event: Event) -> None:
        from ...games.werewolf.roles import role

        seat = event.data["seat"]
        data = {
            "player_id": self._ids[seat],
            "team": self._teams[seat],
            "role": self._roles[seat],
            "rule_of_role": role(event.data["role"]).sentence(self._game),
        }
        self._push("game_start", event.text, "GameStartRoleDataEntry", data, to=[seat])

    # nights

    def _on_night(self, event: Event) -> None:
        self._next_step()
        self._phase, self._stage, self._victim, self._guarded = "Night", "NIGHT_START", None, {}
        self._divide("NIGHT START")
        self._push("night_start", f"Night {self._day} begins.")
        self._divide("NIGHT VOTE START")
        self._stage = "NIGHT_AWAIT_ACTIONS"

    def _on_check(self, event: Event) -> None:
        seat, target = event.data["seer"], event.data["target"]
        self._act("inspect_action", "SeerInspectActionDataEntry", event, seat, [seat], target_id=self._ids[target])
        role, team = self._shown(target, "role" if self._game.seer_sees == "role" else "side")
        data = {"actor_id": self._ids[seat], "target_id": self._ids[target], "role": role, "team": team}
        self._push("inspect_result", event.text, "SeerInspectResultDataEntry", data, to=[seat])

    def _on_protect(self, event: Event) -> None:
        assert event.seat is not None
        self._guarded[event.seat] = event.data["target"]
        self._act("heal_action", "DoctorHealActionDataEntry", event, event.seat, [event.seat], target_id=self._ids[event.data["target"]])

    def _on_proposal(self, event: Event) -> None:
        target = event.data["target"]
        if event.seat is not None and target is not None:
            source = self._ids[event.seat]
            self._act("vote_action", "WerewolfNightVoteDataEntry", event, event.seat, self._wolves(), source=source, target_id=self._ids[target])

    def _on_attack(self, event: Event) -> None:
        # the choice of one who decides alone is no proposal
        self._on_proposal(event)
        self._victim, self._stage = event.data["target"], "NIGHT_CONCLUDE"
        data = {"elected_target_player_id": None if self._victim is None else self._ids[self._victim]}
        self._push("vote_result", event.text, "WerewolfNightEliminationElectedDataEntry", data, to=self._wolves())

    def _on_dawn(self, event: Event) -> None:
        self._stage = "NIGHT_CONCLUDE"
        for seat in event.data["dead"]:
            self._gone[seat] = (self._day, "Night")
            role, team = self._shown(seat, self._game.reveal_night)
            data = {"eliminated_player_id": self._ids[seat], "eliminated_player_role_name": role, "eliminated_player_team_name": team}
            self._push("elimination", event.text, "WerewolfNightEliminationDataEntry", data)
        if not event.data["dead"]:
            told = [seat for seat, target in self._guarded.items() if target == self._victim and self._game.doctor_told]
            if told and self._victim is not None:
                words = f"{self._ids[self._victim]} was attacked in the night and saved."
                self._push("heal_result", words, "DoctorSaveDataEntry", {"saved_player_id": self._ids[self._victim]}, to=told)
            self._push("moderator_announcement", event.text)
        self._divide("NIGHT VOTE END")
        self._divide("NIGHT END")
        self._next_step()
        self._day, self._waiting = event.data["round"], True
        self._phase, self._stage = "Day", "DAY_START"

    # days

    def _on_day(self, event: Event) -> None:
        self._next_step()
        self._day, self._waiting = event.data["round"], True
        self._phase, self._stage = "Day", "DAY_START"

    def _talk(self, stage: str = "DAY_CHAT_AWAIT") -> None:
        """Open the day, where the night has not ended the game."""
        if self._waiting:
            self._waiting = False
            self._divide("DAY START")
            self._push("day_start", f"Day {self._day} begins.")
            self._divide("DAY CHAT START")
        self._stage = stage

    def _vote(self) -> None:
        if not self._voting:
            self._talk()
            self._divide("DAY CHAT END")
            self._next_step()
            self._voting, self._stage = True, "DAY_VOTING_START"
            self._divide("DAY VOTE START")
        self._stage = "DAY_VOTING_AWAIT"

    def _on_order(self, event: Event) -> None:
        self._talk()
        data = {"chat_order_of_player_ids": [self._ids[seat] for seat in event.data["order"]]}
        self._push("discussion_order", event.text, "DiscussionOrderDataEntry", data)

    def _on_say(self, event: Event) -> None:
        assert event.seat is not None
        self._talk()
        named = sorted({int(number) for number in _NAMED.findall(event.data["text"])} & set(range(len(self._ids))))
        data = {
            "actor_id": self._ids[event.seat],
            "reasoning": None,
            "perceived_threat_level": None,
            "action": None,
            "message": event.data["text"],
            "mentioned_player_ids": [self._ids[seat] for seat in named],
        }
        self._push("discussion", event.text, "ChatDataEntry", data, source=self._ids[event.seat])

    def _on_bid(self, event: Event) -> None:
        assert event.seat is not None
        self._talk("DAY_BIDDING_AWAIT")
        self._bids[self._ids[event.seat]] = event.data["bid"]
        self._act("bid_action", "BidDataEntry", event, event.seat, [event.seat], bid_amount=event.data["bid"])

    def _on_floor(self, event: Event) -> None:
        assert event.seat is not None
        self._talk("DAY_BIDDING_CONCLUDE")
        data = {"winner_player_ids": [self._ids[event.seat]], "bid_overview": self._bids, "mentioned_players_in_previous_turn": []}
        self._push("bid_result", event.text, "BidResultDataEntry", data, to=())
        self._bids = {}

    def _on_quiet(self, event: Event) -> None:
        self._talk("DAY_BIDDING_CONCLUDE")
        self._push("moderator_announcement", event.text)
        self._bids = {}

    def _one_vote(self, seat: int, target: int | None, text: str) -> None:
        self._vote()
        to = [seat] if self._game.vote_secret else self._living
        if target is None:
            self._push("vote_action", text, to=to, source=self._ids[seat])
        else:
            one = Event("ballot", seat, text, {})
            self._act("vote_action", "DayExileVoteDataEntry", one, seat, to, source=self._ids[seat], target_id=self._ids[target])

    def _on_ballot(self, event: Event) -> None:
        assert event.seat is not None
        if self._in_turn:
            self._one_vote(event.seat, event.data["vote"], event.text)

    def _on_votes(self, event: Event) -> None:
        if not self._in_turn:
            for seat, target in event.data["votes"].items():
                words = "abstains" if target is None else f"votes for {self._ids[target]}"
                self._one_vote(int(seat), target, f"{self._ids[int(seat)]} {words}.")

    def _on_exile(self, event: Event) -> None:
        self._vote()
        self._next_step()
        self._stage, self._voting = "DAY_VOTING_CONCLUDE", False
        data: dict[str, Any]
        if (seat := event.data["seat"]) is None:
            data = {"vote_type": "day_exile", "outcome": "no_exile", "reason": "tie_or_no_majority"}
            self._push("vote_result", event.text, "dict", data)
        else:
            self._gone[seat] = (self._day, "Day")
            role, team = self._shown(seat, self._game.reveal_day)
            data = {"elected_player_id": self._ids[seat], "elected_player_role_name": role, "elected_player_team_name": team}
            self._push("elimination", event.text, "DayExileElectedDataEntry", data)
        self._divide("DAY VOTE END")
        self._divide("DAY END")

    # the end

    def _on_end(self, event: Event) -> None:
        self._next_step()
        self._phase, self._stage = "Game Over", "GAME_OVER"
        team = TEAMS[event.data["winner"]]
        gone = {seat: self._gone.get(seat, (-1, None)) for seat in range(len(self._ids))}
        self._end = {
            "winner_team": team,
            "winner_ids": [name for name, side in zip(self._ids, self._teams, strict=True) if side == team],
            "loser_ids": [name for name, side in zip(self._ids, self._teams, strict=True) if side != team],
            "scores": {name: int(side == team) for name, side in zip(self._ids, self._teams, strict=True)},
            "reason": event.text,
            "last_day": self._day,
            "last_phase": self._phase,
            "survivors_until_last_round_and_role": {self._ids[seat]: self._roles[seat] for seat in self._living},
            "all_players_and_role": dict(zip(self._ids, self._roles, strict=True)),
            "elimination_info": [
                {"player_id": self._ids[seat], "eliminated_during_day": day, "eliminated_during_phase": phase} for seat, (day, phase) in gone.items()
            ],
            "all_players": [
                {
                    "id": self._ids[seat],
                    "agent": agent,
                    "role": {},
                    "alive": seat not in self._gone,
                    "eliminated_during_day": gone[seat][0],
                    "eliminated_during_phase": gone[seat][1],
                }
                for seat, agent in enumerate(self._agents())
            ],
        }
        self._push("game_end", event.text, "GameEndResultsDataEntry", self._end)
        self._end = {**self._end, "terminated_with_agent_error": False}
        self._next_step(over=True)

    def _agents(self) -> list[dict[str, Any]]:
        game = self._game
        sees = {"reveal_level": "role" if game.seer_sees == "role" else "team"}
        saves = {"allow_self_save": game.doctor_self, "allow_consecutive_saves": game.doctor_repeats}
        return [
            {
                "id": name,
                "agent_id": shown,
                "display_name": shown,
                "role": role,
                "role_params": {"Seer": sees, "Doctor": saves}.get(role, {}),
                "thumbnail": "",
                "agent_harness_name": "ludens",
                "llms": [],
            }
            for name, shown, role in zip(self._ids, self._names, self._roles, strict=True)
        ]

    def replay(self, episode: Episode) -> dict[str, Any]:
        game = self._game
        return {
            "id": episode.id,
            "name": "werewolf",
            "title": "Werewolf",
            "description": f"{game.label}, played by ludens {episode.version}.",
            "version": "1.0.1",
            "schema_version": 1,
            "configuration": {
                "seed": episode.seed,
                "randomize_roles": False,
                "randomize_ids": False,
                "night_elimination_reveal_level": _REVEAL[game.reveal_night],
                "day_exile_reveal_level": _REVEAL[game.reveal_day],
                "agents": self._agents(),
                "discussion_protocol": _discussion(game),
                "day_voting_protocol": _day_vote(game),
                "werewolf_night_vote_protocol": _night_vote(game),
            },
            "steps": self._steps,
            "rewards": [self._end["scores"][name] for name in self._ids],
            "statuses": ["DONE" for _ in self._ids],
            "info": {"GAME_END": self._end, "MODERATOR_OBSERVATION": self._events},
        }


def _discussion(game: Werewolf) -> dict[str, Any]:
    if game.discussion == "bidding":
        return {"name": "TurnByTurnBiddingDiscussion", "params": {"max_turns": game.talk_turns, "bid_result_public": False}}
    if game.discussion == "parallel":
        return {"name": "ParallelDiscussion", "params": {"ticks": game.talk_rounds}}
    if game.talk_order == "random":
        return {"name": "RandomOrderDiscussion", "params": {}}
    return {"name": "RoundRobinDiscussion", "params": {"max_rounds": game.talk_rounds, "first_to_speak": _FIRST[game.talk_order]}}


def _day_vote(game: Werewolf) -> dict[str, Any]:
    if game.vote == "simultaneous":
        return {"name": "SimultaneousMajority", "params": {"tie_break": _TIE[game.tie]}}
    return {"name": "SequentialVoting", "params": {"first_to_vote": _FIRST[game.vote_order], "tie_break": _TIE[game.tie]}}


def _night_vote(game: Werewolf) -> dict[str, Any]:
    if game.kill == "propose":
        return {"name": "SequentialVoting", "params": {"first_to_vote": "fixed", "tie_break": "random"}}
    return {"name": "SimultaneousMajority", "params": {"tie_break": "no_elected" if game.kill == "unanimous" else "random"}}
