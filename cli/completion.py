"""Shell completion: the words that may follow on a ``ludens`` command line, and the scripts that ask for them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..errors import UnknownName

__all__ = ["SHELLS", "candidates", "script"]

SHELLS = {
    "bash": """_ludens() {
  local word="${COMP_WORDS[COMP_CWORD]#=}" words before
  before="${word%"${word##*[,[]}"}"
  words=$(ludens --complete "${COMP_LINE:0:$COMP_POINT}" 2>/dev/null)
  COMPREPLY=($(compgen -P "$before" -W "$words" -- "${word#"$before"}"))
  [[ ${#COMPREPLY[@]} -eq 1 && ( -n $before || ${COMPREPLY[0]} == *= ) ]] && compopt -o nospace
}
complete -F _ludens ludens
""",
    "zsh": """#compdef ludens
_ludens() {
  local -a words
  words=(${(f)"$(ludens --complete "${BUFFER[1,CURSOR]}" 2>/dev/null)"})
  compset -P '*[=,\\[]'
  compadd -S '' -- $words
}
compdef _ludens ludens
alias ludens='noglob ludens'
""",
    "fish": """complete -c ludens -f -a '(ludens --complete (commandline -cp) 2>/dev/null)'
""",
}


def script(shell: str) -> str:
    """Give the script to be sourced by a shell. Raises UnknownName for a shell that is not known."""
    if shell not in SHELLS:
        raise UnknownName("shell", shell, SHELLS)
    return SHELLS[shell]


def candidates(line: str, commands: Iterable[str]) -> list[str]:
    """List what may come next on a command line.

    Args:
        line: all that was typed, from ``ludens`` up to the cursor.
        commands: the commands by name.
    """
    from ..agents.player import kinds
    from ..conf.resolve import choices
    from ..conf.schema import GROUPS
    from ..games import adapter_ids, all_ids, parameters, spec

    words = [*line.split(), *([""] if line.endswith(" ") else [])]
    if len(words) <= 2:
        return sorted(commands)
    command, word = words[1], words[-1]
    games = {*choices("game"), *(found.rpartition("-v")[0] for found in (*all_ids(), *adapter_ids()))}
    if command == "games":
        return sorted(games)
    if command == "players":
        return sorted({*kinds(), *choices("player")})
    if command == "completion":
        return sorted(SHELLS)
    if command == "analyse" and len(words) == 3 and "=" not in word:
        from ..analysis.findings import ANALYSES

        return sorted(ANALYSES)
    key, equals, _ = word.partition("=")
    if not equals:
        if key.startswith("game.") and (chosen := _value(words, "game")):
            found = spec(chosen)
            return [f"game.{name}=" for name in parameters(found.id)] if found.installed else []
        return [f"{name}=" for name in _keys(command)]
    values = {
        "game": games,
        "games": games,
        "players": {*kinds(), *choices("player")},
        "model": set(choices("model")),
        **{group: set(choices(group)) for groups in GROUPS.values() for group in groups},
        "run": {path.name for path in Path("runs").glob("*") if path.is_dir()},
    }
    return sorted(values.get(key, ()))


def _keys(command: str) -> list[str]:
    from ..conf.schema import GROUPS, RUN_COMMANDS, settings

    if command in RUN_COMMANDS:
        return sorted({*(name for name, _, _ in settings(command)), *GROUPS[command]})
    from .labelling import KEYS

    keys = {"replay": ("run", "episode", "format", "out"), "report": ("run", "out"), "export": ("run", "format", "out"), "analyse": ("run", "out")}
    return list({**keys, "label": KEYS}.get(command, ()))


def _value(words: list[str], key: str) -> str | None:
    return next((word.partition("=")[2] for word in words if word.startswith(f"{key}=")), None)
