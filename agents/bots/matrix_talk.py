"""What the bots for matrix games say: templates by style and situation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .matrix import MatrixBot

__all__ = ["TEMPLATES", "speak"]

TEMPLATES: dict[str, dict[str, tuple[str, ...]]] = {
    "fair": {
        "open": (
            "I suggest that {plan}. I will keep to it as long as you do.",
            "Let us do what is best for all of us: {plan}.",
            "My offer: {plan}. I answer in kind, so let us both be reliable.",
        ),
        "well": (
            "That went well. Again: {plan}.",
            "Thank you for keeping to it. I stay with {mine}.",
            "Good. As before, {plan}.",
        ),
        "hurt": (
            "That was not what I had hoped for. Come back to {theirs} and I will come back to {mine}.",
            "I cannot let that pass. Once you are back at {theirs}, so am I at {mine}.",
            "I will look after myself until you return to {theirs}.",
        ),
    },
    "greedy": {
        "open": ("I will look at what you do and take what pays.", "No promises. I go where the payoff is.", "Let us see what you do first."),
        "well": ("I have a good idea of what you do by now.", "I take what pays best against your play so far.", "Keep playing as you do."),
    },
    "generous": {
        "open": (
            "I will choose {mine}, whatever you do. Together we gain most if {plan}.",
            "You can rely on me for {mine}.",
            "I trust you. My choice is {mine}.",
        ),
        "well": ("Lovely. I stay with {mine}.", "Again {mine} from me, as promised.", "We are doing well together."),
        "hurt": ("No hard feelings. I stay with {mine}.", "I still choose {mine}, and hope for {theirs} from you.", "Mistakes happen. {mine} again from me."),
    },
    "tough": {
        "open": (
            "My terms: {plan}. Leave them once and I will not forget it.",
            "I choose {mine} and expect {theirs}. There will be no second chance.",
            "Here is how we play: {plan}. I do not bargain.",
        ),
        "well": ("You know the terms. Keep to them.", "Good. Do not try anything else.", "{theirs} again, as agreed."),
        "hurt": ("You broke the terms. From now on you get nothing from me.", "I warned you.", "You had your chance."),
    },
    "deceptive": {
        "open": (
            "I promise to choose {mine}. Shall we say that {plan}?",
            "You have my word: {mine} from me this round.",
            "We should help each other. I will take {mine}, you can count on it.",
        ),
        "well": ("I am with you: {mine} again.", "As agreed, {mine} from me.", "You can trust me, I choose {mine} this round."),
        "hurt": (
            "Let us start afresh: {mine} from me, {theirs} from you.",
            "Sorry for the mix-up. This time {mine}, I promise.",
            "I will choose {mine} now, really.",
        ),
    },
    "cautious": {
        "open": ("I prefer to be on the safe side.", "I would rather not risk anything.", "I will make sure that I do not lose much."),
        "well": ("I stay on the safe side.", "No risks for me.", "I keep doing what is safe."),
    },
}
"""Lines by style and mood: ``open`` in the first round, ``well`` when the others kept to the target in the last one, ``hurt`` when somebody did not."""

_CONSTANT: tuple[str, ...] = (
    "May the better one win.",
    "Your gain is my loss here, so I keep my choice to myself.",
    "Try to guess what I do.",
    "I will not tell you what I choose.",
)


def speak(bot: MatrixBot, most: int) -> str | None:
    """Choose a line that fits the moment and the limit of ``most`` characters; None when none is short enough."""
    goal = bot.target()
    lines = _CONSTANT
    if goal is not None:
        moods = TEMPLATES[bot.style]
        hurt = bool(bot.kept) and not all(kept for seat, kept in enumerate(bot.kept[-1]) if seat != bot.seat)
        lines = moods["open"] if not bot.kept else moods.get("hurt" if hurt else "well", moods["well"])
        theirs = sorted({bot.game.shown[seat][action] for seat, action in enumerate(goal) if seat != bot.seat})
        mine, named = bot.game.shown[bot.seat][goal[bot.seat]], " and ".join(theirs) or "nothing"
        if bot.view.seats != 2:
            plan = "everybody does what brings us the highest total"
        else:
            plan = f"we both choose {mine}" if named == mine else f"I choose {mine} and you choose {named}"
        lines = tuple(line.format(mine=mine, theirs=named, plan=plan) for line in lines)
    fitting = [line for line in lines if len(line) <= most]
    return fitting[int(bot.rng.integers(len(fitting)))] if fitting else None
