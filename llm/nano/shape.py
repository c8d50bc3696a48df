"""How large a nano model is: the presets, and the configuration they are written as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import LudensError, ParameterError, nearest

__all__ = ["PRESETS", "Shape", "preset"]

_EPSILON = 1e-5
_THETA = 10_000.0


@dataclass(frozen=True)
class Shape:
    """The sizes of a Llama-style model (Touvron et al. 2023, arXiv:2302.13971) with tied embeddings and grouped key-value heads (Ainslie et al. 2023).

    Attributes:
        layers: number of blocks.
        width: of the residual stream.
        heads: query heads; each has ``width // heads`` dimensions.
        kv_heads: key and value heads.
        feed_forward: inner width of the gated feed-forward part.
        vocabulary: token ids.
        context: most tokens of prompt and answer together.
        epsilon: of the root-mean-square norms.
        theta: base of the rotary positions.
    """

    layers: int
    width: int
    heads: int
    kv_heads: int
    feed_forward: int
    vocabulary: int = 4096
    context: int = 4096
    epsilon: float = _EPSILON
    theta: float = _THETA

    @property
    def head(self) -> int:
        """Dimensions of one head."""
        return self.width // self.heads

    @property
    def parameters(self) -> int:
        """How many weights the model has."""
        block = self.width * self.head * (2 * self.heads + 2 * self.kv_heads) + 3 * self.width * self.feed_forward + 2 * self.width
        return self.vocabulary * self.width + self.layers * block + self.width

    def config(self, *, end: int, pad: int) -> dict[str, Any]:
        """Write ``config.json`` as transformers reads it.

        Args:
            end: the token id that ends an answer.
            pad: the token id that fills up.
        """
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "hidden_size": self.width,
            "intermediate_size": self.feed_forward,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "head_dim": self.head,
            "vocab_size": self.vocabulary,
            "max_position_embeddings": self.context,
            "rms_norm_eps": self.epsilon,
            "rope_theta": self.theta,
            "hidden_act": "silu",
            "attention_bias": False,
            "mlp_bias": False,
            "tie_word_embeddings": True,
            "bos_token_id": None,
            "eos_token_id": end,
            "pad_token_id": pad,
            "torch_dtype": "float16",
        }

    @classmethod
    def of(cls, config: Mapping[str, Any], place: str) -> Shape:
        """Read a ``config.json``.

        Args:
            config: its content.
            place: where it is, for messages.

        Raises:
            LudensError: it is no model of this family.
        """
        rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
        plain = {"attention_bias": False, "mlp_bias": False, "hidden_act": "silu", "tie_word_embeddings": True}
        odd = next((name for name, value in plain.items() if config.get(name, value) != value), None)
        if config.get("model_type") != "llama" or odd or rope.get("rope_type", "default") != "default":
            why = f"{odd}={config[odd]!r}" if odd else "model_type and rotary positions are not plain Llama's"
            raise LudensError(f"model {place!r} is not of the nano family: play it with engine=transformers ({why})")
        try:
            shape = cls(
                layers=int(config["num_hidden_layers"]),
                width=int(config["hidden_size"]),
                heads=int(config["num_attention_heads"]),
                kv_heads=int(config.get("num_key_value_heads") or config["num_attention_heads"]),
                feed_forward=int(config["intermediate_size"]),
                vocabulary=int(config["vocab_size"]),
                context=int(config["max_position_embeddings"]),
                epsilon=float(config.get("rms_norm_eps", _EPSILON)),
                theta=float(config.get("rope_theta") or rope.get("rope_theta") or _THETA),
            )
        except (KeyError, TypeError, ValueError) as problem:
            raise LudensError(f"model {place!r}: config.json lacks {problem}") from problem
        if shape.heads * int(config.get("head_dim") or shape.head) != shape.width or shape.width % shape.heads or shape.heads % shape.kv_heads:
            raise LudensError(f"model {place!r} is not of the nano family: play it with engine=transformers (its heads do not fill its width)")
        return shape


PRESETS: dict[str, Shape] = {
    "xs": Shape(layers=2, width=128, heads=4, kv_heads=2, feed_forward=384),
    "s": Shape(layers=4, width=128, heads=4, kv_heads=2, feed_forward=384),
    "m": Shape(layers=4, width=192, heads=6, kv_heads=2, feed_forward=512),
    "l": Shape(layers=6, width=256, heads=8, kv_heads=2, feed_forward=704),
    "xl": Shape(layers=8, width=320, heads=10, kv_heads=2, feed_forward=864),
}
"""From ``xs`` (tests in seconds) to ``xl`` (10 million weights); all with heads of 32, which every engine has kernels for."""


def preset(name: str) -> Shape:
    """Find a preset.

    Raises:
        ParameterError: there is none of that name.
    """
    if name not in PRESETS:
        raise ParameterError(f"preset={name!r} is no size of the nano model{nearest(name, PRESETS)}")
    return PRESETS[name]
