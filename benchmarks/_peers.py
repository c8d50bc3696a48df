"""Virtual environments of peers whose pins clash with ours; made once, under build/peers."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

__all__ = ["environment"]


def environment(name: str, packages: tuple[str, ...]) -> Path:
    """Make a peer's environment, or find it; return its interpreter."""
    folder = Path(__file__).parents[1] / "build" / "peers" / name
    python = folder / "bin" / "python"
    if not (folder / ".done").exists():
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], check=True)
        (folder / ".done").touch()
    return python
