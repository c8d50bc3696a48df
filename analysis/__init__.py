"""Reading what was played: ratings, statistics, tables."""
