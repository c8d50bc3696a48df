"""What ``--help`` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields

__all__ = ["overview", "usage"]

USAGE = {
    "games": "usage: ludens games [NAME]",
    "players": "usage: ludens players [NAME]",
    "replay": (
        "usage: ludens replay run=NAME [episode=ID] [format=html|gif|mp4] [out=FILE]\n\n"
        "Without an episode, lists them all; without format and out, shows it in the terminal. gif and mp4 are films of games that\n"
        "move (Overcooked) and need the extra 'video'. Without out, the file is put into the run's exports."
    ),
    "report": "usage: ludens report run=NAME [out=FILE.html]\n\nPrints the tables and writes the page, by default report.html in the run's folder.",
    "export": "usage: ludens export run=NAME [format=jsonl|parquet|messages|aiwolf|kaggle] [out=FILE]",
    "label": (
        "usage: ludens label run=NAME [run=OTHER] [by=page|terminal|model|returns] [answers=FILE] [pairs=20] [seed=0] [seat=N]\n"
        "                    [question=TEXT] [rater=NAME] [model=NAME] [scale=1] [out=FILE]\n\n"
        "Asks which of two episodes is better: of two runs, one of each; of one run, two of it. by=page (the default) writes a page that shows them\n"
        "side by side and gives the answers as a file, which answers=FILE brings in. by=terminal asks here. by=model asks a language model in both\n"
        "orders. by=returns simulates a rater: sigmoid(difference of returns / scale). Raters see neither who played nor what was earned. Answers go to\n"
        "labels.jsonl in the first run's folder, or to out=FILE; an answer that is there already is not added again."
    ),
    "completion": 'usage: ludens completion bash|zsh|fish\n\nPut  eval "$(ludens completion bash)"  into your shell\'s start-up file.',
    "version": "usage: ludens version",
}

EXAMPLES = {
    "play": (
        "ludens play game=negotiation players=[person,house]",
        "ludens play game=prisoners_dilemma game.rounds=5 players=[tit_for_tat,random] seed=3",
        "ludens play game=ultimatum players=[language,greedy] model=openai_api",
    ),
    "tournament": (
        "ludens tournament game=prisoners_dilemma players=[tit_for_tat,grim,random]",
        "ludens tournament games=[negotiation,haggling] players=[house,fair,greedy]",
        "ludens tournament games=[prisoners_dilemma,negotiation] players=[fair,greedy,language] model=openai_api budget.dollars=2 --dry-run",
        'ludens tournament "games=[{id: prisoners_dilemma, rounds: 50},stag_hunt]" "players=[grim,{kind: coin, p: 0.9}]"',
        "ludens tournament game=stag_hunt players=[fair,greedy,tough] tournament=swiss plan.rounds=7",
        "ludens tournament -m game=prisoners_dilemma,stag_hunt players=[tit_for_tat,grim] seed=1,2",
    ),
    "study": (
        "ludens study study=tin_men --dry-run",
        "ludens study study=tin_men players=[language] model=openai_api budget.dollars=5",
        'ludens study study=dictator "players=[{base: language, name: plain},{base: language_cot, name: thinking}]" model=openai_api replicates=60',
        "ludens study run=tin_men-1a2b3c4d",
    ),
    "train": (
        "ludens train trainer=sft model=nano game=ultimatum trainer.preset=xs trainer.tokens=300000",
        "ludens train trainer=sft model=nano games=[negotiation,haggling] name=talkers",
        'ludens play game=negotiation "players=[person,{kind: language, model: {engine: nano, model: runs/talkers/checkpoint}}]"',
        "ludens train trainer=preference model=nano model.model=runs/talkers/checkpoint game=negotiation trainer.method=inpo",
        "ludens train trainer=nash_tabular trainer.method=egpo trainer.testbed=biased_rps",
        "ludens train trainer=spo_control trainer.environment=reacher trainer.preference=noisy",
    ),
}


def overview(commands: Mapping[str, tuple[str, str]]) -> str:
    """List the commands."""
    width = max(map(len, commands))
    lines = ["usage: ludens COMMAND [KEY=VALUE ...]", "", *(f"  {name:{width}}  {about}" for name, (_, about) in commands.items())]
    return "\n".join([*lines, "", "ludens COMMAND --help  says more."])


def usage(command: str) -> str:
    """Say how a command is used: settings with defaults, choices, examples."""
    if command in USAGE:
        return USAGE[command]
    if command == "analyse":
        from .analysing import usage as analyses

        return analyses()
    from ..conf.resolve import choices
    from ..conf.schema import GROUPS, settings

    lines = [
        f"usage: ludens {command} KEY=VALUE ... {'[--dry-run] ' if command in ('tournament', 'study') else ''}[-m] [--cfg job] [--config-dir DIR]",
        "",
        "settings:",
    ]
    rows = settings(command)
    width = max(len(name) for name, _, _ in rows)
    lines += [f"  {name:{width}}  {about}{'' if default is None else f' (default: {str(default).lower()})'}" for name, default, about in rows]
    lines += ["", f"model: {', '.join(sorted(choices('model')))}"]
    lines += [f"{group}: {', '.join(sorted(choices(group)))}" for group in GROUPS[command]]
    if command == "train":
        lines += _trainers()
    lines += ["games and players: see  ludens games  and  ludens players", "", "examples:", *(f"  {example}" for example in EXAMPLES[command])]
    return "\n".join(lines)


def _trainers() -> list[str]:
    """List what every trainer takes."""
    from ..trainers import trainers
    from .meanings import meanings

    lines: list[str] = []
    for name, kind in trainers().items():
        lines += ["", f"trainer {name}: {kind.summary}"]
        config = kind.parameters()
        if config is None:
            continue
        rows = {item.name: item.default for item in fields(config)}
        width, about = max(map(len, rows)), meanings(config.__doc__)
        for item, default in rows.items():
            shown = "" if isinstance(default, type(MISSING)) else f" (default: {str(default).lower()})"
            lines.append(f"  {item:{width}}  {about.get(item, '')}{shown}")
    return [*lines, ""]
