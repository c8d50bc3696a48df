"""Reports and replays: plain data in, a self-contained page or terminal text out."""

from .displays import Display, Section, add_display
from .pages import render_replay, render_report
from .summary import Estimate, RunSummary, Transcript
from .terminal import print_replay, print_report
from .transcript import transcribe

__all__ = [
    "Display",
    "Estimate",
    "RunSummary",
    "Section",
    "Transcript",
    "add_display",
    "print_replay",
    "print_report",
    "render_replay",
    "render_report",
    "transcribe",
]
