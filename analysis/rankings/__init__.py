"""Rankings beyond one number a player: Nash averaging, voting rules, how cyclic strength is, and ratings with cycles.

Who came out ahead of whom comes from :mod:`.pairs`, balanced over seats and games.
"""
