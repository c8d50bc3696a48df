"""The display of Overcooked: what :mod:`.displays` asks of a family, moving pictures included."""

from .kitchen_page import drawing, page_section, scene
from .kitchen_pictures import write_film
from .kitchen_terminal import still, stills, terminal

__all__ = ["drawing", "page_section", "scene", "still", "stills", "terminal", "write_film"]
