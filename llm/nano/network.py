"""The nano model in torch, for training: Llama's equations over conversations of any lengths, laid end to end without padding."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, scaled_dot_product_attention, silu

from .shape import Shape
from .tokenizer import Tokenizer

__all__ = ["Network", "load", "save"]


class Network(nn.Module):  # type: ignore[misc]  # torch counts as Any
    """A Llama-style model whose weights are named as transformers names them.

    Conversations of a batch lie end to end in one row of tokens, so no position is spent on padding and none sees another conversation.

    Args:
        shape: the sizes.
        spread: standard deviation of the initial weights; small models want more than the usual 0.02.
    """

    def __init__(self, shape: Shape, spread: float = 0.06) -> None:
        super().__init__()
        self.shape = shape
        self.model = _Model(shape)
        for name, weight in self.named_parameters():
            if weight.dim() > 1:
                # what is added to the residual stream is scaled down, as in GPT-2: its variance grows with depth
                deep = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(weight, std=spread / (2 * shape.layers) ** 0.5 if deep else spread)

    def forward(self, tokens: Tensor, lengths: Sequence[int], after: Sequence[int] | None = None) -> Tensor:
        """Read conversations.

        Args:
            tokens: ids of all conversations end to end, ``[sum(lengths)]``.
            lengths: tokens of each conversation.
            after: the earlier one that each goes on from, -1 where it begins; None where all begin. What several go on from is read once.

        Returns:
            The last hidden states, ``[sum(lengths), width]``; :meth:`logits` makes logits of those that matter.
        """
        return self.model(tokens, lengths, after)

    def logits(self, hidden: Tensor) -> Tensor:
        """Give logits over the vocabulary, ``[n, vocabulary]``, of hidden states ``[n, width]``."""
        return linear(hidden, self.model.embed_tokens.weight)


class _Model(nn.Module):  # type: ignore[misc]  # torch counts as Any
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(_Layer(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width, shape.epsilon)
        frequencies = shape.theta ** (-torch.arange(0, shape.head, 2, dtype=torch.float32) / shape.head)
        angles = torch.arange(shape.context, dtype=torch.float32)[:, None] * frequencies
        self.register_buffer("cosine", torch.cat([angles.cos()] * 2, -1), persistent=False)
        self.register_buffer("sine", torch.cat([angles.sin()] * 2, -1), persistent=False)

    def forward(self, tokens: Tensor, lengths: Sequence[int], after: Sequence[int] | None = None) -> Tensor:
        laid = _Laid.of(lengths, after, tokens.device)
        turn = (self.cosine[laid.where][:, None], self.sine[laid.where][:, None])
        hidden = self.embed_tokens(tokens)
        for layer in self.layers:
            hidden = layer(hidden, turn, laid)
        return self.norm(hidden)


class _Laid(NamedTuple):
    """How conversations lie end to end.

    Attributes:
        where: the position of every token in its conversation.
        lengths: of the conversations, or of the parts that they share.
        before: of each, which it goes on from, the first one first.
        masks: of each that goes on from others, which of all these tokens its own may look at, ``[own, all]``; None where they look at no other's.
    """

    where: Tensor
    lengths: list[int]
    before: list[list[int]]
    masks: list[Tensor | None]

    @classmethod
    def of(cls, lengths: Sequence[int], after: Sequence[int] | None, device: Any) -> Self:
        before: list[list[int]] = []
        for parent in after or [-1] * len(lengths):
            before.append([] if parent < 0 else [*before[parent], parent])
        starts = [sum(lengths[one] for one in own) for own in before]
        where = torch.cat([torch.arange(start, start + length) for start, length in zip(starts, lengths, strict=True)])
        masks = [
            torch.ones(length, start + length, dtype=torch.bool, device=device).tril(start) if start else None
            for start, length in zip(starts, lengths, strict=True)
        ]
        return cls(where.to(device), list(lengths), before, masks)


class _Layer(nn.Module):  # type: ignore[misc]  # torch counts as Any
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.input_layernorm = nn.RMSNorm(shape.width, shape.epsilon)
        self.self_attn = _Attention(shape)
        self.post_attention_layernorm = nn.RMSNorm(shape.width, shape.epsilon)
        self.mlp = _FeedForward(shape)

    def forward(self, hidden: Tensor, turn: tuple[Tensor, Tensor], laid: _Laid) -> Tensor:
        hidden = hidden + self.self_attn(self.input_layernorm(hidden), turn, laid)
        return hidden + self.mlp(self.post_attention_layernorm(hidden))


class _Attention(nn.Module):  # type: ignore[misc]  # torch counts as Any
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, self.kv_heads, self.head = shape.heads, shape.kv_heads, shape.head
        self.q_proj = nn.Linear(shape.width, shape.heads * shape.head, bias=False)
        self.k_proj = nn.Linear(shape.width, shape.kv_heads * shape.head, bias=False)
        self.v_proj = nn.Linear(shape.width, shape.kv_heads * shape.head, bias=False)
        self.o_proj = nn.Linear(shape.heads * shape.head, shape.width, bias=False)

    def forward(self, hidden: Tensor, turn: tuple[Tensor, Tensor], laid: _Laid) -> Tensor:
        query = _turned(self.q_proj(hidden).unflatten(-1, (self.heads, self.head)), turn)
        key = _turned(self.k_proj(hidden).unflatten(-1, (self.kv_heads, self.head)), turn)
        value = self.v_proj(hidden).unflatten(-1, (self.kv_heads, self.head))
        queries, keys, values = (part.split(laid.lengths) for part in (query, key, value))
        if len(set(laid.lengths)) == 1 and not any(laid.before):
            out = _attend(*(torch.stack(part) for part in (queries, keys, values)))
            return self.o_proj(out.flatten(0, 1).flatten(1))
        out = []
        for number, (before, mask) in enumerate(zip(laid.before, laid.masks, strict=True)):
            seen = [torch.cat([*(part[one] for one in before), part[number]]) if before else part[number] for part in (keys, values)]
            out.append(_attend(queries[number][None], seen[0][None], seen[1][None], mask))
        return self.o_proj(torch.cat(out, 1)[0].flatten(1))


class _FeedForward(nn.Module):  # type: ignore[misc]  # torch counts as Any
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.up_proj = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.down_proj = nn.Linear(shape.feed_forward, shape.width, bias=False)

    def forward(self, hidden: Tensor) -> Tensor:
        return self.down_proj(silu(self.gate_proj(hidden)) * self.up_proj(hidden))


def _attend(query: Any, key: Any, value: Any, mask: Tensor | None = None) -> Any:
    """Causal attention within conversations of one length, or what a mask lets be seen; all ``[conversations, tokens, heads, head]``."""
    groups = query.shape[2] // key.shape[2]
    query, key, value = query.transpose(1, 2), key.repeat_interleave(groups, 2).transpose(1, 2), value.repeat_interleave(groups, 2).transpose(1, 2)
    return scaled_dot_product_attention(query, key, value, mask, is_causal=mask is None).transpose(1, 2)


def _turned(vectors: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Turn each head's halves by the angles of its position (rotary embedding, Su et al. 2021, in Llama's layout)."""
    cosine, sine = turn
    first, second = vectors.chunk(2, -1)
    return vectors * cosine + torch.cat([-second, first], -1) * sine


def save(network: Network, place: Path, tokenizer: Tokenizer, *, half: bool = True) -> None:
    """Write a checkpoint's ``config.json`` and ``model.safetensors``, as transformers reads them, beside the tokenizer's files.

    Args:
        network: the model.
        place: the folder.
        tokenizer: whose tokens it reads.
        half: weights as float16, which loses nothing that a small model's training had settled; else float32.
    """
    from safetensors.torch import save_file

    config = {**network.shape.config(end=tokenizer.end, pad=tokenizer.pad), "torch_dtype": "float16" if half else "float32"}
    weights = {name: weight.detach().to("cpu", torch.float16 if half else torch.float32).contiguous() for name, weight in network.state_dict().items()}
    save_file(weights, place / "model.safetensors", metadata={"format": "pt"})
    (place / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def load(place: Path) -> Network:
    """Read a checkpoint, to go on training it.

    Raises:
        LudensError: it is not of the nano family.
    """
    from safetensors.torch import load_file

    network = Network(Shape.of(json.loads((place / "config.json").read_text(encoding="utf-8")), str(place)))
    network.load_state_dict({name: weight.float() for name, weight in load_file(place / "model.safetensors").items()})
    return network
