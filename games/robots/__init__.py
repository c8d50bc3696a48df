"""Robots: three tasks for two or three robots who act at once and need each other, without physics."""

from ..registry import register

register(
    "sweep_floor-v0",
    "ludens.games.robots.sweep_floor:SweepFloor",
    summary="a dustpan and a broom bring the right cubes into the bin (after RoCoBench and ReAd)",
)
register(
    "make_sandwich-v0",
    "ludens.games.robots.make_sandwich:MakeSandwich",
    summary="two robots with a side of the table each stack a sandwich in order (after RoCoBench and ReAd)",
)
register(
    "sort_cubes-v0",
    "ludens.games.robots.sort_cubes:SortCubes",
    summary="three robots in a line pass cubes on to their panels (after RoCoBench and ReAd)",
)
