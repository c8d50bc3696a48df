"""Normal-form games, once or repeated: register lines only; the rules are loaded when a game is made."""

from ..registry import register
from . import behavioural as behavioural

_HERE = "ludens.games.matrix"

register(
    "matrix-v0",
    f"{_HERE}.rules:NormalForm",
    summary="any payoff table, any number of seats",
    payoffs=(((4, 0, 2), (3, 3, 1)), ((1, 3, 2), (0, 2, 4))),
    actions=(("up", "down"), ("left", "middle", "right")),
)
register("prisoners_dilemma-v0", f"{_HERE}.dilemmas:PrisonersDilemma", summary="defection dominates, mutual cooperation is better for both")
register("stag_hunt-v0", f"{_HERE}.dilemmas:StagHunt", summary="a better and a safer equilibrium")
register("chicken-v0", f"{_HERE}.dilemmas:Chicken", summary="who swerves loses, a crash is worst")
register("hawk_dove-v0", f"{_HERE}.dilemmas:HawkDove", summary="share, take or fight over a good")
register("deadlock-v0", f"{_HERE}.dilemmas:Deadlock", summary="defection dominates, and rightly so")
register("harmony-v0", f"{_HERE}.dilemmas:Harmony", summary="cooperation dominates")
register("hero-v0", f"{_HERE}.dilemmas:Hero", summary="one should act, the other wait")
register("battle_of_the_sexes-v0", f"{_HERE}.classics:BattleOfTheSexes", summary="meet, but where?")
register("coordination-v0", f"{_HERE}.classics:Coordination", summary="all should choose the same option")
register("matching_pennies-v0", f"{_HERE}.classics:MatchingPennies", summary="one wants to match, the other to mismatch")
register("rock_paper_scissors-v0", f"{_HERE}.classics:RockPaperScissors", summary="a cycle of three, even or biased")
register("shapley-v0", f"{_HERE}.classics:Shapley", summary="three by three; fictitious play does not converge")
register("travellers_dilemma-v0", f"{_HERE}.classics:TravellersDilemma", summary="undercutting pays, down to the lowest claim")
register("blotto-v0", f"{_HERE}.contests:Blotto", summary="spread troops over battlefields; who takes more of them wins")
register("minority-v0", f"{_HERE}.crowds:Minority", summary="be on the side that fewer choose")
register("el_farol-v0", f"{_HERE}.crowds:ElFarol", summary="go out unless too many do")
register("ring_network-v0", f"{_HERE}.generated:RingNetwork", summary="each looks at the next; reason from the last player back")
register("random_game-v0", f"{_HERE}.generated:RandomGame", summary="uniform random payoffs")
register("topology-v0", f"{_HERE}.topology:Topology", summary="one of the 144 strictly ordinal two-by-two games")
