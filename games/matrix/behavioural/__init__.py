"""Behavioural and market games: public goods, guessing, price and quantity competition, auctions, dictator, ultimatum, trust."""

from ...registry import register

_HERE = "ludens.games.matrix.behavioural"

register("public_goods-v0", f"{_HERE}.public_goods:PublicGoods", summary="contribute to a common pot; with or without punishment and talk")
register("beauty_contest-v0", f"{_HERE}.beauty_contest:BeautyContest", summary="guess p times the average guess")
register("bertrand-v0", f"{_HERE}.bertrand:Bertrand", summary="firms set prices; logit demand")
register("cournot-v0", f"{_HERE}.cournot:Cournot", summary="firms choose quantities; linear demand")
register("first_price_auction-v0", f"{_HERE}.auctions:FirstPriceAuction", summary="sealed bids, private values; the winner pays its bid")
register("second_price_auction-v0", f"{_HERE}.auctions:SecondPriceAuction", summary="sealed bids, private values; the winner pays the second-highest bid")
register("dictator-v0", f"{_HERE}.dictator:Dictator", summary="one seat divides a pie")
register("dictator_choice-v0", f"{_HERE}.dictator_choice:DictatorChoice", summary="one seat picks one of two allocations under a stated preference")
register("ultimatum-v0", f"{_HERE}.ultimatum:Ultimatum", summary="an offer that is taken or leaves both with nothing")
register("trust-v0", f"{_HERE}.trust:Trust", summary="what is sent is multiplied; some may be returned")
