"""What an elicitation found, as the report of a study: utilities with intervals, coherence, lotteries, fits, and the answers as a table."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ...analysis.utility import (
    Coherence,
    ExpectedUtility,
    PairChoices,
    Utilities,
    coherence,
    expected_utility,
    fit_bradley_terry_utilities,
    fit_thurstone,
)
from ...arena.files import write_file
from ...arena.report.numbers import number
from ...arena.report.summary import Cell, DataTable, Estimate
from ...arena.seeds import child_rng
from ...errors import ParameterError
from ...games.choice.rules import told
from ..analysis.results import Dots, Part, StudyResults
from ..analysis.words import versions
from .schedule import Answer, answers_of
from .spec import Elicitation

__all__ = ["analyse_elicitation", "answers_csv", "fit_by", "write_answers"]

_FOLDS = 5
_MEASURES = (
    ("completeness", "Answered", "share of questions answered with one of the two"),
    ("decisiveness", "Decided", "mean over pairs of the larger share; 0.5 for a coin, 1 for who never wavers"),
    ("order_consistency", "Same in both orders", "chance that an answer in either order names the same option"),
    ("first_bias", "Bias to the first", "share of answers for what was shown first, less a half"),
    ("cycle_chance", "Cycles", "mean chance that three options form a cycle"),
    ("random_cycles", "Cycles of a coin", "the same of somebody without preferences, with as many answers"),
    ("cyclic_triads", "Cyclic majorities", "share of triads whose majorities form a cycle, ties left out"),
    ("strong_violations", "Strong transitivity broken", "share of ordered triads in which the far pair is less decided than a near one"),
    ("triads", "Triads", "three options all pairs of which were asked"),
    ("pairs", "Pairs", "different pairs asked"),
    ("n", "Questions", "asked"),
)
_LOTTERY = (
    ("correlation", "Lotteries: correlation", "Pearson's, of a lottery's utility with the utility expected of its outcomes"),
    ("mean_error", "Lotteries: mean error", "absolute difference of the two, in standard deviations of the outcomes' utilities"),
    ("same_sign", "Lotteries: ranked alike", "share of pairs of lotteries that both rank the same way"),
)


def fit_by(model: str, choices: PairChoices, level: float) -> Utilities:
    """Fit utilities by a model's name.

    Raises:
        ParameterError: there is no answer.
    """
    if model == "bradley_terry":
        return fit_bradley_terry_utilities(choices, level=level)
    return fit_thurstone(choices, spreads=model == "thurstone_spreads", level=level)


def analyse_elicitation(study: Elicitation, answers: Mapping[str, Sequence[Answer]]) -> StudyResults:
    """Analyse what was answered.

    Args:
        study: what was asked.
        answers: by subject.

    Raises:
        ParameterError: a subject gave no answer at all.
    """
    size, level = len(study.options), 1 - study.alpha
    choices = {name: answers_of(given, size) for name, given in answers.items()}
    for name, one in choices.items():
        if not np.isfinite(one.took_first).any():
            raise ParameterError(f"study {study.name}: subject {name!r} gave no answer that could be read; there is nothing to fit utilities to")
    fits = {name: fit_by(study.model, one, level) for name, one in choices.items()}
    measured = {name: coherence(one, seed=study.seed) for name, one in choices.items()}
    lotteries = {name: found for name, one in fits.items() if (found := _expected(study, one)) is not None}
    parts = [_utilities(study, choices, fits), _coherent(measured, lotteries)]
    parts += [_lotteries(study, fits)] if study.lotteries()[1] else []
    parts += [_fits(study, choices), _design(study)]
    every = [answer for given in answers.values() for answer in given]
    missing = sum(math.isnan(answer.took_first) for answer in every)
    digest = hashlib.sha256(answers_csv(study, answers).encode()).hexdigest()[:16]
    notes = tuple(_notes(measured, fits))
    return StudyResults(
        study, len(every), len(every) - missing, missing, 0, (), tuple(parts), notes, methods=_methods(study), versions=versions(), digest=digest
    )


def _utilities(study: Elicitation, choices: Mapping[str, PairChoices], fits: Mapping[str, Utilities]) -> Part:
    rows: list[tuple[Cell, ...]] = []
    shown: list[tuple[str, str, Estimate]] = []
    for name, found in fits.items():
        wins = choices[name].wins()
        for rank, place in enumerate(np.argsort(-found.mean, kind="stable").tolist(), 1):
            asked = int((wins[place] + wins[:, place]).sum())
            one = Estimate(float(found.mean[place]), float(found.low[place]), float(found.high[place]), asked, 1 - study.alpha, f"{found.model}, curvature")
            label = study.labels[place]
            rows.append((name, rank, label, one, float(wins[place].sum() / asked) if asked else None, asked))
            shown.append((label, name if len(fits) > 1 else "", one))
    order = {label: at for at, label in enumerate(dict.fromkeys(label for label, _, _ in shown))}
    shown.sort(key=lambda row: order[row[0]])
    about = "Mean 0; the unit is the noise of a difference of two" if study.model != "thurstone_spreads" else "Mean 0, standard deviation 1"
    columns = ("Subject", "Rank", "Option", "Utility", "Share chosen", "Answers")
    figure = Dots("Utilities", f"{about}; {1 - study.alpha:.0%} intervals.", "utility", tuple(shown), reference=0.0)
    table = DataTable("Utilities", f"{about}; share chosen of all answers about the option, which depends on what it was asked against", columns, tuple(rows))
    return Part(
        "utilities",
        "Utilities",
        "What each option is worth by the choices; the options are described under Design and sample.",
        (("utilities", table),),
        (("utilities", figure),),
    )


def _coherent(measured: Mapping[str, Coherence], lotteries: Mapping[str, ExpectedUtility]) -> Part:
    rows: list[tuple[Cell, ...]] = []
    for key, label, about in _MEASURES:
        rows.append((label, *(_cell(getattr(one, key)) for one in measured.values()), about))
    if lotteries:
        rows += [(label, *(_cell(getattr(lotteries[name], key)) for name in measured), about) for key, label, about in _LOTTERY]
    table = DataTable("Coherence", "Measures of the answers themselves, before any model", ("Measure", *measured, "What it is"), tuple(rows))
    return Part("coherence", "Coherence", "Choices that have no order behind them have no utilities either.", (("coherence", table),))


def _cell(value: float) -> Cell:
    return None if isinstance(value, float) and math.isnan(value) else value


def _expected(study: Elicitation, found: Utilities) -> ExpectedUtility | None:
    sure, drawn, chances = study.lotteries()
    return expected_utility(found.mean[sure], chances, found.mean[drawn]) if len(drawn) > 1 else None


def _lotteries(study: Elicitation, fits: Mapping[str, Utilities]) -> Part:
    sure, drawn, chances = study.lotteries()
    rows: list[tuple[Cell, ...]] = []
    for name, found in fits.items():
        # own utility less what is expected of the outcomes, with the error of that difference
        weights = np.zeros((len(drawn), len(study.options)))
        weights[:, sure] = -chances
        weights[np.arange(len(drawn)), drawn] += 1
        gaps = weights @ found.mean
        errors = np.sqrt(np.maximum(0.0, np.einsum("ij,jk,ik->i", weights, found.covariance, weights)))
        reach = (found.high - found.mean)[0] / found.se[0]
        for row, place in enumerate(drawn):
            gap, half = float(gaps[row]), float(reach * errors[row])
            estimate = Estimate(gap, gap - half, gap + half, found.n, 1 - study.alpha, "curvature")
            rows.append(
                (name, study.labels[place], told(study.option(study.labels[place])), float(found.mean[place]), float(found.mean[place]) - gap, estimate)
            )
    about = "A difference below 0: the lottery is liked less than its outcomes are on average, as by who shuns risk"
    columns = ("Subject", "Lottery", "Described as", "Utility", "Expected", "Difference")
    return Part("lotteries", "Lotteries", "", (("lotteries", DataTable("Lotteries and what is expected of them", about, columns, tuple(rows))),))


def _fits(study: Elicitation, choices: Mapping[str, PairChoices]) -> Part:
    rows: list[tuple[Cell, ...]] = []
    for name, given in choices.items():
        for model in ("thurstone", "thurstone_spreads", "bradley_terry"):
            found = fit_by(model, given, 1 - study.alpha)
            loss, accuracy = _held_out(study, given, model)
            rows.append((name, model.replace("_", " "), found.log_loss, loss, accuracy, found.n, "yes" if found.converged else "no"))
    about = f"Mean negative log-likelihood of an answer (a coin: 0.693); held out: fitted without a fifth of the pairs, {_FOLDS} times, and tried on them"
    columns = ("Subject", "Model", "Log loss", "Held out", "Accuracy held out", "Answers", "Converged")
    return Part("fits", "Fits", "", (("fits", DataTable("How well utilities explain choices", about, columns, tuple(rows))),))


def _held_out(study: Elicitation, given: PairChoices, model: str) -> tuple[float | None, float | None]:
    """Give log loss and accuracy on pairs that a fit has not seen, all answers of a pair together."""
    size = given.options
    keys, pair = np.unique(np.minimum(given.first, given.second) * size + np.maximum(given.first, given.second), return_inverse=True)
    fold = child_rng(study.seed, "folds").permutation(np.resize(np.arange(_FOLDS), len(keys)))[pair]
    losses, hits, total = 0.0, 0.0, 0.0
    for number_of in range(_FOLDS):
        train, test = (_some(given, fold != number_of), _some(given, fold == number_of))
        answers = float(np.isfinite(test.took_first).sum())
        if not answers or not np.isfinite(train.took_first).any():
            continue
        loss, accuracy = fit_by(model, train, 0.95).held_out(test)
        losses, hits, total = losses + loss * answers, hits + accuracy * answers, total + answers
    return (losses / total, hits / total) if total else (None, None)


def _some(given: PairChoices, mask: np.ndarray) -> PairChoices:
    return PairChoices(given.first[mask], given.second[mask], given.took_first[mask], given.options)


def _design(study: Elicitation) -> Part:
    rows = tuple((label, told(study.option(label)), "lottery" if isinstance(study.options[label], Mapping) else "sure") for label in study.labels)
    how = "those that are close in utility and were asked about little" if study.sampling == "active" else "drawn at random"
    about = (
        f"{study.wanted} of {len(rows) * (len(rows) - 1) // 2} pairs: rings through all options first, then {how}, "
        f"{study.batch or len(rows)} at a time. Each pair in both orders, {study.times} answers an order."
    )
    return Part("design", "Design and sample", about, (("options", DataTable("Options", "", ("Option", "Described as", ""), rows)),), (), study.notes)


def _notes(measured: Mapping[str, Coherence], fits: Mapping[str, Utilities]) -> list[str]:
    """Say what stands against reading utilities plainly."""
    notes = []
    for name, one in measured.items():
        if one.completeness < 0.95:
            notes.append(f"{name}: {1 - one.completeness:.0%} of the questions have no answer; utilities are of the others.")
        if abs(one.first_bias) > max(0.1, 1 / math.sqrt(one.n)):
            way = "first" if one.first_bias > 0 else "second"
            notes.append(
                f"{name}: the option shown {way} is preferred (by {number(abs(one.first_bias), 2)} of all answers). Both orders were asked, so no option gains "
                "by it, but differences of utility look smaller than they are."
            )
        if one.cycle_chance > 0.8 * one.random_cycles:
            notes.append(
                f"{name}: cycles are {number(one.cycle_chance / one.random_cycles, 2)} times as likely as of a coin: there is little order behind the choices, "
                "and what is fitted is no utility."
            )
        notes += [f"{name}: {flag}." for flag in fits[name].flags]
    return notes


def _methods(study: Elicitation) -> tuple[tuple[str, str], ...]:
    models = {
        "thurstone": "Thurstone (1927), Case V: the chance of i over j is the normal distribution function of their difference; a weak normal prior.",
        "thurstone_spreads": "Thurstone (1927), Case III: every option has a spread of its own, as in Mazeika et al. (2025); a weak normal prior.",
        "bradley_terry": "Bradley and Terry (1952): the chance of i over j is the logistic function of the difference, with one virtual draw an option.",
    }
    return (
        ("Utilities", models[study.model] + " Intervals by the curvature at the maximum."),
        ("Pairs", "A random ring, then pairs among the nearest tenth of differences and the fifth asked about least (Mazeika et al. 2025)."),
        ("Orders", "Every pair in both orders, so that a bias to the first is seen, and does not move utilities."),
        ("Coherence", "Regenwetter, Dana and Davis-Stober (2011) on transitivity; a coin's cycles by simulation with as many answers."),
    )


def answers_csv(study: Elicitation, answers: Mapping[str, Sequence[Answer]]) -> str:
    """Write the answers as CSV, one row a question: subject, options shown first and second, repeat, the option taken (empty: none), status, episode."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("subject", "first", "second", "time", "took", "status", "episode"))
    for name, given in answers.items():
        for one in given:
            took = "" if math.isnan(one.took_first) else study.labels[one.first if one.took_first else one.second]
            writer.writerow((name, study.labels[one.first], study.labels[one.second], one.time, took, one.status, one.episode))
    return out.getvalue()


def write_answers(study: Elicitation, answers: Mapping[str, Sequence[Answer]], folder: Path) -> Path:
    """Write the answers; the same answers make the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    write_file(folder / "answers.csv", answers_csv(study, answers).encode())
    return folder / "answers.csv"
