"""What the bots for behavioural and market games say: templates by style and mood, filled with what the bot claims it will do."""

from __future__ import annotations

import numpy as np

__all__ = ["TEMPLATES", "speak"]

TEMPLATES: dict[str, dict[str, tuple[str, ...]]] = {
    "fair": {
        "open": (
            "I will {claim}. Let us all do what is good for everybody.",
            "My plan is to {claim}; I will answer in kind.",
            "I am going to {claim}. If you do your part, I will keep doing mine.",
        ),
        "well": ("Thank you all. I will {claim}.", "That went well; I will {claim}.", "Good. Again I will {claim}."),
        "hurt": ("That was not fair, so I will {claim}.", "I expected better. This time I will {claim}.", "I match what I get: I will {claim}."),
    },
    "greedy": {
        "open": ("I will {claim}. That is what pays me best.", "No illusions: I will {claim}.", "I look after myself and will {claim}."),
        "well": ("I will {claim}, because it pays.", "Nothing personal, I will {claim}.", "The numbers say that I should {claim}."),
    },
    "generous": {
        "open": ("I will {claim}, whatever you do.", "I am glad to {claim}.", "You can count on me: I will {claim}."),
        "well": ("Lovely. I will {claim} again.", "I am happy to {claim}.", "I will {claim}; we all do well that way."),
        "hurt": ("No hard feelings, I will still {claim}.", "I keep my word and will {claim}.", "Even so, I will {claim}."),
    },
    "tough": {
        "open": (
            "I will {claim}. Take it as it is.",
            "Here are my terms: I will {claim}. I do not bargain.",
            "I will {claim}, and I forget nothing.",
        ),
        "well": ("You know my terms: I will {claim}.", "I will {claim}. Do not test me.", "As before, I will {claim}."),
        "hurt": ("You had your chance. I will {claim}.", "That was a mistake of yours. I will {claim}.", "I warned you: I will {claim}."),
    },
    "deceptive": {
        "open": ("I promise to {claim}.", "You have my word, I will {claim}.", "Trust me: I will {claim}. We are in this together."),
        "well": ("As promised, I will {claim}.", "I am with you and will {claim}.", "You can rely on me to {claim}."),
        "hurt": ("Sorry for the mix-up; this time I will {claim}.", "Let us start afresh: I will {claim}.", "I really will {claim} now."),
    },
    "cautious": {
        "open": ("I would rather be safe, so I will {claim}.", "I take no risks and will {claim}.", "To be on the safe side I will {claim}."),
        "well": ("Still careful: I will {claim}.", "I stay on the safe side and will {claim}.", "No risks for me; I will {claim}."),
    },
}
"""Lines by style and mood: ``open`` before anything has happened, ``hurt`` when somebody let the bot down in the last round, else ``well``."""


def speak(style: str, mood: str, claim: str, most: int, rng: np.random.Generator) -> str | None:
    """Choose a line of at most ``most`` characters; None when none is short enough."""
    moods = TEMPLATES[style]
    lines = [line.format(claim=claim) for line in moods.get(mood, moods["well"])]
    fitting = [line for line in lines if len(line) <= most]
    return fitting[int(rng.integers(len(fitting)))] if fitting else None
