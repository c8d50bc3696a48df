"""From games to a checkpoint: teachers are found, demonstrations played and read, the network fitted, and what came of it is measured and written down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ...arena.record import Episode
from ...arena.seeds import child_rng, child_seed
from ...errors import LudensError, ParameterError, nearest
from ...games.core import Game
from ...llm.nano.shape import preset
from ..card import write_card
from ..registry import Say, Task, require_packages
from ..strength import rows
from .config import Config
from .corpus import Corpus, Writer, conversations
from .teaching import Teacher, best_style, episodes, named

if TYPE_CHECKING:
    from ...llm.nano.network import Network
    from ...llm.nano.tokenizer import Tokenizer
    from .fit import Point

__all__ = ["ABOUT", "SFT", "bare_name", "began_with", "copy_words"]

ABOUT = (
    (
        "A small Llama-style language model, trained from scratch by Ludens to play games through words. It read transcripts of scripted players "
        "and learned to answer as the style that earns most in each game would. It knows nothing else: it is no assistant."
    ),
    "It compares numbers unreliably, its speech is made of its teachers' phrases, and games or parameters that it was not trained on it plays badly.",
)
_SAMPLE = 40
"""Episodes a game that a tokenizer is trained on."""
_RECALLED = 20_000
"""Tokens of exercises by which recall is measured."""


class SFT:
    """Trains a nano model to answer as scripted players would.

    Each game's teacher is watched among opponents of every style; every conversation that a language player in its place would have had is read, and only
    the replies are learned. The run's folder holds ``checkpoint`` (an ordinary Hugging Face folder), ``log.jsonl``, and what a cut-off run goes on from.

    Args:
        task: what is trained and where.
        **parameters: see :class:`~ludens.trainers.sft.config.Config`.

    Raises:
        MissingExtra: torch or tokenizers is not installed.
        LudensError: a game has no teacher, or the checkpoint to go on with cannot be read.
        ParameterError: a parameter is out of range.
    """

    PARAMETERS: ClassVar[type[Config]] = Config

    def __init__(self, task: Task, **parameters: Any) -> None:
        own = self.PARAMETERS.TRAINER
        require_packages(own, "torch", "tokenizers")
        from ..parameters import filled

        self.task = task
        self.config = filled(self.PARAMETERS, parameters, f"trainer {own}")
        for name in ("teachers", "weights", "unmeasured"):
            for game in getattr(self.config, name):
                if game not in (known := [bare_name(item) for item in task.games]):
                    raise ParameterError(f"trainer {own}: {name} names {game!r}, which is not among the games{nearest(game, known)}")
        self.model = task.nano_model(own)
        self.place = task.place / "checkpoint"

    def run(self, say: Say) -> Mapping[str, Any]:
        import torch

        from ...llm.nano.network import save
        from .fit import evaluate, fit
        from .progress import bar

        config, seed = self.config, self.task.seed
        self.task.place.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(child_seed(seed, "weights"))
        teachers = self._teachers(say)
        tokenizer, network = self._begin(teachers, say)
        train, held = self._read(tokenizer, teachers, network.shape.context, say)
        say(f"{network.shape.parameters:,} weights read {config.tokens:,} tokens out of {len(train):,} conversations of {train.starts[-1]:,} tokens")
        with bar(self.task.progress) as log:
            seconds = self._recall(network, tokenizer, log, say)
            seconds += fit(network, train, config, seed=child_seed(seed, "order"), place=self.task.place, log=log)
        save(network, self.place, tokenizer)
        found = evaluate(network, held, config.batch_tokens)
        say(
            f"held out: {found.nats:.3f} nats a token, {found.choices:.1%} of choices, {found.replies:.1%} of replies word for word; trained in {seconds:.0f} s"
        )
        facts = {
            **self._words(),
            "command": self.task.command,
            "seed": seed,
            "seconds": round(seconds, 1),
            "torch": torch.__version__,
            "weights": network.shape.parameters,
            "vocabulary": network.shape.vocabulary,
            "context": network.shape.context,
            "tokens_read": config.tokens,
            **({"tokens_of_recall": config.recall} if config.recall else {}),
            "conversations": len(train),
            "held_out": {name: round(value, 4) for name, value in found._asdict().items()},
            "temperature": config.temperature,
            "window_tokens": config.window_tokens,
            "teachers": {game.label: named(teacher) for game, teacher in teachers.items()},
            "games": [game.made_as for game in teachers],
            **({} if config.preset is not None else {"began_with": began_with(self.model.model)}),
        }
        return {"checkpoint": str(self.place), **self._measure(facts, say)}

    def _measure(self, facts: dict[str, Any], say: Say) -> dict[str, Any]:
        """Play the checkpoint, and write its card."""
        from .measure import free_replies, play

        measured = []
        if self.config.matches:
            games = [game for game in self.task.games if bare_name(game) not in self.config.unmeasured]
            seed = child_seed(self.task.seed, "strength")

            measured = play(games, self.place, self.config, seed, lambda item: say(item.line))
            facts["replies_read_unconstrained"] = round(free_replies(games, self.place, self.config, seed), 4)
            say(f"without constraint {facts['replies_read_unconstrained']:.2%} of the replies can be read")
        write_card(self.place, facts, rows(measured))
        return {**facts, "strength": rows(measured)}

    def _words(self) -> dict[str, Any]:
        return {"title": f"Ludens nano ({self.config.preset or 'continued'})", "about": list(ABOUT)}

    # -- what is read --------------------------------------------------------------------------------------------------

    def _teachers(self, say: Say) -> dict[Game, Teacher]:
        found: dict[Game, Teacher] = {}
        kept = self.task.place / "teachers.json"
        if kept.exists():  # of a run that was cut off
            before = json.loads(kept.read_text(encoding="utf-8"))
            return {game: before[game.hash] for game in self.task.games}
        for game in self.task.games:
            chosen = self.config.teachers.get(bare_name(game), self.config.teacher)
            if chosen != "best":
                found[game] = chosen
                continue
            best, earned = best_style(game, self.config.trials, child_seed(self.task.seed, "teacher", game.hash))
            found[game] = best
            say(f"{game.label}: {best} teaches, with {earned[best]:.2f} {game.type.unit} an episode")
        kept.write_text(json.dumps({game.hash: teacher for game, teacher in found.items()}, indent=1) + "\n", encoding="utf-8")
        return found

    def _episodes(self, game: Game, teacher: Teacher, part: str) -> Iterator[tuple[Episode, tuple[int, ...]]]:
        return episodes(game, teacher, child_seed(self.task.seed, part, game.hash), self.config.window_tokens)

    def _begin(self, teachers: Mapping[Game, Teacher], say: Say) -> tuple[Tokenizer, Network]:
        """Make the tokenizer and the network, or take those of the checkpoint to go on with."""
        from ...llm.nano import network, tokenizer
        from ...llm.nano.model import folder

        if self.config.preset is None:
            place = folder(self.model.model)
            copy_words(place, self.place)
            return tokenizer.Tokenizer(self.place), network.load(place)
        if not (self.place / "tokenizer.json").exists():
            texts = (
                message.content
                for game, teacher in teachers.items()
                for episode, seats in islice(self._episodes(game, teacher, "words"), _SAMPLE)
                for talk in conversations(episode, seats)
                for message in talk
            )
            tokenizer.train(texts, self.config.vocabulary, self.place)
        words = tokenizer.Tokenizer(self.place)
        say(f"tokenizer: {words.size} tokens")
        return words, network.Network(replace(preset(self.config.preset), vocabulary=words.size))

    def _recall(self, network: Network, tokenizer: Tokenizer, log: Callable[[Point], None], say: Say) -> float:
        """Let the network do its exercises first; give the seconds they took."""
        from .exercises import corpus_of
        from .fit import evaluate, fit

        config, seed = self.config, self.task.seed
        if not config.recall:
            return 0.0
        train = corpus_of("train", config.recall, tokenizer, network.shape.context, child_rng(seed, "recall"))
        held = corpus_of("test", _RECALLED, tokenizer, network.shape.context, child_rng(seed, "recall", "held out"))
        place = self.task.place / "recall"
        place.mkdir(exist_ok=True)
        seconds = fit(network, train, replace(config, tokens=config.recall), seed=child_seed(seed, "recall", "order"), place=place, log=log)
        found = evaluate(network, held, config.batch_tokens)
        say(f"recall: {found.replies:.1%} of words it never met are repeated; {config.recall:,} tokens in {seconds:.0f} s")
        return seconds

    def _read(self, tokenizer: Tokenizer, teachers: Mapping[Game, Teacher], context: int, say: Say) -> tuple[Corpus, Corpus]:
        """Play demonstrations until every game has its share of the tokens; kept in a file, for a run that is taken up again."""
        paths = self.task.place / "train.npz", self.task.place / "held_out.npz"
        if all(path.exists() for path in paths):
            return Corpus.load(paths[0]), Corpus.load(paths[1])
        weights = {game: self.config.weights.get(bare_name(game), self.config.speaking if game.type.language else 1.0) for game in teachers}
        share = self.config.tokens / self.config.epochs / sum(weights.values())
        train, held = Writer(tokenizer, context), Writer(tokenizer, context)
        for game, teacher in teachers.items():
            for episode, seats in islice(self._episodes(game, teacher, "held out"), self.config.held_out):
                for talk in conversations(episode, seats):
                    held.add(talk)
            until = train.tokens + share * weights[game]
            for episode, seats in self._episodes(game, teacher, "train"):
                if sum(train.add(talk) for talk in conversations(episode, seats)) == 0 and train.dropped > 100:
                    raise LudensError(f"conversations of {game.label} are longer than the model's {context} tokens; lower trainer.window_tokens")
                if train.tokens >= until:
                    break
        if train.dropped:
            say(f"{train.dropped} conversations were longer than {context} tokens and are left out")
        for path, writer in zip(paths, (train, held), strict=True):
            writer.corpus().save(path)
        return train.corpus(), held.corpus()


def began_with(name: str) -> dict[str, Any]:
    """Say how a checkpoint was made that training goes on from, where its card tells."""
    from ...llm.nano.model import folder

    card = folder(name) / "card.json"
    if not card.is_file():
        return {"checkpoint": name}
    told = json.loads(card.read_text(encoding="utf-8"))
    return {key: told[key] for key in ("command", "seed", "seconds", "tokens_read", "digest", "teachers", "held_out", "began_with") if key in told}


def bare_name(game: Game) -> str:
    """A game's name without its version."""
    return game.made_as.rpartition("-v")[0] or game.made_as


def copy_words(source: Path, place: Path) -> None:
    """Copy a checkpoint's tokenizer and template into a folder."""
    place.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        (place / name).write_bytes((source / name).read_bytes())
