"""The nano engine's arithmetic beside onnxruntime's and transformers': tokens per CPU-second on one core, the same weights.

Three sides read prompts and let answers grow on a key-value cache: ours in numpy; a graph for onnxruntime built here from the same matrices, with its fused
kernels (grouped attention with rotary positions on a cache that is written in place, norms added to skips) and nothing copied between the steps; and
transformers' own forward pass. Before anything is timed, their log-probabilities are compared with transformers'.

    python benchmarks/bench_nano.py --model FOLDER
"""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from _timing import Figure, describe, markdown, measure, single_core

from ludens.llm.nano.forward import Cache, Forward
from ludens.llm.nano.house import house_folder

PROMPT, KNOWN = 200, 120
"""Tokens of a prompt, and how many of them are known where a conversation goes on."""
STEPS = 32
BATCHES = (1, 16, 64)
CLOSE = 1e-4


class Side(Protocol):
    """One way to run a checkpoint; holds a cache of up to so many rows."""

    def fill(self, prompts: np.ndarray) -> np.ndarray:
        """Read prompts of one length into the first rows; give the logits after each, ``[rows, vocabulary]``."""
        ...

    def read(self, tokens: np.ndarray, start: int) -> np.ndarray:
        """Read tokens of the first row from position ``start`` on; give the logits after the last, ``[1, vocabulary]``."""
        ...

    def step(self, tokens: np.ndarray, position: int) -> np.ndarray:
        """Read one token of each of the first rows; give logits, ``[rows, vocabulary]``."""
        ...


class Ours:
    """The engine's own arithmetic."""

    def __init__(self, place: Path, rows: int) -> None:
        self._forward = Forward(place)
        self._cache = Cache(self._forward.shape, rows)

    def fill(self, prompts: np.ndarray) -> np.ndarray:
        return np.stack([self._forward.read(prompt, self._cache, row, 0) for row, prompt in enumerate(prompts)])

    def read(self, tokens: np.ndarray, start: int) -> np.ndarray:
        return self._forward.read(tokens, self._cache, 0, start)[None]

    def step(self, tokens: np.ndarray, position: int) -> np.ndarray:
        return self._forward.step(tokens, self._cache, np.full(len(tokens), position))


class Transformers:
    """Transformers' forward pass with its growing cache."""

    def __init__(self, place: Path, rows: int) -> None:
        import torch
        from transformers import AutoModelForCausalLM

        torch.set_num_threads(1)
        self._torch = torch
        self._model = AutoModelForCausalLM.from_pretrained(place, dtype="float32").eval()
        self._cache: Any = None

    def fill(self, prompts: np.ndarray) -> np.ndarray:
        self._cache = None
        return self._run(prompts)

    def read(self, tokens: np.ndarray, start: int) -> np.ndarray:
        self._back(start)
        return self._run(tokens[None])

    def step(self, tokens: np.ndarray, position: int) -> np.ndarray:
        self._back(position)
        return self._run(tokens[:, None])

    def _back(self, length: int) -> None:
        if length == 0:
            self._cache = None
        elif self._cache.get_seq_length() > length:
            self._cache.crop(length - self._cache.get_seq_length())  # less than nothing: so many from the end

    def _run(self, tokens: np.ndarray) -> np.ndarray:
        with self._torch.inference_mode():
            out = self._model(input_ids=self._torch.from_numpy(tokens), past_key_values=self._cache, use_cache=True, logits_to_keep=1)
        self._cache = out.past_key_values
        return out.logits[:, -1].numpy()


class Onnx:
    """A graph for onnxruntime. Its caches are inputs and outputs at once, so that its attention writes in place."""

    def __init__(self, place: Path, rows: int) -> None:
        import onnxruntime

        self._forward, self._runtime = Forward(place), onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(graph(place, self._forward), options, providers=["CPUExecutionProvider"])
        self._binding: Any = None
        self._rows = 0

    def fill(self, prompts: np.ndarray) -> np.ndarray:
        self._bind(len(prompts))
        return self._run(prompts, 0)

    def read(self, tokens: np.ndarray, start: int) -> np.ndarray:
        self._bind(1)
        return self._run(tokens[None], start)

    def step(self, tokens: np.ndarray, position: int) -> np.ndarray:
        return self._run(tokens[:, None], position)

    def _bind(self, rows: int) -> None:
        if rows == self._rows:
            return
        shape, value = self._forward.shape, self._runtime.OrtValue.ortvalue_from_numpy
        self._rows, self._binding = rows, self._session.io_binding()
        for layer in range(shape.layers):
            for kind in ("key", "value"):
                held = value(np.zeros((rows, shape.kv_heads, shape.context, shape.head), np.float32))
                self._binding.bind_ortvalue_input(f"past_{kind}_{layer}", held)
                self._binding.bind_ortvalue_output(f"present_{kind}_{layer}", held)
        self._logits = value(np.zeros((rows, shape.vocabulary), np.float32))
        self._binding.bind_ortvalue_output("logits", self._logits)

    def _run(self, tokens: np.ndarray, start: int) -> np.ndarray:
        rows, count = tokens.shape
        self._binding.bind_cpu_input("tokens", tokens)
        self._binding.bind_cpu_input("last", np.full((rows, 1), start + count - 1, np.int32))
        self._binding.bind_cpu_input("total", np.array([start + count], np.int32))
        self._session.run_with_iobinding(self._binding)
        return self._logits.numpy()


def graph(place: Path, forward: Forward) -> bytes:
    """Write the checkpoint as a graph; norms are multiplied into the matrices behind them, as the engine does."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from safetensors.numpy import load_file

    shape = forward.shape
    held = {name: tensor.astype(np.float32) for name, tensor in load_file(place / "model.safetensors").items()}
    nodes, weights, inputs, outputs = [], [], [], []

    def weight(name: str, value: np.ndarray) -> str:
        weights.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def add(kind: str, given: list[str], to: list[str], domain: str = "", **own: Any) -> str:
        nodes.append(helper.make_node(kind, given, to, domain=domain, **own))
        return to[0]

    def matrix(name: str, given: str, parts: list[str], norm: str | None = None) -> str:
        whole = np.concatenate([held[part] for part in parts])
        return add("MatMul", [given, weight(f"{name}_weight", (whole * held[norm] if norm else whole).T)], [name])

    def skip(name: str, hidden: str, more: str) -> tuple[str, str]:
        """Add to the residual stream and norm it, in one kernel; give both."""
        to = [f"normed_{name}", "", "", f"hidden_{name}"]
        add("SkipSimplifiedLayerNormalization", [hidden, more, ones], to, "com.microsoft", epsilon=shape.epsilon)
        return to[3], to[0]

    ones = weight("ones", np.ones(shape.width, np.float32))
    frequencies = shape.theta ** (-np.arange(0, shape.head, 2, dtype=np.float32) / shape.head)
    angles = np.arange(shape.context, dtype=np.float32)[:, None] * frequencies
    turn = [weight("cosine", np.cos(angles)), weight("sine", np.sin(angles))]
    hidden = add("Gather", [weight("embedding", held["model.embed_tokens.weight"]), "tokens"], ["hidden"])
    normed = add("SimplifiedLayerNormalization", [hidden, ones], ["normed"], axis=-1, epsilon=shape.epsilon)
    latest = weight("latest", np.array(-1, np.int64))
    feed = weight("half", np.array([shape.feed_forward] * 2, np.int64))
    for layer in range(shape.layers):
        name = f"model.layers.{layer}"
        qkv = matrix(f"qkv_{layer}", normed, [f"{name}.self_attn.{part}_proj.weight" for part in "qkv"], f"{name}.input_layernorm.weight")
        past, present = ([f"{when}_{kind}_{layer}" for kind in ("key", "value")] for when in ("past", "present"))
        mixed = add(
            "GroupQueryAttention",
            [qkv, "", "", *past, "last", "total", *turn],
            [f"mixed_{layer}", *present],
            "com.microsoft",
            num_heads=shape.heads,
            kv_num_heads=shape.kv_heads,
            do_rotary=1,
        )
        size = ["rows", shape.kv_heads, shape.context, shape.head]
        inputs += [helper.make_tensor_value_info(one, TensorProto.FLOAT, size) for one in past]
        outputs += [helper.make_tensor_value_info(one, TensorProto.FLOAT, size) for one in present]
        if layer == shape.layers - 1:  # what comes next is asked for after the last token only
            hidden, mixed = (add("Gather", [one, latest], [f"latest_{one}"], axis=1) for one in (hidden, mixed))
        hidden, normed = skip(f"a{layer}", hidden, matrix(f"out_{layer}", mixed, [f"{name}.self_attn.o_proj.weight"]))
        inner = matrix(f"inner_{layer}", normed, [f"{name}.mlp.{part}_proj.weight" for part in ("gate", "up")], f"{name}.post_attention_layernorm.weight")
        add("Split", [inner, feed], [f"gate_{layer}", f"up_{layer}"], axis=-1)
        add("QuickGelu", [f"gate_{layer}"], [f"open_{layer}"], "com.microsoft", alpha=1.0)
        gated = add("Mul", [f"open_{layer}", f"up_{layer}"], [f"gated_{layer}"])
        hidden, normed = skip(f"b{layer}", hidden, matrix(f"down_{layer}", gated, [f"{name}.mlp.down_proj.weight"]))
    matrix("logits", normed, ["model.embed_tokens.weight"], "model.norm.weight")
    inputs += [
        helper.make_tensor_value_info("tokens", TensorProto.INT64, ["rows", "count"]),
        helper.make_tensor_value_info("last", TensorProto.INT32, ["rows", 1]),
        helper.make_tensor_value_info("total", TensorProto.INT32, [1]),
    ]
    outputs.append(helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["rows", shape.vocabulary]))
    made = helper.make_graph(nodes, "nano", inputs, outputs, weights)
    domains = [helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(made, opset_imports=domains, ir_version=min(10, onnx.IR_VERSION)).SerializeToString()


SIDES: dict[str, tuple[type, tuple[str, ...]]] = {
    "numpy (ours)": (Ours, ("numpy",)),
    "onnxruntime": (Onnx, ("onnx", "onnxruntime")),
    "transformers": (Transformers, ("torch", "transformers")),
}


def log_softmax(logits: np.ndarray) -> np.ndarray:
    return logits - np.logaddexp.reduce(logits, -1, keepdims=True)


def said(side: Side, prompts: np.ndarray) -> np.ndarray:
    """Run a side through everything that is timed; give the log-probabilities."""
    seen = [side.read(prompts[0], 0).copy(), side.read(prompts[0, KNOWN:], KNOWN).copy(), side.fill(prompts).copy()]
    seen += [side.step(prompts[:, index].copy(), PROMPT + index).copy() for index in range(3)]
    return log_softmax(np.concatenate(seen))


def timed(name: str, side: Side, prompts: np.ndarray, setup: str) -> list[Figure]:
    """Measure one side."""

    def whole() -> int:
        side.read(prompts[0], 0)
        return PROMPT

    def rest() -> int:
        side.read(prompts[0, KNOWN:], KNOWN)
        return PROMPT - KNOWN

    figures = [measure(f"nano.{name}.{word}", "tokens", work, setup=setup) for word, work in (("read", whole), ("read_on", rest))]
    for rows in BATCHES:
        first = side.fill(prompts[:rows]).argmax(-1)

        def grow(tokens: np.ndarray = first) -> int:
            for index in range(STEPS):
                tokens = side.step(tokens, PROMPT + index).argmax(-1)
            return STEPS * len(tokens)

        figures.append(measure(f"nano.{name}.decode_{rows}", "tokens", grow, setup=setup))
    return figures


def section(model: str | None = None) -> str:
    """Compare, measure, and lay the figures out as Markdown."""
    single_core()
    place = Path(model) if model else house_folder()
    prompts = np.random.default_rng(0).integers(0, Forward(place).shape.vocabulary, (max(BATCHES), PROMPT))
    sides, rows = {}, []
    for name, (make, packages) in SIDES.items():
        if all(importlib.util.find_spec(package) for package in packages):
            sides[name] = make(place, max(BATCHES))
    reference = said(sides["transformers"], prompts) if "transformers" in sides else None
    kinds = (f"reading {PROMPT}", f"reading {PROMPT - KNOWN} after {KNOWN}", *(f"decoding, {count} rows" for count in BATCHES))
    head = ("arithmetic", "furthest from transformers", *kinds)
    for name, (_, packages) in SIDES.items():
        if name not in sides:
            rows.append((name, *["not installed"] * (len(head) - 1)))
            continue
        apart = float("nan") if reference is None else float(np.abs(said(sides[name], prompts) - reference).max())
        if apart > CLOSE:
            raise RuntimeError(f"{name} is {apart} from transformers")
        figures = timed(name.split()[0], sides[name], prompts, describe(*packages))
        rows.append((name, "-" if name == "transformers" or reference is None else f"{apart:.1e}", *(f"{figure.per_cpu_second:,.0f}" for figure in figures)))
    about = (
        f"One checkpoint on one core, tokens per CPU-second; decoding is {STEPS} greedy steps after prompts of {PROMPT} tokens. All in float32; "
        "onnxruntime runs a graph of its fused kernels with caches that are written in place. Log-probabilities are within "
        f"{CLOSE:g} of transformers', checked before. {describe('numpy', 'onnxruntime', 'torch', 'transformers')}."
    )
    return "\n\n".join(["## The nano engine's arithmetic", about, markdown(rows, head)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="a checkpoint's folder; the house model by default")
    print(section(**vars(parser.parse_args())))
