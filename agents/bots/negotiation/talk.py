"""What the two-party bots say: a greeting, a reaction to the other's offer, a claim, a line for the act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from ....games.negotiation.division import ItemDivision
from ....games.negotiation.exchange import ResourceExchange
from ....games.negotiation.haggling import SELLER, Haggling
from ....games.negotiation.text import several

if TYPE_CHECKING:
    from .tactics import BargainBot

__all__ = ["Scene", "speak"]


class Scene(StrEnum):
    """What kind of act the words go with."""

    OFFER = "offer"
    COUNTER = "counter"
    ACCEPT = "accept"
    REJECT = "reject"
    WALK = "walk"


CLAIM_RATE = 0.6
POOR = 0.35
"""Offers worth less than this part of what a bot hopes for count as poor."""

GREETINGS: Mapping[str, Sequence[str]] = {
    "fair": (
        "Hello! Let us find something that is right for both of us.",
        "Good day. I am sure we can be fair with each other.",
        "Hi, I like deals that both can defend.",
    ),
    "greedy": ("Hi. I know what I want.", "Let us get to it.", "Hello. I hope you brought a good offer."),
    "generous": ("Hello, how nice to meet you!", "Hi there! I would love this to work for you too.", "Good day! I am easy to get along with."),
    "tough": ("I have done this many times, so let us not waste words.", "My position is firm, just so you know.", "Hello. I do not give presents."),
    "deceptive": (
        "Hello friend! I will be completely open with you.",
        "Hi! You can trust me, I have nothing to hide.",
        "Good day! Honest dealing is all I care about.",
    ),
    "cautious": ("Hello. I hope we can agree without a fight.", "Hi. I would rather have a small deal than none.", "Good day, let us take this step by step."),
}
LINES: Mapping[str, Mapping[Scene, Sequence[str]]] = {
    "fair": {
        Scene.OFFER: ("I propose this, it seems balanced to me.", "Would this do justice to both of us?", "Here is a start that I could defend to anybody."),
        Scene.COUNTER: ("Could we meet about here?", "I have moved, please move a little too.", "How about this, so that neither of us loses out?"),
        Scene.ACCEPT: ("That is fair, agreed. Thank you!", "Deal. A good solution for both.", "Yes, I am happy with that, thanks."),
        Scene.REJECT: ("I cannot call that fair, sorry.", "That leaves too little on my side.", "No, but please try again."),
        Scene.WALK: (
            "There is nothing here for both of us. Goodbye.",
            "We do not fit together this time, sorry.",
            "I would rather stop here, without hard feelings.",
        ),
    },
    "greedy": {
        Scene.OFFER: ("This is what I want.", "Take this and we are done.", "I think I deserve this much."),
        Scene.COUNTER: ("I want more than that.", "Better, but not enough for me.", "Come closer to my side."),
        Scene.ACCEPT: ("I take it.", "Good for me. Deal.", "Fine, that will do nicely."),
        Scene.REJECT: ("No. I want more.", "Not enough.", "You have to do better than that."),
        Scene.WALK: ("There is nothing in this for me.", "I am off.", "This does not pay."),
    },
    "generous": {
        Scene.OFFER: ("I hope you like this, I left you the better part.", "Would this make you happy?", "Take what you need, I am content with this."),
        Scene.COUNTER: ("I can give way a bit more, look.", "Let me meet you, here you are.", "I see your point, so I have added something for you."),
        Scene.ACCEPT: ("With pleasure, thank you so much!", "Lovely, agreed!", "Of course, and thank you for the offer."),
        Scene.REJECT: ("I am sorry, that is just below what I need.", "I would love to, but I cannot.", "Nearly! Please add a little."),
        Scene.WALK: ("I wish you well, but I cannot make this work.", "Sorry, and all the best to you.", "Thank you for your time, goodbye."),
    },
    "tough": {
        Scene.OFFER: ("This is my offer and I will not move much.", "Take it, I have other places to be.", "You will not get better terms from me."),
        Scene.COUNTER: ("I am not moving for that.", "I told you where I stand.", "You are wasting both our time."),
        Scene.ACCEPT: ("All right. Done.", "Acceptable. Let us close it.", "Good, you understood."),
        Scene.REJECT: ("No.", "Out of the question.", "That is an insult, not an offer."),
        Scene.WALK: ("Enough. I am leaving.", "You had your chances. Goodbye.", "I said I would walk, and I walk."),
    },
    "deceptive": {
        Scene.OFFER: ("I am giving you the best I have, honestly.", "This costs me a lot, but I like you.", "Believe me, nobody would offer you more."),
        Scene.COUNTER: ("That is the furthest I can possibly go.", "I lose on this already, really.", "I have another offer waiting, but I prefer you."),
        Scene.ACCEPT: ("You drive a hard bargain. Agreed.", "That hurts, but all right.", "Only because it is you. Deal."),
        Scene.REJECT: ("I truly cannot, it would ruin me.", "My hands are tied, sorry.", "If only I could. No."),
        Scene.WALK: ("Somebody else has just offered me more. Goodbye.", "I tried everything for you. Farewell.", "Sorry, I am not allowed to go on."),
    },
    "cautious": {
        Scene.OFFER: ("Perhaps something like this?", "I am not sure, but maybe this could work.", "If it is all right with you, I suggest this."),
        Scene.COUNTER: (
            "I could come down a little, maybe.",
            "Would this be safer for both of us?",
            "I do not want us to end with nothing, so how about this?",
        ),
        Scene.ACCEPT: ("Yes, I would rather have that than risk nothing. Thank you.", "All right, agreed, thanks.", "That is good enough for me."),
        Scene.REJECT: ("I am afraid that is too little for me.", "Sorry, I do not dare to take that.", "Hmm, no, not yet."),
        Scene.WALK: ("I think it is safer to stop here.", "Sorry, this is not for me.", "I had better go, goodbye."),
    },
}
REACTIONS: Mapping[str, Mapping[bool, Sequence[str]]] = {
    "fair": {True: ("That is rather one-sided.", "Please think of my side as well."), False: ("Thank you for the offer.", "We are getting somewhere.")},
    "greedy": {True: ("You must be joking.", "That is nothing."), False: ("Not bad.", "Go on.")},
    "generous": {True: ("I understand that you have to try.", "No offence taken."), False: ("That is kind of you.", "Thank you, I appreciate it.")},
    "tough": {True: ("Are you serious? I am getting angry.", "Do not insult me with that."), False: ("You can do better.", "I have heard worse.")},
    "deceptive": {True: ("I thought we were friends.", "That breaks my heart."), False: ("You are very clever.", "Others offered me the same.")},
    "cautious": {True: ("Oh, that is very little.", "That worries me a bit."), False: ("That sounds reasonable.", "Thank you, that helps.")},
}
WANTS = {
    True: ("What I care about most is {want}.", "I really need {want}; I care less for {spare}.", "{spare} you can have more easily than {want}."),
    False: ("Parting with {want} hurts me most.", "I hardly care for {spare}, take that as a favour.", "To be frank, all I need is {want}."),
}
LIMITS = {
    SELLER: ("I cannot go below {limit}.", "It is worth {limit} to me as it stands.", "Anything under {limit} and I lose money."),
    1 - SELLER: ("I cannot go above {limit}.", "My budget ends at {limit}.", "It is worth {limit} to me and not more."),
}
STANDING = {
    True: ("We both gain nothing if we fail.", "Time is on nobody's side here.", "A deal now is worth more than a better one later."),
    False: ("I can wait as long as it takes.", "I do not need this deal at all.", "Others would pay dearly to be in your place."),
}
OPEN_LIMIT = ("generous", "cautious")
"""Honest styles that tell their true limit; the others only keep silent about it."""


def speak(bot: BargainBot, choice: Mapping[str, Any], scene: Scene, *, offered: float | None, demand: float, first: bool) -> str:
    """Put together what a bot says with an act.

    Args:
        bot: who speaks.
        choice: its act.
        scene: what kind of act that is.
        offered: what the open offer of the other side is worth to it.
        demand: what it wants now.
        first: it has not spoken before.
    """
    parts = [_any(bot, GREETINGS[bot.style])] if first else []
    if offered is not None and scene in (Scene.COUNTER, Scene.REJECT):
        parts.append(_any(bot, REACTIONS[bot.style][offered - bot.base < POOR * (bot.best - bot.base)]))
    if scene in (Scene.OFFER, Scene.COUNTER) and bot.rng.random() < CLAIM_RATE:
        parts.append(_claim(bot))
    parts.append(_any(bot, LINES[bot.style][scene]))
    return " ".join(part for part in parts if part)


def _any(bot: BargainBot, lines: Sequence[str]) -> str:
    return lines[int(bot.rng.integers(len(lines)))]


def _claim(bot: BargainBot) -> str:
    """Claim something about what one wants or could accept: true for honest bots, the reverse for others."""
    game, honest = bot.game, bot.tactic.honest
    own = bot.private[bot.seat]
    if isinstance(game, Haggling):
        if honest and bot.style not in OPEN_LIMIT:
            return f"It is listed at {bot.setting['list_price']}, after all."
        limit = own["limit"] if honest else _bluff(bot, own["limit"])
        return _any(bot, LIMITS[bot.seat]).format(limit=limit)
    if isinstance(game, ItemDivision):
        worth = np.array(own["values"]) * np.array(bot.setting["pool"])
        return _wants(bot, [f"the {several(name) if count > 1 else name}" for name, count in zip(game.items, bot.setting["pool"], strict=True)], worth)
    if isinstance(game, ResourceExchange) and "values" in own:
        return _wants(bot, list(game.resources), np.array(own["values"]))
    return _any(bot, STANDING[honest])


def _wants(bot: BargainBot, names: Sequence[str], worth: Any) -> str:
    most, least = names[int(np.argmax(worth))], names[int(np.argmin(worth))]
    if most == least:
        return _any(bot, STANDING[bot.tactic.honest])
    if not bot.tactic.honest:
        most, least = least, most
    line = _any(bot, WANTS[bot.tactic.honest]).format(want=most, spare=least)
    return line[0].upper() + line[1:]


def _bluff(bot: BargainBot, limit: int) -> int:
    step = int(bot.setting["step"])
    factor = 1.2 if bot.seat == SELLER else 0.8
    return step * max(1, round(limit * factor / step))
