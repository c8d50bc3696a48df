from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from ludens.errors import MissingExtra, ParameterError, UnknownName
from ludens.llm import Message, ModelSpec, Reply, Request, Sampling, ScriptedModel, Usage, check_names
from ludens.llm.engines import Engine, engine, engines, model_engine
from ludens.llm.meter import Meter
from ludens.llm.plain import reply_from_plain, reply_to_plain, request_from_plain, request_to_plain

from .conftest import ask

CONFIGS = sorted(item.name.removesuffix(".yaml") for item in files("ludens.conf").joinpath("model").iterdir() if item.name.endswith(".yaml"))


def load(name: str) -> dict[str, Any]:
    node = OmegaConf.create(files("ludens.conf").joinpath("model", f"{name}.yaml").read_text())
    return OmegaConf.to_container(node)  # type: ignore[return-value]


def test_there_is_a_configuration_for_every_engine() -> None:
    assert {load(name)["engine"] for name in CONFIGS} == {name for name, found in engines().items() if found.entry_point.startswith("ludens.")}


@pytest.mark.parametrize("name", CONFIGS)
def test_every_configuration_makes_a_spec(name: str) -> None:
    given_config = {key: "given" if value == "???" else value for key, value in load(name).items()}
    made = ModelSpec.of(given_config)
    assert ModelSpec.of(made.plain) == made
    assert hash(ModelSpec.of(made.plain)) == hash(made)


PROVIDERS = {name for name in CONFIGS if load(name)["engine"] == "openai_api"}


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_every_provider_names_its_endpoint_its_key_and_a_price_or_none(name: str) -> None:
    config = load(name)
    made = ModelSpec.of({**config, "model": "given" if config["model"] == "???" else config["model"]})
    assert made.api_key_env.endswith("_API_KEY")
    assert name == "openai_api" or made.base_url.startswith("https://")
    assert "price" in config
    if made.price is not None:
        assert 0 < made.price.prompt <= made.price.completion
        assert made.price.cached is None or made.price.cached < made.price.prompt


def test_the_big_providers_are_there() -> None:
    assert {"anthropic", "deepseek", "gemini", "groq", "mistral", "openai_api", "openrouter", "together", "xai"} <= PROVIDERS


def test_a_model_left_open_is_told() -> None:
    with pytest.raises(ParameterError, match="should name a model"):
        ModelSpec.of(load("local_server"))


@pytest.mark.parametrize(
    ("given_config", "message"),
    [
        ({"engine": "schema", "model": "m", "temprature": 1}, "unknown key 'temprature'"),
        ({"engine": "schema", "model": "m", "sampling": {"temp": 1}}, "model sampling: unknown key 'temp'"),
        ({"engine": "schema", "model": "m", "price": {"promt": 1}}, "model price: unknown key 'promt'; did you mean 'prompt'"),
        ({"engine": "schema", "model": "m", "price": {"prompt": -1}}, "price prompt=-1"),
        ({"engine": "schema", "model": "m", "timeout": 0}, "timeout=0 should be a number of seconds"),
        ({"engine": "schema", "model": "m", "max_retries": -1}, "max_retries=-1"),
        ({"engine": "schema", "model": "m", "structured": "xml"}, "structured='xml' should be one of"),
        ({"engine": "schema", "model": "m", "seed_field": "sead"}, "seed_field='sead' should be one of seed, random_seed, none"),
        ({"engine": "schema", "model": "m", "concurrency": 0}, "concurrency=0 should be more than 0"),
        ({"engine": "schema"}, "missing 1 required"),
        ({"engine": "schema", "model": ""}, "should name a model"),
    ],
)
def test_bad_configurations_give_one_clear_line(given_config: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        ModelSpec.of(given_config)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_key_in_place_of_a_variables_name_is_refused_and_not_repeated() -> None:
    with pytest.raises(ParameterError, match="should name an environment variable") as caught:
        ModelSpec(engine="openai_api", model="m", api_key_env="sk-verysecret")
    assert "verysecret" not in str(caught.value)


def test_an_unknown_engine_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="unknown model engine 'local_sever'; did you mean 'local_server'"):
        ModelSpec(engine="local_sever", model="m")


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ParameterError, match="unknown option 'answer' of the engine 'scripted'; did you mean 'answers'"):
        ModelSpec(engine="scripted", model="m", options={"answer": ["x"]}).build()


@pytest.mark.parametrize("name", ["openai_api", "local_server"])
def test_a_missing_package_names_the_extra(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    with pytest.raises(MissingExtra, match=r"pip install 'ludens\[api\]'"):
        ModelSpec(engine=name, model="m", base_url="http://127.0.0.1:1/v1").build()


def test_a_plug_in_whose_package_is_missing_names_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gadget_plugin.py").write_text("import no_such_package_anywhere\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MissingExtra, match=r"ludens\[gadgets\]"):
        Engine("gadget", "gadget_plugin:make", extra="gadgets").load()
    with pytest.raises(ModuleNotFoundError, match="no_such_plugin"):
        Engine("gadget", "no_such_plugin:make", extra="gadgets").load()


async def test_third_parties_register_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ludens.llm.engines._ENGINES", dict(engines()))
    model_engine("parrot", f"{__name__}:parrot", summary="repeats", remote=False)
    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    model = ModelSpec(engine="parrot", model="polly").build()
    assert (await model.generate([ask("hello")]))[0].text == "hello"
    assert engine("parrot").summary == "repeats"


def parrot(spec: ModelSpec) -> ScriptedModel:
    return ScriptedModel(lambda request: request.messages[-1].content, spec.name)


def test_a_broken_plug_in_warns_and_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from ludens import plugins
    from ludens.agents import player
    from ludens.games import registry
    from ludens.llm import engines

    monkeypatch.setattr(plugins, "entry_points", lambda group: [EntryPoint("broken", "no_such_package_anywhere", group)])
    for module, listed, known in ((engines, engines.engines, "schema"), (player, player.kinds, "random"), (registry, registry.all_ids, "trust-v0")):
        module._discover.cache_clear()
        with pytest.warns(UserWarning, match="plug-in 'broken'"):
            assert known in listed()
        module._discover.cache_clear()


def test_the_name_tells_settings_apart_that_change_answers() -> None:
    plain = ModelSpec(engine="local_server", model="m", base_url="http://a/v1")
    moved = ModelSpec(engine="local_server", model="m", base_url="http://b/v1", concurrency=3)
    warm = ModelSpec(engine="local_server", model="m", sampling=Sampling(max_tokens=None, temperature=1.0))
    extra = ModelSpec(engine="local_server", model="m", extra_body={"top_k": 5})
    assert plain.name == moved.name == "m"
    assert len({plain.name, warm.name, extra.name}) == 3
    check_names([plain, plain, warm, extra])
    with pytest.raises(ParameterError, match="two different models are called 'm'"):
        check_names([plain, moved])


async def test_the_stack_is_built_from_the_outside_in() -> None:
    spec = ModelSpec(engine="scripted", model="m", name="mine", options={"answers": ["yes"]}, concurrency=2)
    model = spec.build()
    assert isinstance(model, Meter)
    assert repr(model) == "Meter(Limit(ScriptedModel('mine')))"
    assert [reply.text for reply in await model.generate([ask(), ask("2")])] == ["yes", "yes"]
    remote = ModelSpec(engine="local_server", model="m", base_url="http://127.0.0.1:1/v1").build()
    assert repr(remote) == "Meter(Retry(Limit(HttpModel('m'))))"


async def test_the_test_server_engine_starts_and_ends_its_server() -> None:
    spec = ModelSpec(engine="testserver", model="m", name="t", options={"brain": "fixed:up", "faults": "500:0.5"}, max_retries=30)
    model = spec.build(sleep=no_sleep)
    replies = await model.generate([ask(str(number)) for number in range(20)])
    await model.close()
    assert {reply.text for reply in replies} == {"up"}
    assert model.totals.of("t").failed_tries["500"] > 0


async def no_sleep(seconds: float) -> None:
    return None


def test_a_test_server_that_cannot_start_says_why() -> None:
    with pytest.raises(Exception, match="did not start: error: unknown fault 'fire'"):
        ModelSpec(engine="testserver", model="m", options={"faults": "fire:1"}).build()


TEXT = st.text(max_size=30)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.builds(
        Reply,
        text=TEXT,
        finish=TEXT,
        token_ids=st.none() | st.lists(st.integers(0, 9), max_size=4).map(tuple),
        logprobs=st.none() | st.lists(NUMBERS, max_size=4).map(tuple),
        usage=st.builds(Usage, st.integers(0, 9), st.integers(0, 9)),
        cost=st.none() | NUMBERS,
        retries=st.lists(TEXT, max_size=3).map(tuple),
        cached=st.booleans(),
    )
)
def test_replies_survive_plain_form(reply: Reply) -> None:
    assert reply_from_plain(reply_to_plain(reply)) == reply


@given(
    st.builds(
        Request,
        messages=st.lists(st.builds(Message, st.sampled_from(["system", "user", "assistant"]), TEXT), max_size=3).map(tuple),
        sampling=st.builds(
            Sampling, temperature=st.none() | st.floats(0, 2), max_tokens=st.none() | st.integers(1, 9), stop=st.lists(TEXT, max_size=2).map(tuple)
        ),
        schema=st.none() | st.just({"type": "string"}),
        seed=st.none() | st.integers(0, 2**31),
        replicate=TEXT,
        tag=TEXT,
    )
)
def test_requests_survive_plain_form(request: Request) -> None:
    again = request_from_plain(request_to_plain(request))
    assert again == request
    assert again.tag == request.tag
    assert again.key("m") == request.key("m")
