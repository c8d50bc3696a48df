"""Replays of Kaggle's Werewolf: ours written as one, theirs read.

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
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from ...errors import LudensError
from ...games.core import Event, seat_name
from ...games.replies import clean_text
from ...games.werewolf.game import Werewolf
from ..record import Episode, to_json
from . import refuse, roles_of, werewolf_of

__all__ = ["KaggleEvent", "KagglePlayer", "KaggleReplay", "kaggle_files", "kaggle_replay", "load_replay"]

_FORMAT = "kaggle"
_ROLES = {"villager": "Villager", "werewolf": "Werewolf", "doctor": "Doctor", "seer": "Seer"}
_TEAMS = {"village": "Villagers", "werewolves": "Werewolves"}
_REVEAL = {"none": "no_reveal", "side": "team", "role": "role"}
_FIRST = {"seats": "fixed", "rotate": "rotate", "random_start": "random"}
_TIE = {"random": "random", "nobody": "no_elected"}
_SEATS = range(6, 16)
_MODERATOR = "MODERATOR"
_NAMED = re.compile(r"player_(\d{1,2})(?!\d)")


# -- ours as theirs ----------------------------------------------------------------------------------------------------


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
    refuse(episode, _FORMAT, [(winner not in _TEAMS, "a game that nobody won")])
    writer = _Writer(game, episode)
    for event in episode.events:
        writer.take(event)
    return writer.replay(episode)


def _unknown(game: Werewolf) -> Iterator[tuple[bool, str]]:
    for role in game.counts:
        yield role not in _ROLES, f"the role {role!r}"
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
        self._roles = [_ROLES[role] for role in roles_of(episode)]
        self._teams = [_TEAMS["werewolves" if role == "Werewolf" else "village"] for role in self._roles]
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
            "role_counts": {role: self._roles.count(role) for role in _ROLES.values()},
            "team_member_counts": {team: self._teams.count(team) for team in _TEAMS.values()},
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
        team = _TEAMS[event.data["winner"]]
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


# -- theirs read -------------------------------------------------------------------------------------------------------

_MOST_BYTES = 64 << 20
_MOST_PLAYERS = 100
_MOST_EVENTS = 200_000
_MOST_DAYS = 10_000
_PHASES = ("Day", "Night", "Game Over")
_ABSTAINS = "-1"
_ID = re.compile(r"[\w .-]{1,128}")
_READ: dict[str, tuple[str, str | None, str | None, tuple[str, ...]]] = {
    "ChatDataEntry": ("say", "actor_id", None, ("message",)),
    "BidDataEntry": ("bid", "actor_id", None, ("bid_amount",)),
    "DayExileVoteDataEntry": ("vote", "actor_id", "target_id", ()),
    "DayExileElectedDataEntry": ("exile", None, "elected_player_id", ()),
    "WerewolfNightVoteDataEntry": ("attack_vote", "actor_id", "target_id", ()),
    "WerewolfNightEliminationElectedDataEntry": ("attack", None, "elected_target_player_id", ()),
    "WerewolfNightEliminationDataEntry": ("kill", None, "eliminated_player_id", ()),
    "DoctorHealActionDataEntry": ("protect", "actor_id", "target_id", ()),
    "DoctorSaveDataEntry": ("save", None, "saved_player_id", ()),
    "SeerInspectActionDataEntry": ("check", "actor_id", "target_id", ()),
    "SeerInspectResultDataEntry": ("found", "actor_id", "target_id", ("role", "team")),
    "GameEndResultsDataEntry": ("end", None, None, ("winner_team",)),
}


class KagglePlayer(NamedTuple):
    """Who played.

    Attributes:
        id: as the players know it.
        role: villager, werewolf, doctor or seer.
        name: of the agent, as spectators see it; empty where the file has none.
    """

    id: str
    role: str
    name: str


class KaggleEvent(NamedTuple):
    """What happened.

    Attributes:
        phase: Day, Night or Game Over.
        day: as they count: the first night is day 0.
        kind: say, bid, vote, exile, attack_vote, attack, kill, protect, save, check, found or end.
        actor: the player who did it; None for the rules.
        target: the player it was done to; None for nobody.
        text: what was said, bid or found, or who won. Untrusted.
    """

    phase: str
    day: int
    kind: str
    actor: str | None
    target: str | None
    text: str


@dataclass(frozen=True)
class KaggleReplay:
    """A replay of Kaggle's Werewolf, as far as it tells what happened.

    Attributes:
        id: of the episode.
        players: in their order.
        events: in their order, those of :attr:`KaggleEvent.kind`; requests, dividers and announcements are left out.
        winner: village or werewolves; None where the game broke off.
    """

    id: str
    players: tuple[KagglePlayer, ...]
    events: tuple[KaggleEvent, ...]
    winner: str | None

    @property
    def roles(self) -> dict[str, str]:
        """The players' roles, by id."""
        return {player.id: player.role for player in self.players}


def load_replay(source: Path | bytes) -> KaggleReplay:
    """Read a replay of Kaggle's Werewolf.

    The file is not trusted: it is read up to 64 MiB, and every part is checked before it is used.

    Args:
        source: the file, or what is in it.

    Raises:
        LudensError: the file cannot be read, or is no such replay; the message says where.
    """
    content = _content(source) if isinstance(source, Path) else source
    if len(content) > _MOST_BYTES:
        raise _wrong(f"it has more than {_MOST_BYTES >> 20} MiB")
    whole = _parsed(content, "the file")
    if whole.get("name") != "werewolf":
        raise _wrong("its name is not 'werewolf'")
    info = _dict(whole.get("info"), "info")
    entries = list(_entries(info.get("MODERATOR_OBSERVATION")))
    end = _dict(info.get("GAME_END", {}), "info.GAME_END")
    players = _players(end, entries)
    ids = {player.id for player in players}
    events = tuple(event for kind, entry in entries if (event := _event(kind, entry, ids)))
    return KaggleReplay(_text(whole.get("id", ""), "id"), players, events, _winner(end))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES + 1)
    except OSError as problem:
        raise LudensError(f"cannot read {path}: {problem.strerror or problem}") from problem


def _wrong(what: str) -> LudensError:
    return LudensError(f"not a replay of Kaggle's Werewolf: {what}")


def _parsed(text: str | bytes, where: str) -> dict[str, Any]:
    try:
        return _dict(orjson.loads(text), where)
    except orjson.JSONDecodeError as problem:
        raise _wrong(f"{where} is no JSON ({problem})") from problem


def _dict(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(f"{where} should be an object")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(f"{where} should be a list")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _wrong(f"{where} should be text")
    return clean_text(value)


def _entries(steps: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    count = 0
    for step in _list(steps, "info.MODERATOR_OBSERVATION"):
        for entry in _list(step, "a step of info.MODERATOR_OBSERVATION"):
            count += 1
            if count > _MOST_EVENTS:
                raise _wrong(f"it has more than {_MOST_EVENTS} events")
            kind = _text(_dict(entry, "an event").get("data_type"), "data_type")
            if kind in _READ or kind in ("GameStartRoleDataEntry", "dict"):
                where, text = f"event {count} ({kind})", entry.get("json_str")
                if not isinstance(text, str):
                    raise _wrong(f"json_str of {where} should be text")
                yield kind, _parsed(text, where)


def _players(end: dict[str, Any], entries: Sequence[tuple[str, dict[str, Any]]]) -> tuple[KagglePlayer, ...]:
    if "all_players_and_role" in end:
        roles = _dict(end["all_players_and_role"], "all_players_and_role")
    else:
        told = [_dict(entry.get("data"), "data of a role") for kind, entry in entries if kind == "GameStartRoleDataEntry"]
        roles = {_text(data.get("player_id"), "player_id"): data.get("role") for data in told}
    if not 0 < len(roles) <= _MOST_PLAYERS:
        raise _wrong(f"it has {len(roles)} players")
    ours = {theirs: role for role, theirs in _ROLES.items()}
    names = {}
    for player in _list(end.get("all_players", []), "all_players"):
        agent = _dict(_dict(player, "a player").get("agent", {}), "an agent")
        names[_text(agent.get("id"), "id of an agent")] = _text(agent.get("display_name", ""), "display_name")
    players = []
    for name, role in roles.items():
        if not _ID.fullmatch(name):
            raise _wrong(f"{name[:40]!r} is no name of a player")
        if not isinstance(role, str) or role not in ours:
            raise _wrong(f"{name} has the unknown role {str(role)[:40]!r}")
        players.append(KagglePlayer(name, ours[role], names.get(name, "")))
    return tuple(players)


def _winner(end: dict[str, Any]) -> str | None:
    theirs = end.get("winner_team")
    for side, team in _TEAMS.items():
        if theirs == team:
            return side
    if theirs is not None:
        raise _wrong(f"winner_team is {str(theirs)[:40]!r}")
    return None


def _event(kind: str, entry: dict[str, Any], ids: set[str]) -> KaggleEvent | None:
    phase, day, data = entry.get("phase"), entry.get("day"), entry.get("data")
    if kind == "dict":
        # a day without an exile; all other plain ones repeat what an event says, or ask for something
        if not isinstance(data, dict) or data.get("outcome") != "no_exile":
            return None
        kind = "DayExileElectedDataEntry"
    elif kind not in _READ:
        return None
    name, actor, target, texts = _READ[kind]
    data = _dict(data, f"data of {kind}")
    if phase not in _PHASES:
        raise _wrong(f"the phase of {kind} should be one of: {', '.join(_PHASES)}")
    if type(day) is not int or not 0 <= day <= _MOST_DAYS:
        raise _wrong(f"the day of {kind} should be a number from 0 to {_MOST_DAYS}")
    found = next((data[field] for field in texts if data.get(field) is not None), "")
    words = str(found) if type(found) is int else _text(found, f"{texts[0] if texts else 'text'} of {kind}")
    return KaggleEvent(phase, day, name, _player(data, actor, ids, kind), _player(data, target, ids, kind), words)


def _player(data: dict[str, Any], field: str | None, ids: set[str], kind: str) -> str | None:
    value = data.get(field) if field else None
    if value is None and field != "actor_id":
        return None
    if field == "target_id" and value == _ABSTAINS:
        return None
    if not isinstance(value, str) or value not in ids:
        raise _wrong(f"{field} of {kind} names no player")
    return value
