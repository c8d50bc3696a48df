"""What OpenSpiel's own strings leave unsaid, in words, for the games that are played most; it states no rules itself."""

from __future__ import annotations

__all__ = ["NOTES", "one_line"]

NOTES = {
    "kuhn_poker": (
        "Every player antes 1 chip and is dealt one card of a deck that has one card more than there are players, numbered from 0; the highest card wins "
        "the pot. Pass keeps to what is in the pot (or gives up once somebody has bet); Bet puts in 1 chip (or meets a bet). "
        "What you see is your card, then the moves so far: p for pass, b for bet."
    ),
    "leduc_poker": (
        "Every player antes 1 chip and is dealt one card; there are two suits, and cards 2r and 2r+1 are of the same rank r. There are two rounds of "
        "betting, with raises of 2 and then 4 chips, at most two raises a round; before the second a public card is shown. A pair with it wins, else the "
        "higher rank. In the sequences 1 is call and 2 is raise."
    ),
    "liars_dice": (
        "Every player rolls dice in secret. In turn each bids that among all dice at least so many show a face (written number-face), higher than the bid "
        "before, or says Liar. The highest face is wild. After Liar the dice are counted: if the bid holds, the bidder wins, else whoever doubted it. "
        "What you see is your dice, then the bids so far."
    ),
    "goofspiel": (
        "Every player holds the same cards. Each round a point card is shown, all bid one card of their hand at once, and the highest bid takes the points; "
        "on a tie nobody does. Most points win. In a sequence of actions a number is that of the card less one."
    ),
    "tic_tac_toe": (
        "x(row,column) puts a cross there, o(row,column) a nought; rows and columns count from 0 at the upper left. Three in a line win. player_0 is x."
    ),
    "connect_four": ("A move drops a piece into the column of that number, from 0 at the left. Four in a line, across, down or aslant, win. player_0 is x."),
    "backgammon": ("Usual backgammon; a move names both checkers as from/to, points counted from the mover's side; * hits. player_0 is x."),
}
"""By the short name of the game."""


def one_line(problem: Exception) -> str:
    """Write what OpenSpiel complains of on one line, not too long."""
    return " ".join(str(problem).split())[:200]
