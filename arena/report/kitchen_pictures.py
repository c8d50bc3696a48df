"""Films of the kitchen as files: every frame painted with Pillow, put together as a GIF by it or as an MP4 by imageio."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import LudensError, MissingExtra
from ...games.core import seat_name
from ...games.overcooked.game import ACTIONS
from ...games.overcooked.kitchen import Cell
from ...games.overcooked.text import points
from ...games.words import number
from ..record import Episode
from .kitchen import Film, Frame, Stew, code, film
from .kitchen_shapes import HATS, HELD, LIGHT, PICTURES, Shape, deeper
from .plain import visible

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Painter", "write_film"]

STEPS_A_SECOND = 8
BETWEEN = 3
"""Pictures an MP4 has a step: cooks glide there. A GIF has one."""
_FINE = 4
"""Pictures are drawn so many times larger, and shrunk: that makes edges smooth."""
_WIDE = 640
_PAPER, _INK, _MUTED = "#fbfaf7", "#1d2126", "#676e77"
_MOST_CHARS = 300


def write_film(episode: Episode, path: Path, kind: str) -> None:
    """Write an episode as a film that plays eight steps a second.

    Args:
        episode: what was played.
        path: where to; written whole or not at all.
        kind: ``gif``, a picture a step, or ``mp4``, in which cooks glide.

    Raises:
        MissingExtra: Pillow, or for an MP4 imageio with its ffmpeg, is not installed.
        RecordError: the moves cannot be replayed.
        LudensError: the file cannot be written.
    """
    writer = _writer(kind)
    shown = film(episode)
    fresh = path.with_name(f"{path.stem}.new.{kind}")
    try:
        writer(Painter(shown), len(shown.frames), fresh)
        fresh.replace(path)
    except OSError as problem:
        raise LudensError(f"cannot write {path}: {problem.strerror or problem}") from problem
    finally:
        fresh.unlink(missing_ok=True)


def _writer(kind: str) -> Any:
    try:
        import PIL  # noqa: F401

        if kind == "mp4":
            import imageio_ffmpeg  # noqa: F401
            from imageio import v2  # noqa: F401
    except ImportError as problem:
        raise MissingExtra(f"a film as {kind.upper()}", "video") from problem
    return {"gif": _write_gif, "mp4": _write_mp4}[kind]


def _write_gif(painter: Painter, frames: int, path: Path) -> None:
    from PIL import Image, ImageColor

    exact = [ImageColor.getrgb(colour)[:3] for colour in {*LIGHT.values(), *HATS, _PAPER, _INK, _MUTED}]
    mixed = painter.sampler().quantize(256 - len(exact), Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(part for colour in sorted(exact) for part in colour), *mixed])
    pictures = (painter.paint(step).quantize(palette=palette, dither=Image.Dither.NONE) for step in range(frames))
    # the last picture stays a while before the film begins anew
    durations = [1000 // STEPS_A_SECOND // 10 * 10] * (frames - 1) + [2000]
    next(pictures).save(path, "GIF", save_all=True, append_images=pictures, duration=durations, loop=0)


def _write_mp4(painter: Painter, frames: int, path: Path) -> None:
    import numpy as np
    from imageio import v2

    settings: dict[str, Any] = {"fps": BETWEEN * STEPS_A_SECOND, "codec": "libx264", "macro_block_size": 2, "quality": 8, "ffmpeg_log_level": "error"}
    writer: Any = v2.get_writer(path, format="FFMPEG", **settings)
    with writer as out:
        for picture in range((frames - 1) * BETWEEN + 1):
            out.append_data(np.asarray(painter.paint(picture / BETWEEN)))


class Painter:
    """Paints the frames of a film.

    Args:
        shown: the film.
    """

    def __init__(self, shown: Film) -> None:
        self.film = shown
        self.cell = max(24, min(96, _WIDE // shown.kitchen.width)) // 2 * 2
        self.head = self.cell // 2 + 22
        self.talks = any(cook.said for frame in shown.frames for cook in frame.cooks)
        self._words = 20
        self.foot = self.head + shown.kitchen.height * self.cell + self.cell // 16 * 2
        self.size = (shown.kitchen.width * self.cell, (self.foot + (self._words * len(shown.names) + 8) * self.talks + 1) // 2 * 2)

    def paint(self, at: float) -> Image:
        """Paint the film at a time in steps; between two the cooks are on their way."""
        step = -int(-at // 1)
        frame, before = self.film.frames[step], self.film.frames[max(0, step - 1)]
        share = at - (step - 1) if step else 1.0
        picture = self._ground.copy()
        for cell, stew in frame.pots.items():
            self._pot(picture, cell, stew)
        for cell, thing in frame.counters.items():
            self._put(picture, stamp(str(code(thing)), round(0.66 * self.cell)), cell, (50, 47))
        for seat in sorted(range(len(frame.cooks)), key=lambda seat: frame.cooks[seat].cell[1]):
            self._cook(picture, frame, seat, before.cooks[seat].cell, share)
        for served in frame.served:
            earned = f"+{number(served.value)}" if served.value else "0"
            point = ((served.cell[0] + 0.5) * self.cell, self.head + served.cell[1] * self.cell + 2)
            _write(picture, point, earned, size=0.34 * self.cell, colour=LIGHT["done"], anchor="ma", edge=3)
        self._caption(picture, frame)
        return picture

    def sampler(self) -> Image:
        """Paint one picture that holds every colour of the film."""
        from PIL import Image

        size = self.cell
        looks = [stamp(name, size) for name in PICTURES if name not in ACTIONS]
        looks += [stamp(name, size, HATS[seat % len(HATS)]) for seat in range(len(self.film.names)) for name in ACTIONS[:4]]
        looks += [self._bar(Stew(3, 0, left, 20)) for left in (5, 15)]
        out = Image.new("RGB", (self.size[0] + size, max(self.size[1], size * len(looks))), LIGHT["floor"])
        out.paste(self.paint(len(self.film.frames) - 1), (size, 0))
        for row, look in enumerate(looks):
            out.paste(look, (0, row * size), look)
        return out

    @cached_property
    def _ground(self) -> Image:
        from PIL import Image

        kitchen = self.film.kitchen
        picture = Image.new("RGB", self.size, _PAPER)
        for y, row in enumerate(kitchen.rows):
            for x, tile in enumerate(row):
                if tile == " ":
                    colour = LIGHT["floor_odd" if (x + y) % 2 else "floor"]
                    picture.paste(colour, (x * self.cell, self.head + y * self.cell, (x + 1) * self.cell, self.head + (y + 1) * self.cell))
                else:
                    self._put(picture, stamp(tile, self.cell), (x, y), (50, 50))
        for y, row in enumerate(kitchen.rows):
            for x, tile in enumerate(row):
                if tile != " " and (y + 1 == kitchen.height or kitchen.rows[y + 1][x] == " "):
                    self._put(picture, stamp("lip", self.cell), (x, y), (50, 62))
        return picture

    def _cook(self, picture: Image, frame: Frame, seat: int, before: Cell, share: float) -> None:
        cook = frame.cooks[seat]
        cell = tuple(old + (new - old) * share for old, new in zip(before, cook.cell, strict=True))
        body = stamp(ACTIONS[cook.facing], self.cell, HATS[seat % len(HATS)])
        held = None if cook.holds is None else stamp(str(code(cook.holds)), self.cell // 2)
        if held is not None and cook.facing == 0:
            self._put(picture, held, cell, HELD[0])
        self._put(picture, body, cell, (50, 50))
        x, y = cell[0] * self.cell, self.head + cell[1] * self.cell
        _write(picture, (x + self.cell / 2, y + 0.155 * self.cell), str(seat), size=0.2 * self.cell, colour="#ffffff")
        if held is not None and cook.facing != 0:
            self._put(picture, held, cell, HELD[cook.facing])
        if cook.said:
            self._put(picture, stamp("speaks", self.cell), cell, (50, 50))

    def _pot(self, picture: Image, cell: Cell, stew: Stew) -> None:
        raw = stew.left is None
        self._put(picture, stamp(f"{'raw' if raw else 'hot'}{stew.onions}{stew.tomatoes}", self.cell), cell, (50, 50))
        if stew.left == 0:
            self._put(picture, stamp("ready", self.cell), cell, (50, 50))
        elif stew.left is not None:
            self._put(picture, self._bar(stew), cell, (50, 50))
            point = ((cell[0] + 0.5) * self.cell, self.head + (cell[1] + 0.125) * self.cell)
            _write(picture, point, str(stew.left), size=max(9, 0.15 * self.cell), colour="#ffffff", edge=1)

    def _bar(self, stew: Stew) -> Image:
        done = 78 * (1 - (stew.left or 0) / max(1, stew.time))
        return _painted((("r", "bar_back", 8, 4, 84, 17, 8.5), ("r", "bar", 11, 7, max(11, done), 11, 5.5)), self.cell, "")

    def _put(self, picture: Image, look: Image, cell: Sequence[float], middle: tuple[float, float]) -> None:
        x = (cell[0] + middle[0] / 100) * self.cell - look.width / 2
        y = self.head + (cell[1] + middle[1] / 100) * self.cell - look.height / 2
        picture.paste(look, (round(x), round(y)), look)

    def _caption(self, picture: Image, frame: Frame) -> None:
        middle = (self.head - self.cell * 0.14) / 2
        _write(picture, (8, middle), f"step {frame.step} of {self.film.horizon}", size=14, colour=_MUTED, anchor="lm")
        _write(picture, (self.size[0] - 8, middle), points(frame.score), size=16, colour=_INK, anchor="rm")
        if self.talks:
            for seat, cook in enumerate(frame.cooks):
                y = self.foot + 4 + self._words * (seat + 0.5)
                said = "" if not cook.said else f": {' '.join(visible(cook.said[:_MOST_CHARS]).split())}"
                line = _fitted(f"{seat_name(seat)}{said}", 13, self.size[0] - 16)
                _write(picture, (8, y), line, size=13, colour=HATS[seat % len(HATS)], anchor="lm")


def _write(picture: Image, point: tuple[float, float], text: str, *, size: float, colour: str, anchor: str = "mm", edge: int = 0) -> None:
    from PIL import ImageDraw

    around = "#ffffff" if colour != "#ffffff" else _INK
    ImageDraw.Draw(picture).text(point, text, fill=colour, font=_font(round(size)), anchor=anchor, stroke_width=edge, stroke_fill=around)


@lru_cache(maxsize=16)
def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _fitted(text: str, size: int, width: float) -> str:
    """Cut a text to what has room."""
    length = _font(size).getlength
    if length(text) <= width:
        return text
    while text and length(f"{text}...") > width:
        text = text[:-1]
    return f"{text}..."


def stamp(name: str, size: int, hat: str = "") -> Image:
    """Paint a picture of :data:`.kitchen_shapes.PICTURES`, so many pixels wide, with a hat of a colour where it has one."""
    return _painted(tuple(PICTURES[name]), size, hat)


@lru_cache(maxsize=1024)
def _painted(shapes: tuple[Shape, ...], size: int, hat: str) -> Image:
    from PIL import Image, ImageDraw

    # room above and to the right for marks that stand out of the square
    margin = round(size * 0.3)
    fine = _FINE * (size + 2 * margin)
    scale, shift = _FINE * size / 100, _FINE * margin
    colours = LIGHT if not hat else {**LIGHT, "hat": hat, "hat_deep": deeper(hat)}
    picture = Image.new("RGBA", (fine, fine))
    brush = ImageDraw.Draw(picture)
    for kind, colour, *at in shapes:
        fill = colours[colour]
        if kind == "p":
            brush.polygon([value * scale + shift for value in at], fill=fill)
            continue
        x, y, *rest = (value * scale for value in at)
        if kind == "e":
            brush.ellipse([x - rest[0] + shift, y - rest[1] + shift, x + rest[0] + shift, y + rest[1] + shift], fill=fill)
        else:
            brush.rounded_rectangle([x + shift, y + shift, x + rest[0] + shift - 1, y + rest[1] + shift - 1], radius=rest[2], fill=fill)
    return picture.reduce(_FINE)
