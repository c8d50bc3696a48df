"""What laboratories measured in matrix games, and thresholds special to one game: prediction cards with their sources and caveats.

A range is a list ``[low, high]``. Averages hold for the payoffs and the subjects of their study, and are stated whatever the parameters of the
game at hand; the note says where they come from.
"""

from __future__ import annotations

from ..core import UNVERIFIED, VERIFIED, Prediction

__all__ = ["battle_of_the_sexes", "prisoners_dilemma", "ring_network", "travellers_dilemma"]


def prisoners_dilemma(reward: float, sucker: float, temptation: float, punishment: float, *, repeated: bool) -> tuple[Prediction, ...]:
    """Give thresholds of the repeated game and human cooperation rates."""
    if not repeated:
        return (
            Prediction(
                "human",
                "cooperation",
                [0.37, 0.47],
                "Sally (1995), Rationality and Society 7; Mengel (2018), Economic Journal 128",
                f"{UNVERIFIED}; one-shot means of two meta-studies",
            ),
        )
    risk = (temptation + punishment - sucker - reward) / (temptation - sucker)
    generosity = min(1 - (temptation - reward) / (reward - sucker), (reward - punishment) / (temptation - punishment))
    return (
        Prediction(
            "risk_dominance",
            "grim_trigger_discount",
            risk,
            "Blonski, Ockenfels and Spagnolo (2011); Dal Bo and Frechette (2011), American Economic Review 101",
            "discount factor above which grim trigger risk-dominates always defecting; human first-round cooperation rises with the distance above it "
            "(Dal Bo and Frechette 2018, Journal of Economic Literature 56)",
        ),
        Prediction(
            "generosity",
            "cooperation_after_defection",
            max(0.0, generosity),
            "Nowak and Sigmund (1992), Nature 355",
            "most forgiveness of generous tit for tat that always defecting cannot exploit",
        ),
        Prediction(
            "human",
            "cooperation",
            0.5,
            "Akata et al. (2025), Nature Human Behaviour; mean worked out from the study's data",
            f"{VERIFIED}; 195 participants, 10 rounds against language models, payoffs 8, 0, 10, 5",
        ),
    )


def battle_of_the_sexes(repeated: bool) -> tuple[Prediction, ...]:
    """Give the human coordination rate of the repeated game."""
    if not repeated:
        return ()
    return (
        Prediction(
            "human",
            "efficiency",
            0.543,
            "Akata et al. (2025), Nature Human Behaviour; share of rounds coordinated, worked out from the study's data",
            f"{VERIFIED}; 195 participants, 10 rounds against language models, payoffs 10, 7, 0; 0.616 where participants predicted the other's choice first",
        ),
    )


def travellers_dilemma(low: int, high: int, bonus: float) -> tuple[Prediction, ...]:
    """Give human claims, which depend on the bonus although the equilibrium does not."""
    return (
        Prediction(
            "human",
            "claim_share",
            {"bonus/range": [10 / 120, 50 / 120], "share of the range claimed": [(186 - 80) / 120, 0.0]},
            "Goeree and Holt (1999), PNAS 96; Capra, Goeree, Gomez and Holt (1999), American Economic Review 89",
            "claims from 80 to 200: last five of ten periods averaged 186 with bonus 10 and came close to 80 with bonus 50; "
            f"here bonus/range is {bonus / (high - low):.3g}",
        ),
    )


def ring_network(seats: int) -> tuple[Prediction, ...]:
    """Give the shares of people whose choices need one, two, three and four orders of rationality; the seat nearest the dominant action last."""
    shares = (0.93, 0.71, 0.44, 0.22)
    return (
        Prediction(
            "human",
            "rational",
            [shares[seats - seat - 1] if seats - seat <= len(shares) else None for seat in range(seats)],
            "Kneeland (2015), Econometrica 83",
            f"{UNVERIFIED}; share of subjects classified at the order of rationality that the seat needs or above, over eight games of four players with "
            "three actions; single choices differ",
        ),
    )
