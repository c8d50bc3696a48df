"""One step of learning: collect, compare, and move the policy; the same for small transformers on judges of tokens and for language models in games."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from ..preferences import labels
from ..record import LogProbs
from ..stretches import alike
from .answers import Answers, Drawn, Seen
from .methods import METHODS, Method, advantages

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from ..language_policy import TokenBatch
    from .config import Config

__all__ = ["Field", "Policies", "Scorer", "collect", "credit", "gradients", "learn", "logprobs", "turn"]


class Scorer(Protocol):
    """What tells how likely a policy finds tokens.

    Attributes:
        shares: whether it reads once what several rows begin with.
    """

    shares: bool

    def logprobs(self, module: nn.Module, batch: TokenBatch) -> Tensor:
        """Give a policy's log-probabilities of the tokens marked as sampled, ``(U, T)``, 0 elsewhere."""
        ...


class Field(Scorer, Protocol):
    """Where answers come from and who compares them."""

    def draw(self, answering: nn.Module, rival: nn.Module | None, number: int) -> Drawn:
        """Have a policy answer, and a rival where there is one; the same number and the same policies give the same."""
        ...


class Policies(NamedTuple):
    """The networks of a run, of one shape.

    Attributes:
        policy: is trained.
        previous: the iterate that updates are centred at.
        rival: the look-ahead, the average, or the iterate before the previous one.
        reference: frozen at the start; mpo moves it.
    """

    policy: nn.Module
    previous: nn.Module
    rival: nn.Module
    reference: nn.Module

    @classmethod
    def of(cls, policy: nn.Module) -> Policies:
        """Begin with a policy: all four are it. Weights that are not learned are there once."""
        from copy import deepcopy

        still = {id(weight): weight for weight in policy.parameters() if not weight.requires_grad}
        others = [deepcopy(policy, dict(still)).requires_grad_(False) for _ in range(3)]
        return cls(policy, *others)

    def learned(self, name: str) -> nn.ParameterList:
        """Give those weights of one of them that are learned in the policy."""
        import torch

        wanted = {place for place, weight in self.policy.named_parameters() if weight.requires_grad}
        return torch.nn.ParameterList([weight for place, weight in getattr(self, name).named_parameters() if place in wanted])


def turn(policies: Policies, method: Method, config: Config, number: int) -> None:
    """Move the frozen policies, as the method wants it before its collection of this number.

    Methods with a look-ahead take two turns of ``refresh`` collections each: against the previous iterate, which gives the look-ahead, then against that.
    egpo takes its second turn from the same place as the first; for the proximal steps of nash_mp it does not matter where they begin. mpo moves its
    reference to where it stands after ``magnet`` turns, and omwu keeps the iterate before the previous one.
    """
    period, begins = number // config.refresh, number % config.refresh == 0
    if method.opponent == "average":
        _follow(policies.rival, policies.policy, config.memory)
    if not begins:
        return
    if method.opponent == "lookahead" and period % 2:
        _copy(policies.rival, policies.policy)
        if method.name == "egpo":
            _copy(policies.policy, policies.previous)
        return
    if method.opponent == "before":
        _copy(policies.rival, policies.previous)
    _copy(policies.previous, policies.policy)
    if method.name == "mpo" and period and period % (2 * config.magnet) == 0:
        _copy(policies.reference, policies.policy)


def collect(policies: Policies, method: Method, config: Config, field: Field, number: int) -> Drawn:
    """Have the answers given that the method learns from."""
    rival = None
    if method.opponent in ("average", "before"):
        rival = policies.rival
    elif method.opponent == "lookahead":
        second = number // config.refresh % 2
        # at the first collection of the first turn the policy is its own opponent
        rival = policies.rival if second else policies.previous if number % config.refresh else None
    return field.draw(getattr(policies, method.answers), rival, number)


def credit(drawn: Drawn, reference: Tensor, config: Config, rng: np.random.Generator) -> tuple[Seen, dict[str, float]]:
    """Draw labels, and give every answer its chance against the method's opponent, and its advantage.

    Args:
        drawn: what was collected.
        reference: log-probabilities of its rows, ``(U, T)``.
        config: the method's.
        rng: of hard labels.

    Returns:
        What a loss looks at, and monitors: entropy and KL to the reference of whole answers in nats, share of answers that repeat another of their group.
    """
    import torch

    method = METHODS[config.method]
    table, rivals, answers = drawn.table, drawn.rivals, drawn.answers
    if config.labels == "hard":
        table = np.stack([labels(part, rng) for part in table])
        rivals = None if rivals is None else (rng.random(rivals.shape) < rivals).astype(float)
    old = answers.batch.logprobs
    whole = answers.whole(LogProbs(old, old, reference, old))
    apart = whole.from_reference.double().numpy()
    others = _rates(table, apart, config.mixture if method.opponent == "mixture" else 0.0)
    rates = others if rivals is None else rivals.mean(-1)
    if method.opponent == "before":
        rates = 2 * others - rates
    gains = advantages(method, rates, drawn.rewards, apart, config, groups=drawn.groups)
    made = (torch.from_numpy(np.asarray(part, np.float32)) for part in (table, rates, gains))
    facts = {"entropy": float(-whole.old.mean()), "kl": float(apart.mean()), "repeats": _repeats(answers)}
    return Seen(answers, *made), facts


def _rates(table: NDArray[np.float64], apart: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Give P(answer > opponent) from the other answers of the group.

    Weighed by (reference/policy)^share they stand for the geometric mixture of whole answers, which mixing the logits of single tokens does not give.
    """
    weights = np.exp(-share * (apart - apart.min(-1, keepdims=True)))
    weights = np.broadcast_to(weights[:, None, :], table.shape) * (1 - np.eye(table.shape[-1]))
    return np.asarray((table * weights).sum(-1) / weights.sum(-1))


def _repeats(answers: Answers) -> float:
    own: list[list[int]] = [[] for _ in range(answers.prompts * answers.size)]
    for answer, row in zip(answers.answer.tolist(), answers.row.tolist(), strict=True):
        own[answer].append(row)
    groups = [[tuple(rows) for rows in own[start : start + answers.size]] for start in range(0, len(own), answers.size)]
    return float(np.mean([group.count(rows) > 1 for group in groups for rows in group]))


def gradients(field: Scorer, policy: nn.Module, config: Config, seen: Seen, frozen: tuple[Tensor, Tensor]) -> tuple[float, Tensor]:
    """Add the gradient of the loss on a collection to the policy's; give the loss, and the policy's log-probabilities of the rows, ``(U, T)``.

    Where the collection has more than ``micro_tokens`` tokens, the loss's slope in every log-probability is found first and carried to the weights part by
    part: any loss, be it a mean of what it may, has the gradient that it would have had at once.

    Args:
        field: whose log-probabilities.
        policy: is differentiated.
        config: the method's.
        seen: the collection.
        frozen: log-probabilities of its rows under the reference and the previous iterate, ``(U, T)`` each.
    """
    import torch

    batch, method = seen.answers.batch, METHODS[config.method]

    def loss(own: Tensor) -> Tensor:
        tokens = LogProbs(own, batch.logprobs, *frozen)
        return method.loss(seen.answers.whole(tokens), tokens, seen, config)

    parts = list(_parts(batch, config.micro_tokens, field.shares))
    if len(parts) == 1:
        own = field.logprobs(policy, batch)
        found = loss(own)
        found.backward()
        return found.item(), own.detach()
    with torch.no_grad():
        own = logprobs(field, policy, batch, config.micro_tokens)
    found = loss(own.requires_grad_())
    found.backward()
    for rows in parts:
        part = field.logprobs(policy, _cut(batch, rows))
        part.backward(own.grad[rows, : part.shape[1]])
    return found.item(), own.detach()


def learn(field: Field, policies: Policies, optimizer: torch.optim.Optimizer, config: Config, *, number: int, rng: np.random.Generator) -> dict[str, float]:
    """Take one step: collect, compare, and learn from it; give what is written down."""
    import torch

    method = METHODS[config.method]
    turn(policies, method, config, number)
    drawn, gap = _read(field, getattr(policies, method.answers), collect(policies, method, config, field, number), config)
    batch = drawn.answers.batch
    with torch.no_grad():
        # the policy that answered has been read, and what no loss looks at need not be
        known = {method.answers} if method.centred else {method.answers, "previous"}
        reference, previous = (
            batch.logprobs if name in known else logprobs(field, getattr(policies, name), batch, config.micro_tokens) for name in ("reference", "previous")
        )
    seen, facts = credit(drawn, reference, config, rng)
    losses = []
    for _ in range(config.epochs):
        order = rng.permutation(seen.answers.prompts)
        for start in range(0, len(order), config.minibatch):
            answers, rows = seen.answers.take(order[start : start + config.minibatch].tolist())
            chosen = torch.from_numpy(order[start : start + config.minibatch])
            some = Seen(answers, *(part[chosen] for part in seen[1:]))
            optimizer.zero_grad(set_to_none=True)
            losses.append(gradients(field, policies.policy, config, some, (reference[rows], previous[rows]))[0])
            height = torch.nn.utils.clip_grad_norm_(policies.policy.parameters(), config.norm)
            optimizer.step()
    return {"loss": float(np.mean(losses)), "norm": float(height), "gap": gap, **facts, **drawn.facts}


def _read(field: Field, answering: nn.Module, drawn: Drawn, config: Config) -> tuple[Drawn, float]:
    """Replace the log-probabilities that the engine told by those that the trainer finds, so that ratios begin at exactly 1; give the largest gap too.

    What an engine finds depends, in the last digits, on which requests happened to share a batch.
    """
    import torch

    batch = drawn.answers.batch
    with torch.no_grad():
        own = logprobs(field, answering, batch, config.micro_tokens)
    gap = float((own - batch.logprobs).abs().max())
    return drawn._replace(answers=drawn.answers._replace(batch=batch._replace(logprobs=own))), gap


def logprobs(field: Scorer, module: nn.Module, batch: TokenBatch, micro_tokens: int) -> Tensor:
    """Give a policy's log-probabilities of the tokens marked as sampled, ``(U, T)``, 0 elsewhere; so many tokens at most are read at once."""
    out = batch.logprobs.new_zeros(batch.logprobs.shape)
    for rows in _parts(batch, micro_tokens, field.shares):
        part = field.logprobs(module, _cut(batch, rows))
        out[rows, : part.shape[1]] = part
    return out


def _parts(batch: TokenBatch, most: int, shares: bool) -> Iterator[Any]:
    """Part rows, those that begin the same together, so that no part reads more than so many tokens, one row at least."""
    import torch

    lengths = batch.attention.sum(1).tolist()
    order, same = alike(batch.tokens.cpu().numpy(), lengths)
    ends = np.array(lengths)[order]
    more = ends - np.concatenate([[0], same]) if shares else ends
    if more.sum() <= most:
        yield torch.arange(len(lengths))
        return
    begin, read = 0, 0
    for row in range(len(order)):
        if row > begin and read + more[row] > most:
            yield torch.from_numpy(order[begin:row])
            begin, read = row, 0
        # the first of a part is read from its beginning
        read += int(ends[row] if row == begin else more[row])
    yield torch.from_numpy(order[begin:])


def _cut(batch: TokenBatch, rows: Tensor) -> TokenBatch:
    kept = type(batch)(*(part[rows] for part in batch))
    longest = int(kept.attention.sum(1).max())
    return type(batch)(*(part[:, :longest] for part in kept))


def _copy(to: nn.Module, source: nn.Module) -> None:
    _follow(to, source, 1.0)


def _follow(to: nn.Module, source: nn.Module, rate: float) -> None:
    import torch

    with torch.no_grad():
        for own, other in zip(to.parameters(), source.parameters(), strict=True):
            if own is other:  # neither learns it
                continue
            own.copy_(other if rate == 1.0 else own + rate * (other - own))
