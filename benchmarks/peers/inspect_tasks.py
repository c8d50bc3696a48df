"""Runs in a virtual environment of its own: one-request tasks by inspect_ai's runner against a local server. Prints one line of JSON.

python inspect_tasks.py BASE_URL TASKS CONNECTIONS
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time


def run(tasks: int, connections: int, **logging: bool) -> dict[str, float]:
    """Evaluate ``tasks`` samples of one request each; return CPU and wall seconds."""
    from inspect_ai import Task
    from inspect_ai import eval as evaluate
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.scorer import includes
    from inspect_ai.solver import generate

    task = Task(
        dataset=MemoryDataset([Sample(input=f"Game {number}: what do you do?", target="a") for number in range(tasks)]), solver=generate(), scorer=includes()
    )
    cpu, wall = time.process_time(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        limits = {"max_connections": connections, "max_samples": connections}
        logs = evaluate(task, model="openai/m", model_args={"responses_api": False}, display="none", log_dir=folder, **limits, **logging)
    if logs[0].status != "success":
        raise RuntimeError(str(logs[0].error))
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


if __name__ == "__main__":
    url, tasks, connections = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.environ.update(OPENAI_API_KEY="none", OPENAI_BASE_URL=url)
    run(5, connections)  # imports and first connections are not counted
    print(json.dumps({"full": run(tasks, connections), "lean": run(tasks, connections, log_samples=False, log_realtime=False)}))
