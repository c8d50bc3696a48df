"""Runs in a virtual environment of its own: TRL's trainers on the checkpoint, pairs and prompts of bench_training.py. Prints one line of JSON.

python trl_training.py FOLDER REPETITIONS
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from rule import rule
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer, GRPOConfig, GRPOTrainer

SHARED: dict[str, Any] = {
    "gradient_checkpointing": False,
    "report_to": [],
    "save_strategy": "no",
    "logging_strategy": "no",
    "disable_tqdm": True,
    "lr_scheduler_type": "linear",
}


def spent(work: Callable[[], Any], clock: Callable[[], float]) -> float:
    """Give the seconds of some work, by a clock."""
    began = clock()
    work()
    return clock() - began


class Side:
    """What both trainers are made of.

    Args:
        folder: with ``settings.json``, the checkpoint's folder named in it, ``pairs.jsonl`` and ``prompts.jsonl``. Where the settings have ``gpu``, it is
            trained there, in bfloat16, and seconds are those of the wall.
    """

    def __init__(self, folder: Path) -> None:
        self.settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        self.gpu = bool(self.settings.get("gpu"))
        self.clock = time.perf_counter if self.gpu else time.process_time
        self.shared = {**SHARED, "use_cpu": not self.gpu, "bf16": self.gpu}
        self.tokenizer = AutoTokenizer.from_pretrained(self.settings["model"])
        self.pairs, self.prompts = ([json.loads(line) for line in (folder / name).open(encoding="utf-8")] for name in ("pairs.jsonl", "prompts.jsonl"))

    def model(self, name: str = "model") -> Any:
        """Load a checkpoint in full precision."""
        return AutoModelForCausalLM.from_pretrained(self.settings[name], dtype=torch.float32)

    def dpo(self, pairs: list[dict[str, Any]], model: Any, **more: Any) -> DPOTrainer:
        """Make DPO's trainer."""
        own = self.settings["dpo"]
        given = {"beta": own["temperature"], "learning_rate": own["learning_rate"], "per_device_train_batch_size": own["minibatch"], "num_train_epochs": 1}
        config = DPOConfig(output_dir=tempfile.mkdtemp(), max_length=None, **given, **self.shared, **more)
        return DPOTrainer(model=model, ref_model=self.model(), args=config, train_dataset=Dataset.from_list(pairs), processing_class=self.tokenizer)

    def grpo(self, model: Any, **more: Any) -> GRPOTrainer:
        """Make GRPO's trainer: a mean over all tokens of the batch (``bnpo``), scores in a group's standard deviations, as ours."""
        own = self.settings["grpo"]

        def reward(completions: list[Any], **_: Any) -> list[float]:
            return [rule(completion[0]["content"]) for completion in completions]

        config = GRPOConfig(
            output_dir=tempfile.mkdtemp(),
            beta=own["temperature"],
            learning_rate=own["learning_rate"],
            epsilon=own["clip"],
            per_device_train_batch_size=own["prompts"] * own["group"],
            num_generations=own["group"],
            max_completion_length=own["max_tokens"],
            max_steps=own["steps"],
            loss_type="bnpo",
            scale_rewards="group",
            shuffle_dataset=False,
            temperature=1.0,
            **self.shared,
            **more,
        )
        return GRPOTrainer(model=model, reward_funcs=reward, args=config, train_dataset=Dataset.from_list(self.prompts), processing_class=self.tokenizer)

    def losses(self) -> dict[str, float]:
        """Compute both losses, and the norms of their gradients, of the moved model on the settings' batch."""
        own, out = self.settings["batch"], {}
        trainer = self.dpo([{"prompt": "a", "chosen": "b", "rejected": "c"}], self.model("moved"))
        batch = trainer.data_collator([{f"{name}_ids": pair[name] for name in ("prompt", "chosen", "rejected")} for pair in own["pairs"]])
        loss = trainer.compute_loss(trainer.model, batch)
        out["dpo"], out["dpo_norm"] = loss.item(), _norm(trainer.model, loss)
        grpo = self.grpo(self.model("moved"))
        # this trainer takes the model that it is given for its reference too
        grpo.ref_model.load_state_dict(self.model().state_dict())
        # a pair's answers are a group here; prompts are padded on the left, answers on the right
        prompts = [pair["prompt"] for pair in own["pairs"] for _ in range(2)]
        answers = [pair[side] for pair in own["pairs"] for side in ("chosen", "rejected")]
        before, after = max(map(len, prompts)), max(map(len, answers))
        prompt_mask = torch.tensor([[0] * (before - len(ids)) + [1] * len(ids) for ids in prompts])
        completion_mask = torch.tensor([[1] * len(ids) + [0] * (after - len(ids)) for ids in answers])
        prompt_ids = torch.tensor([[0] * (before - len(ids)) + ids for ids in prompts])
        completion_ids = torch.tensor([ids + [0] * (after - len(ids)) for ids in answers])
        ids, mask = torch.cat([prompt_ids, completion_ids], 1), torch.cat([prompt_mask, completion_mask], 1)
        rewards = torch.tensor(own["rewards"])
        with torch.no_grad():
            known, _, _ = grpo._get_per_token_logps_and_entropies(grpo.ref_model, ids, mask, after)
        inputs = {
            "prompt_ids": prompt_ids,
            "prompt_mask": prompt_mask,
            "completion_ids": completion_ids,
            "completion_mask": completion_mask,
            "advantages": ((rewards - rewards.mean(1, keepdim=True)) / (rewards.std(1, keepdim=True) + 1e-4)).flatten(),
            "old_per_token_logps": known,
            "ref_per_token_logps": known,
        }
        grpo.model.train()
        grpo.current_gradient_accumulation_steps = 1
        loss = grpo.compute_loss(grpo.model, inputs)
        out["grpo"], out["grpo_norm"] = loss.item(), _norm(grpo.model, loss)
        return out


def _norm(model: Any, loss: torch.Tensor) -> float:
    model.zero_grad()
    loss.backward()
    return float(torch.sqrt(sum((weight.grad**2).sum() for weight in model.parameters() if weight.grad is not None)))


def main(folder: Path, repetitions: int) -> dict[str, Any]:
    """Measure everything."""
    torch.set_num_threads(1)
    side = Side(folder)
    found: dict[str, Any] = {"losses": {} if side.gpu else side.losses(), "dpo": [], "grpo": [], "grpo_tokens": []}
    first = side.dpo(side.pairs, side.model())
    rows = first.train_dataset
    found["dpo_tokens"] = sum(2 * len(row["prompt_ids"]) + len(row["chosen_ids"]) + len(row["rejected_ids"]) for row in rows)
    found["dpo_ids"] = [[*row["prompt_ids"], *row["chosen_ids"], *row["rejected_ids"]] for row in rows.select(range(8))]
    for number in range(repetitions):
        trainer = side.dpo(side.pairs, side.model())
        pairs = spent(trainer.train, side.clock)
        grpo = side.grpo(side.model())
        group = spent(grpo.train, side.clock)
        found["dpo"].append(pairs)
        found["grpo"].append(group)
        found["grpo_tokens"].append(int(grpo.state.num_input_tokens_seen))
        print(f"{number + 1}/{repetitions} TRL: {pairs:.1f}, {group:.1f}", file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
