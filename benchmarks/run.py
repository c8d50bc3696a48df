"""Run the benchmarks and write RESULTS.md: ``make bench``, or ``python benchmarks/run.py [NAME ...]`` for some of them.

Each ``bench_NAME.py`` beside this file has a function ``section() -> str`` that measures, peers in the same run, and returns Markdown. Every one
runs in a process of its own. Sections that were not run keep what RESULTS.md said of them.
"""

from __future__ import annotations

import importlib
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
NAMES = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
INTRO = """# Benchmarks

Written by `make bench`. Machine: {machine}.

Figures are per CPU-second (user and system time of the measured process) unless a row says otherwise: that is what a shared machine disturbs
least. Ratios are taken within one run; compare ratios, not absolute figures, across machines.
"""


def machine() -> str:
    """Describe the machine in words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} virtual cores ({model}), {memory:.0f} GB of memory, no GPU, {platform.system()}, CPython {platform.python_version()}"


def sections() -> dict[str, str]:
    """Read the sections that RESULTS.md holds, by name."""
    if not RESULTS.exists():
        return {}
    parts = re.split(r"^<!-- (\w+) -->\n", RESULTS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def main(names: list[str]) -> int:
    """Run the named benchmarks (all by default)."""
    if unknown := set(names) - set(NAMES):
        print(f"unknown benchmark {sorted(unknown)[0]!r}; known: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    kept = {name: text for name, text in sections().items() if name in NAMES}
    for name in names or NAMES:
        print(f"== {name}", flush=True)
        done = subprocess.run([sys.executable, "-P", __file__, "--section", name], stdout=subprocess.PIPE, text=True, check=True)
        kept[name] = done.stdout.partition("<<<\n")[2].strip()
        print(kept[name], flush=True)
        body = "\n\n".join(f"<!-- {key} -->\n{kept[key]}" for key in sorted(kept))
        RESULTS.write_text(INTRO.format(machine=machine()) + "\n" + body + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--section"]:
        sys.path.insert(0, str(HERE))
        text = importlib.import_module(f"bench_{sys.argv[2]}").section()
        print("<<<")
        print(text)
    else:
        sys.exit(main(sys.argv[1:]))
