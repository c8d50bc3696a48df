"""A game defined in another distribution registers through its entry point and passes the suite."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

FIXTURE = Path(__file__).parents[1] / "fixtures" / "thirdparty"
CHECK = """
import ludens
from ludens.games import all_ids, spec
from ludens.games.testing import check_game
assert "nim-v0" in all_ids(), all_ids()
assert spec("nim").family == "nim"
check_game(ludens.make("nim"))
check_game(ludens.make("nim-v0", sticks=4))
print("conforms")
"""


def test_third_party_game_plugs_in(tmp_path):
    source = shutil.copytree(FIXTURE, tmp_path / "source")
    target = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", str(target), str(source)]
    subprocess.run(pip, check=True, capture_output=True, text=True, timeout=120)
    env = {**os.environ, "PYTHONPATH": str(target)}
    done = subprocess.run([sys.executable, "-P", "-c", CHECK], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "conforms"
