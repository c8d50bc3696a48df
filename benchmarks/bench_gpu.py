"""What only a machine with a GPU can show: engines, trainers and kitchens there, beside the CPU and beside TRL on the same card.

The model is a Llama of random weights with the house model's words, of a size that people train: what it says is noise, what it costs is not. Every
part prints lines and leaves them in PLACE/gpu.json; the one that RESULTS.md shows is benchmarks/gpu.json.

    python benchmarks/bench_gpu.py PLACE                        # all parts, five minutes; TRL, where it is importable here
    python benchmarks/bench_gpu.py PLACE --parts answers lspo
    python benchmarks/bench_gpu.py PLACE --device cpu --small   # to see that it runs
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from _timing import markdown
from bench_training import answered, conversations, dpo, grpo, pairs_of

from ludens.games import make
from ludens.games.overcooked.kernel_torch import TorchOvercooked
from ludens.llm.chat import Message, Reply
from ludens.llm.nano.house import house_folder
from ludens.llm.nano.network import Network, save
from ludens.llm.nano.shape import Shape
from ludens.llm.nano.tokenizer import Tokenizer
from ludens.llm.spec import ModelSpec
from ludens.trainers import Task, trainer
from ludens.trainers.language_policy import LanguagePolicy, TokenBatch, row_of
from ludens.trainers.preference.weights import policy_of
from ludens.trainers.sft.trainer import copy_words

HERE = Path(__file__).parent
LARGE, TINY = Shape(24, 1024, 16, 16, 4096), Shape(2, 64, 4, 4, 128)
GRPO = {"temperature": 0.04, "learning_rate": 1e-5, "clip": 0.2, "prompts": 8, "group": 8, "steps": 3, "max_tokens": 64}
DPO = {"temperature": 0.1, "learning_rate": 1e-5, "minibatch": 16, "pairs": 96}
LSPO = {
    "iterations": 1,
    "games": 16,
    "candidates": 2,
    "tries": 3,
    "most_pairs": 64,
    "matches": 0,
    "gap": 0.0,
    "deep": {"iterations": 4, "traversals": 40, "steps": 50, "policy_steps": 200},
}


class Bench:
    """What all parts share.

    Args:
        place: a folder for everything.
        device: as torch calls it.
        small: a tiny model and few steps.
    """

    def __init__(self, place: Path, device: str, small: bool) -> None:
        self.place, self.device, self.small = place, device, small
        self.found: dict[str, dict[str, Any]] = {"machine": machine(device)}
        self.model = place / ("tiny" if small else "large")
        if not (self.model / "model.safetensors").exists():
            words = Tokenizer(house_folder())
            torch.manual_seed(0)
            network = Network(replace(TINY if small else LARGE, vocabulary=words.size))
            with torch.no_grad():
                for weight in network.parameters():
                    if weight.dim() > 1:  # as small as people begin: logits of large random weights are nothing to measure rounding by
                        weight.normal_(0, 0.02)
            self.model.mkdir(parents=True, exist_ok=True)
            save(network, self.model, words, half=False)
            copy_words(house_folder(), self.model)
            self.note("machine", weights=network.shape.parameters)
        self.talks = asyncio.run(conversations(24 if small else 256, 0))

    def spec(self, dtype: str, most: int = 256) -> ModelSpec:
        """Describe the model on the device."""
        return ModelSpec(
            engine="transformers",
            model=str(self.model),
            name="m",
            concurrency=None,
            structured="none",
            options={"device": self.device, "dtype": dtype, "max_batch": most},
        )

    def note(self, part: str, **figures: Any) -> None:
        """Print figures, and keep them."""
        self.found.setdefault(part, {}).update(figures)
        for name, figure in figures.items():
            print(f"FIG gpu.{part} | {name} | {figure:.6g}" if isinstance(figure, float) else f"FIG gpu.{part} | {name} | {figure}", flush=True)
        (self.place / "gpu.json").write_text(json.dumps(self.found, indent=1) + "\n", encoding="utf-8")

    def wait(self) -> None:
        """Wait until the device has done what was asked of it."""
        if self.device.startswith("cuda"):
            torch.cuda.synchronize()

    @contextmanager
    def timed(self, part: str, name: str) -> Iterator[None]:
        """Note the seconds of the wall, and the most memory that was used on the device."""
        gc.collect()
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        self.wait()
        began = time.perf_counter()
        yield
        self.wait()
        self.note(part, **{f"{name}, s": time.perf_counter() - began})
        if self.device.startswith("cuda"):
            self.note(part, **{f"{name}, GB": torch.cuda.max_memory_allocated() / 1e9})


def machine(device: str) -> dict[str, Any]:
    """Name the card and what runs on it."""
    card = torch.cuda.get_device_name() if device.startswith("cuda") else "CPU"
    packages = {name: __import__(name).__version__ for name in ("torch", "transformers", "peft", "trl") if find_spec(name)}
    return {"card": card, "cores": os.cpu_count(), "python": sys.version.split()[0], **packages}


def kitchens(bench: Bench) -> None:
    """Overcooked on the device: joint steps a second with observations, for several numbers of kitchens."""
    game = make("overcooked")
    for size in (64,) if bench.small else (1024, 16_384, 131_072):
        batch = TorchOvercooked(game, size=size, device=bench.device, auto_reset=True)
        actions = torch.randint(6, (100, size, 2), device=bench.device)
        for seen in (False, True):

            def steps(count: int, batch: TorchOvercooked = batch, seen: bool = seen, actions: Any = actions) -> None:
                for number in range(count):
                    batch.step(actions[number])
                    if seen:
                        batch.observations()

            steps(5)
            bench.wait()
            began = time.perf_counter()
            steps(50)
            bench.wait()
            bench.note("kitchens", **{f"{size} kitchens, {'with' if seen else 'without'} observations, steps/s": size * 50 / (time.perf_counter() - began)})


def answers(bench: Bench) -> None:
    """The engine transformers: tokens a second of the large model, and how far its log-probabilities are from the trainer's."""
    count, most = (8, 16) if bench.small else (256, 64)
    for dtype in ("float32", "bfloat16"):
        spec = bench.spec(dtype)
        asyncio.run(answered(bench.talks[:8], 1, spec, 8, 0))  # kernels are chosen once
        replies: list[Reply] = []
        with bench.timed("answers", f"{dtype}: {count} answers, loading included"):
            replies = [group[0] for group in asyncio.run(answered(bench.talks[:count], 1, spec, most, 0))]
        made, read = sum(len(reply.token_ids) for reply in replies), sum(len(reply.prompt_token_ids) for reply in replies)
        seconds = bench.found["answers"][f"{dtype}: {count} answers, loading included, s"]
        bench.note("answers", **{f"{dtype}: tokens said": made, f"{dtype}: tokens read": read, f"{dtype}: tokens said a second": made / seconds})
        policy = policy_of(spec)
        bench.note("answers", **gap(policy, f"{dtype}, loaded", replies[:64]))
        with tempfile.TemporaryDirectory() as folder:
            with bench.timed("answers", f"{dtype}: publishing"):
                here = replace(spec, model=str(policy.publish(folder)))
            with bench.timed("answers", f"{dtype}: {count} answers, published"):
                replies = [group[0] for group in asyncio.run(answered(bench.talks[:count], 1, here, most, 0))]
            with bench.timed("answers", f"{dtype}: 1 answer, published"):
                asyncio.run(answered(bench.talks[:1], 1, here, most, 0))
        bench.note("answers", **gap(policy, f"{dtype}, published", replies[:64]))
        del policy


def gap(policy: LanguagePolicy, name: str, replies: list[Reply]) -> dict[str, float]:
    """Compare log-probabilities of the tokens that were sampled, by the engine and by the trainer."""
    off = []
    with torch.no_grad():
        for begin in range(0, len(replies), 16):
            batch = TokenBatch.laid([row_of(reply.prompt_token_ids, reply.token_ids, reply.logprobs) for reply in replies[begin : begin + 16]])
            off.append((policy.logprobs(batch).cpu() - batch.logprobs)[batch.sampled].abs())
    apart = torch.cat(off)
    return {f"{name}: gap of log-probabilities, mean": float(apart.mean()), f"{name}: the same, most": float(apart.max())}


def training(bench: Bench) -> None:
    """DPO and GRPO of all weights in bfloat16, beside TRL where it is importable here."""
    own, steps = dict(DPO), dict(GRPO)
    if bench.small:
        own |= {"pairs": 6}
        steps |= {"prompts": 2, "group": 2, "steps": 1, "max_tokens": 8}
    with tempfile.TemporaryDirectory() as folder:
        place, model = Path(folder), str(bench.model)
        settings = {"model": model, "moved": model, "dpo": own, "grpo": steps, "gpu": bench.device.startswith("cuda")}
        rows, asked = pairs_of(bench.talks, own["pairs"], 64), bench.talks[: steps["prompts"] * steps["steps"]]
        lines = {"pairs.jsonl": rows, "prompts.jsonl": [{"prompt": [message._asdict() for message in talk]} for talk in asked]}
        for name, part in lines.items():
            (place / name).write_text("".join(json.dumps(line) + "\n" for line in part), encoding="utf-8")
        (place / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        start = bench.spec("bfloat16")
        once(bench, start, asked, steps)
        for repetition in range(1 if bench.small else 2):  # the first one warms up
            with bench.timed("training", f"DPO, {own['pairs']} pairs, run {repetition + 1}"):
                dpo(start, own, place / "pairs.jsonl", time.perf_counter)
            with bench.timed("training", f"GRPO, {steps['steps']} steps, run {repetition + 1}"):
                bench.note("training", **{"GRPO, tokens": grpo(start, steps, asked, time.perf_counter)[1]})
        gc.collect()
        if bench.device.startswith("cuda"):
            torch.cuda.empty_cache()  # the peer's process needs the card
        if find_spec("trl"):
            peer(bench, place)


def once(bench: Bench, start: ModelSpec, talks: list[tuple[Message, ...]], settings: dict[str, Any]) -> None:
    """Time the parts of one step of GRPO: publishing, or saving and loading, and answering."""
    policy = policy_of(start)
    with tempfile.TemporaryDirectory() as folder:
        with bench.timed("training", "publishing and answering a step's prompts"):
            spec = replace(start, model=str(policy.publish(Path(folder, "here"))))
            asyncio.run(answered(talks[: settings["prompts"]], settings["group"], spec, settings["max_tokens"], 0))
        with bench.timed("training", "saving the weights"):
            policy.save(Path(folder))
        spec = replace(start, model=folder)
        with bench.timed("training", "loading them to answer"):
            asyncio.run(answered(talks[:1], 1, spec, 1, 0))
        with bench.timed("training", "loading and answering a step's prompts"):
            asyncio.run(answered(talks[: settings["prompts"]], settings["group"], spec, settings["max_tokens"], 0))


def peer(bench: Bench, place: Path) -> None:
    """Run TRL's side on the same files."""
    quiet = {"TQDM_DISABLE": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error", "HF_HOME": str(place / "hub")}
    command = [sys.executable, str(HERE / "peers" / "trl_training.py"), str(place), "1" if bench.small else "2"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **quiet})
    said = json.loads(done.stdout.splitlines()[-1])
    for number, (pairs, group) in enumerate(zip(said["dpo"], said["grpo"], strict=True), 1):
        bench.note("training", **{f"TRL: DPO, run {number}, s": pairs, f"TRL: GRPO, run {number}, s": group, "TRL: GRPO, tokens": said["grpo_tokens"][-1]})


def adapter(bench: Bench) -> None:
    """The trainers as people call them, with an adapter in bfloat16: SPPO on a game."""
    given = {"method": "sppo", "steps": 1 if bench.small else 3, "prompts": 4, "group": 4, "matches": 0, "lora": 16}
    with tempfile.TemporaryDirectory() as folder:
        task = Task((make("negotiation"),), replace(bench.spec("bfloat16"), structured="json_schema"), Path(folder))
        with bench.timed("adapter", f"SPPO with LoRA, {given['steps']} steps"):
            trainer("preference").make(task, given).run(lambda line: print(line, flush=True))


def lspo(bench: Bench) -> None:
    """An iteration of LSPO with the large model, taught on the device through an adapter in bfloat16."""
    given = {**LSPO, "device": bench.device, "dtype": "bfloat16", "lora": 16}
    if bench.small:
        given |= {"games": 2, "most_pairs": 4}
    with tempfile.TemporaryDirectory() as folder:
        task = Task((make("werewolf_lspo4", say_chars=100),), replace(bench.spec("bfloat16"), structured="json_schema"), Path(folder))
        with bench.timed("lspo", "one iteration"):
            said = trainer("lspo").make(task, given).run(lambda line: print(line, flush=True))
        last = said["iterations"][-1]
        bench.note("lspo", **{f"{name}, s": seconds for name, seconds in last["seconds"].items()})
        bench.note("lspo", pairs=last["pairs"], margins=last["margins"])


def scripted(bench: Bench) -> None:
    """SFT of a nano model of the largest preset: tokens a second on the device and on a core."""
    for device in dict.fromkeys((bench.device, "cpu")):
        tokens = 6000 if bench.small else 600_000 if device != "cpu" else 30_000
        given = {"preset": "xs" if bench.small else "l", "tokens": tokens, "batch_tokens": 3000 if bench.small else 30_000, "matches": 0, "device": device}
        with tempfile.TemporaryDirectory() as folder:
            task = Task((make("negotiation"),), ModelSpec(engine="nano", model="house"), Path(folder))
            said = trainer("sft").make(task, {**given, "held_out": 2, "trials": 2}).run(lambda line: print(line, flush=True))
            bench.note("sft", **{f"{device}: tokens a second": tokens / said["seconds"], "weights": said["weights"]})


PARTS: dict[str, Callable[[Bench], None]] = {
    "kitchens": kitchens,
    "answers": answers,
    "training": training,
    "adapter": adapter,
    "lspo": lspo,
    "sft": scripted,
}


def section() -> str:
    """Lay out what was measured last, for RESULTS.md: a machine without a GPU has nothing to add."""
    found = json.loads((HERE / "gpu.json").read_text(encoding="utf-8"))
    machine = found.pop("machine")
    notes = found.pop("notes", [])
    packages = ", ".join(f"{name} {machine[name]}" for name in ("torch", "transformers", "peft", "trl") if name in machine)
    rows = []
    for part, figures in found.items():
        for name, value in figures.items():
            if not name.startswith("whole part") and not isinstance(value, dict):
                rows.append((part, name, f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"))
    return f"""## On a GPU

{machine["card"]}, {machine["cores"]} cores, Python {machine["python"]}, {packages}. By `python benchmarks/bench_gpu.py PLACE`; seconds are those
of the wall, GB the most that was in use on the card. The model is a Llama of {machine["weights"]:,} random weights with the house model's words. Training
moves all weights, in bfloat16 over float32; GRPO's steps have {GRPO["prompts"]} prompts with {GRPO["group"]} answers of {GRPO["max_tokens"]} tokens at
most. DPO includes the checkpoint that is written at the end, TRL's does not. Gaps are in nats, of the tokens that were sampled: what the engine said of
them against what the trainer says.
{"".join(f"{chr(10)}- {note}" for note in notes)}

{markdown(rows, ("part", "what", "figure"))}"""


def main() -> int:
    """Run the parts; one that fails says so, and the others run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("place", type=Path)
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--small", action="store_true")
    given = parser.parse_args()
    given.place.mkdir(parents=True, exist_ok=True)
    bench, failed = Bench(given.place, given.device, given.small), []
    for part in given.parts:
        began = time.perf_counter()
        try:
            PARTS[part](bench)
        except Exception:
            traceback.print_exc()
            failed.append(part)
        bench.note(part, **{"whole part, s": time.perf_counter() - began})
    if failed:
        print(f"failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
