from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ludens.llm import Message, ModelSpec, Request

SECRET = "sk-test-0123456789abcdef"


@pytest.fixture(params=["local_server", "openai_api"])
def engine(request: pytest.FixtureRequest) -> str:
    """Both HTTP engines pass the same tests."""
    pytest.importorskip("aiohttp")
    if request.param == "openai_api":
        pytest.importorskip("openai")
    return str(request.param)


@pytest.fixture
def spec(engine: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModelSpec]:
    """Make a spec of the engine for a server, with a key in the environment."""
    monkeypatch.setenv("LUDENS_TEST_KEY", SECRET)

    def make(url: str, **given: Any) -> ModelSpec:
        return ModelSpec.of({"engine": engine, "model": "m", "base_url": url, "api_key_env": "LUDENS_TEST_KEY", "timeout": 5.0, **given})

    return make


def ask(text: str = "Choose one of: a, b, c.", **given: Any) -> Request:
    return Request((Message("system", "You play."), Message("user", text)), **given)
