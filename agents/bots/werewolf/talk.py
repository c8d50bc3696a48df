"""What a bot wants to say: acts of speech by role and manner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ....games.werewolf.speech import MOST_ACTS, NOT_WEREWOLF, WEREWOLF, Kind, Reason, SpeechAct

if TYPE_CHECKING:
    from .bot import WerewolfBot

__all__ = ["wanted"]

_SUSPICION = 1.25
"""A seat is accused when it is so many times likelier to be a werewolf than a seat of which nothing is known."""


def wanted(bot: WerewolfBot) -> Sequence[SpeechAct]:
    """Give what a bot wants to say now, one to three acts."""
    if bot.manner.speaker == "level1":
        return _least_suspicious(bot)
    acts = _plain(bot, accuse=bot.manner.wolf in ("aggressive", "fake_seer"))
    return acts[:MOST_ACTS] or _small(bot)


def _plain(bot: WerewolfBot, *, accuse: bool) -> list[SpeechAct]:
    ledger = bot.ledger
    if ledger.role in ("werewolf", "possessed", "minion"):
        return _lie(bot, accuse=accuse)
    if ledger.role in ("seer", "medium"):
        reports = _reports(bot)
        if reports:
            return reports
    if ledger.role in ("doctor", "bodyguard") and bot.pressed >= 2:
        role = SpeechAct(Kind.CLAIM, role=ledger.role)
        return [role, *([SpeechAct(Kind.PROTECTED, ledger.protected)] if ledger.protected is not None else [])]
    return _suspect(bot)


def _reports(bot: WerewolfBot) -> list[SpeechAct]:
    """What a true seer or medium tells, and when."""
    ledger, manner = bot.ledger, bot.manner
    kind = Kind.CHECK if ledger.role == "seer" else Kind.IDENTIFIED
    told = {(said.act.target, said.act.result == WEREWOLF) for said in ledger.said if said.speaker == bot.seat and said.act.kind is kind}
    news = [(night, target, wolf) for night, target, wolf in ledger.checks if (target, wolf) not in told]
    found = any(wolf and target in ledger.alive for _, target, wolf in ledger.checks)
    ready = bool(told) or manner.seer == "honest" or (found and (manner.seer == "finds" or bot.pressed > 0)) or bot.pressed >= 2
    if not ready or not news:
        return []
    claim = [] if told else [SpeechAct(Kind.CLAIM, role=ledger.role)]
    # a werewolf found is told before all else
    news.sort(key=lambda item: (not item[2], -item[0]))
    return [*claim, *(SpeechAct(kind, target, result=WEREWOLF if wolf else NOT_WEREWOLF, night=night or None) for night, target, wolf in news)]


def _suspect(bot: WerewolfBot) -> list[SpeechAct]:
    """What a villager says: trust in a claim, a suspicion with its reason, a question."""
    ledger = bot.ledger
    target, strength = bot.suspect()
    acts: list[SpeechAct] = []
    if target is not None and strength >= _SUSPICION:
        acts.append(SpeechAct(Kind.ACCUSE, target, reason=_reason(bot, target)))
        backing = [said.speaker for said in ledger.today(Kind.CHECK) if said.act.target == target and said.act.result == WEREWOLF and said.speaker != bot.seat]
        acts += [SpeechAct(Kind.AGREE, backing[0])] if backing else []
        acts.append(SpeechAct(Kind.CALL_VOTE, target))
    elif quiet := [seat for seat in sorted(ledger.alive) if seat < bot.seat and not ledger.spoke(seat)]:
        acts.append(SpeechAct(Kind.ASK, quiet[0]))
    return acts


def _reason(bot: WerewolfBot, target: int) -> Reason | None:
    ledger = bot.ledger
    if any(vote.voter == target and vote.target in {seat for _, seat in ledger.killed} for vote in ledger.votes):
        return Reason.VOTE_RECORD
    if any(said.act.kind in (Kind.CLAIM, Kind.CHECK, Kind.COUNTER) for said in ledger.said if said.speaker == target):
        return Reason.CONTRADICTION
    if not any(said.speaker == target for said in ledger.said):
        return Reason.SILENCE
    return None


# -- lies --------------------------------------------------------------------------------------------------------------


def _lie(bot: WerewolfBot, *, accuse: bool) -> list[SpeechAct]:
    ledger, manner = bot.ledger, bot.manner
    seers = [seat for seat in ledger.claimants("seer") if seat not in ledger.pack]
    accused_by = [
        said.speaker for said in ledger.today(Kind.CHECK) if said.act.target == bot.seat and said.act.result == WEREWOLF and said.speaker not in ledger.pack
    ]
    fellow_claims = any(seat in ledger.pack and seat != bot.seat for seat in ledger.claimants("seer"))
    mine = bot.seat in ledger.claimants("seer")
    if mine or (not fellow_claims and "seer" in bot.game.counts and (manner.wolf == "fake_seer" or ledger.role == "possessed")):
        return _fake(bot, seers, claimed=mine)
    if accused_by:
        return [SpeechAct(Kind.COUNTER, accused_by[0], role="seer"), SpeechAct(Kind.DENY, role=WEREWOLF)]
    if manner.wolf == "bus" and (lost := bot.lost_fellow()) is not None:
        return [SpeechAct(Kind.ACCUSE, lost), SpeechAct(Kind.CALL_VOTE, lost)]
    target = bot.scapegoat()
    if accuse and target is not None:
        return [SpeechAct(Kind.ACCUSE, target, reason=_reason(bot, target)), SpeechAct(Kind.CALL_VOTE, target)]
    crowd = [said.speaker for said in ledger.today(Kind.ACCUSE) if said.act.target == target and said.speaker != bot.seat]
    return [SpeechAct(Kind.AGREE, crowd[0])] if crowd else []


def _fake(bot: WerewolfBot, seers: Sequence[int], *, claimed: bool) -> list[SpeechAct]:
    """Claim to be the seer and report one made-up check a night: the rival first, then whom the village trusts, at times a fellow cleared."""
    ledger = bot.ledger
    reported = ledger.reports(bot.seat)
    rivals = [seat for seat in seers if seat != bot.seat and seat not in reported]
    pool = [seat for seat in sorted(ledger.alive) if seat != bot.seat and seat not in reported]
    fellows = [seat for seat in pool if seat in ledger.pack]
    acts = [] if claimed else [SpeechAct(Kind.CLAIM, role="seer")]
    if len(reported) >= max(1, ledger.round):
        target = next((seat for seat, wolf in reported.items() if wolf and seat in ledger.alive), None)
        return [*acts, *([SpeechAct(Kind.CALL_VOTE, target)] if target is not None else [])]
    if rivals:
        return [*acts, SpeechAct(Kind.COUNTER, rivals[0], role="seer"), SpeechAct(Kind.CHECK, rivals[0], result=WEREWOLF, night=ledger.round or None)]
    if fellows and bot.rng.random() < 0.3:
        return [*acts, SpeechAct(Kind.CHECK, fellows[0], result=NOT_WEREWOLF, night=ledger.round or None)]
    others = [seat for seat in pool if seat not in ledger.pack]
    if not others:
        return acts
    target = others[int(bot.rng.integers(len(others)))]
    return [*acts, SpeechAct(Kind.CHECK, target, result=WEREWOLF, night=ledger.round or None), SpeechAct(Kind.CALL_VOTE, target)]


def _small(bot: WerewolfBot) -> list[SpeechAct]:
    return [SpeechAct(Kind.SMALLTALK)]


# -- level 1 -----------------------------------------------------------------------------------------------------------


def _least_suspicious(bot: WerewolfBot) -> Sequence[SpeechAct]:
    """Say, of several things, the one after which somebody who saw only the open events would least take the speaker for a werewolf.

    Who has something to report, and means to, reports it.
    """
    ledger = bot.ledger
    if ledger.role in ("seer", "medium") and (reports := _reports(bot)):
        return reports[:MOST_ACTS]
    choices: list[list[SpeechAct]] = [_small(bot)]
    own = _plain(bot, accuse=True)[:MOST_ACTS]
    if own:
        choices += [own, own[:1]]
    target, _ = bot.suspect()
    if ledger.role == "werewolf":
        target = bot.scapegoat()
    if target is not None:
        choices += [[SpeechAct(Kind.ACCUSE, target)], [SpeechAct(Kind.ACCUSE, target), SpeechAct(Kind.CALL_VOTE, target)]]
    claims = [seat for seat in ledger.claimants("seer") if seat != bot.seat]
    if claims:
        choices += [[SpeechAct(Kind.AGREE, claims[0])], [SpeechAct(Kind.DEFEND, claims[0])], [SpeechAct(Kind.COUNTER, claims[0], role="seer")]]
    if ledger.role == "werewolf" and "seer" in bot.game.counts:
        choices.append(_fake(bot, [seat for seat in claims if seat not in ledger.pack], claimed=bot.seat in ledger.claimants("seer"))[:MOST_ACTS])
    open_belief = bot.open_belief()
    looks = np.array([open_belief.if_said(bot.seat, acts) for acts in choices if acts])
    return [acts for acts in choices if acts][int(np.argmin(looks))]
