"""Networks with a game: probabilities, masks, batches, folders."""

from __future__ import annotations

import json

import numpy as np
import pytest
from finite_games import FINITE

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")

from ludens.agents.neural import NeuralPolicy, load_policy, new_policy, policy_module, policy_modules, save_policy  # noqa: E402
from ludens.errors import LudensError, MissingExtra, ParameterError  # noqa: E402
from ludens.games import make  # noqa: E402

KINDS = ("mlp", "gru")


def positions(game, seed=0):
    """Observations of a random episode."""
    state, rng = game.start(seed), np.random.default_rng(seed)
    while not state.over:
        moves = {}
        for seat in state.to_move:
            yield state.observe(seat)
            moves[seat] = state.action_spec(seat).sample(rng)
        state.play(moves)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("game_id", FINITE)
def test_probabilities_add_up_to_one_and_keep_to_what_is_legal(game_id, name):
    policy = new_policy(make(game_id), name, seed=3, hidden=[8] if name == "mlp" else 8)
    for observation in positions(policy.game):
        probabilities, mask = policy.distribution(observation), policy.mask(observation)
        assert probabilities.shape == (policy.actions.size,)
        assert (probabilities[~mask] == 0).all()
        assert (probabilities[mask] > 0).all()
        for head in policy.actions.heads:
            assert probabilities[head.span].sum() == pytest.approx(1 if mask[head.span].any() else 0, abs=1e-9)


@pytest.mark.parametrize("game_id", ["public_goods", "resource_exchange"])
def test_a_batch_says_what_its_rows_say(game_id):
    policy = new_policy(make(game_id), seed=1, hidden=[16])
    rows, masks, indices, alone = [], [], [], []
    for seed in range(3):
        for observation in positions(policy.game, seed):
            rows.append(policy.features(observation))
            masks.append(policy.mask(observation))
            alone.append(policy.distribution(observation))
            indices.append(policy.actions.encode(observation.action_spec.example()))
    logits, state = policy.logits(torch.tensor(np.array(rows)), torch.tensor(np.array(masks)))
    assert state is None
    logs = policy.log_probs(logits).exp().detach().numpy()
    np.testing.assert_allclose(np.where(np.array(masks), logs, 0), np.array(alone), atol=1e-6)
    chosen = policy.log_prob(logits, torch.tensor(np.array(indices))).exp().detach().numpy()
    for row, (index, probabilities) in enumerate(zip(indices, alone, strict=True)):
        parts = [probabilities[head.start + place] for head, place in zip(policy.actions.heads, index, strict=True) if place >= 0]
        assert chosen[row] == pytest.approx(np.prod(parts), rel=1e-4)


def test_entropy_is_that_of_whole_choices_and_has_finite_gradients():
    policy = new_policy(make("resource_exchange"), seed=1, hidden=[16])
    state = policy.game.start(4)
    observation = state.observe(state.to_move[0])
    mask = policy.mask(observation)
    logits, _ = policy.logits(torch.tensor(policy.features(observation))[None], torch.tensor(mask)[None])
    entropy = policy.entropy(logits)
    entropy.sum().backward()
    assert all(bool(torch.isfinite(item.grad).all()) for item in policy.module.parameters())
    rng, total = np.random.default_rng(0), 0.0
    probabilities, actions = policy.distribution(observation), policy.actions
    draws = 4000
    for _ in range(draws):
        index = actions.encode(actions.draw(probabilities, rng))
        total -= sum(np.log(probabilities[head.start + place]) for head, place in zip(actions.heads, index, strict=True) if place >= 0)
    assert float(entropy.detach()) == pytest.approx(total / draws, rel=0.05)


def test_a_recurrent_policy_remembers():
    game = make("prisoners_dilemma", rounds=3)
    policy = new_policy(game, "gru", seed=2, hidden=8)
    observation = game.start(0).observe(0)
    first, memory = policy.step(observation)
    second, _ = policy.step(observation, memory)
    assert not np.array_equal(first, second)
    assert np.array_equal(first, policy.distribution(observation))


@pytest.mark.parametrize("name", KINDS)
def test_saved_and_loaded_it_is_the_same_bit_for_bit(name, tmp_path):
    policy = new_policy(make("public_goods", seats=3, rounds=4), name, seed=7)
    twin = load_policy(save_policy(tmp_path / "one", policy))
    assert twin.game == policy.game
    assert twin.game.params == policy.game.params
    assert twin.sizes == policy.sizes
    assert policy.module.state_dict().keys() == twin.module.state_dict().keys()
    assert all(torch.equal(item, twin.module.state_dict()[key]) for key, item in policy.module.state_dict().items())
    for observation in positions(policy.game):
        assert np.array_equal(policy.distribution(observation), twin.distribution(observation))
    again = save_policy(tmp_path / "two", twin)
    assert (again / "policy.safetensors").read_bytes() == (tmp_path / "one" / "policy.safetensors").read_bytes()
    assert (again / "policy.json").read_bytes() == (tmp_path / "one" / "policy.json").read_bytes()
    assert sorted(path.name for path in again.iterdir()) == ["policy.json", "policy.safetensors"]


def test_seeds_make_the_weights_and_leave_torch_as_it_was():
    game = make("chicken")
    before = torch.random.get_rng_state()
    one, same, other = (new_policy(game, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(one.module[0].weight, same.module[0].weight)
    assert not torch.equal(one.module[0].weight, other.module[0].weight)


@pytest.fixture
def folder(tmp_path):
    return save_policy(tmp_path / "policy", new_policy(make("prisoners_dilemma"), seed=1, hidden=[4]))


def change(folder, **fields):
    card = json.loads((folder / "policy.json").read_text())
    (folder / "policy.json").write_text(json.dumps({**card, **fields}))


def refused(folder, error, words):
    with pytest.raises(error, match=words) as caught:
        load_policy(folder)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_none_is_told(tmp_path):
    refused(tmp_path / "nowhere", ParameterError, "cannot read its policy.json")
    refused(tmp_path, ParameterError, "cannot read its policy.json")


def test_changed_weights_are_refused(folder):
    place = folder / "policy.safetensors"
    raw = bytearray(place.read_bytes())
    raw[-1] ^= 1
    place.write_bytes(raw)
    refused(folder, LudensError, "is not the file that its policy.json was written with")
    place.unlink()
    refused(folder, ParameterError, "cannot read its policy.safetensors")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"format": 2}, "format 2, this version reads 1"),
        ({"sizes": {"hidden": [5]}}, "do not fit the network"),
        ({"sizes": {"hidden": [10**9]}}, "from 1 to 8192"),
        ({"sizes": {"hidden": 4}}, "should be a list"),
        ({"sizes": {"depth": 4}}, "policy module 'mlp'"),
        ({"module": "os:system"}, "unknown policy module"),
        ({"module": "gru", "sizes": {"hidden": 4}}, "do not fit the network"),
        ({"params": {"rounds": 7}}, "mean another game"),
        ({"game": "chicken-v0"}, "breaks the order"),
        ({"game": "no_such_game-v0", "params": {}}, "unknown game"),
        ({"actions": "000000000000"}, "stand for other choices"),
        ({"outputs": 3}, "do not fit the network"),
        ({"bins": "many"}, "bins='many'"),
        ({"shape": [0]}, "shape="),
        ({"code": "import os"}, "'code' is unknown"),
    ],
)
def test_a_changed_card_is_refused(folder, fields, words):
    change(folder, **fields)
    refused(folder, LudensError, words)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 5000])
def test_a_card_that_is_none_is_refused(folder, text):
    (folder / "policy.json").write_text(text)
    refused(folder, LudensError, "policy.json")


def test_a_pickle_under_the_weights_name_is_not_read(folder):
    import hashlib

    torch.save({"weight": torch.zeros(2)}, folder / "policy.safetensors")
    change(folder, weights=hashlib.blake2b((folder / "policy.safetensors").read_bytes(), digest_size=16).hexdigest())
    refused(folder, LudensError, "do not fit the network")


def test_weights_that_are_no_numbers_are_not_saved(folder):
    policy = new_policy(make("prisoners_dilemma"), seed=1, hidden=[4])
    with torch.no_grad():
        policy.module[0].weight[0, 0] = float("nan")
    before = (folder / "policy.json").read_bytes()
    with pytest.raises(LudensError, match="no finite numbers"):
        save_policy(folder, policy)
    assert (folder / "policy.json").read_bytes() == before
    with pytest.raises(LudensError, match="no probabilities"):
        policy.distribution(policy.game.start(0).observe(0))


def test_a_network_of_ones_own(tmp_path):
    class Linear(torch.nn.Linear):
        def __init__(self, inputs, outputs, scale=1.0):
            super().__init__(inputs, outputs)
            self.scale = scale

        def forward(self, observations):
            return super().forward(observations) * self.scale

    game = make("stag_hunt")
    bare = NeuralPolicy(game, Linear(7, 2))
    assert bare.distribution(game.start(0).observe(0)).sum() == pytest.approx(1)
    with pytest.raises(ParameterError, match="is not registered"):
        save_policy(tmp_path / "p", bare)
    globals()["Linear"] = Linear
    import sys

    sys.modules["nets_of_my_own"] = sys.modules[__name__]
    policy_module("test_linear", "nets_of_my_own:Linear")
    try:
        assert "test_linear" in policy_modules()
        policy = new_policy(game, "test_linear", seed=1, scale=2.0)
        twin = load_policy(save_policy(tmp_path / "p", policy))
        assert twin.module.scale == 2.0
    finally:
        from ludens.agents.neural.modules import _MODULES

        del _MODULES["test_linear"], sys.modules["nets_of_my_own"]
    refused(tmp_path / "p", LudensError, "unknown policy module 'test_linear'")


def test_sizes_are_kept_whole():
    assert new_policy(make("chicken")).sizes == {"hidden": [64, 64]}
    assert new_policy(make("chicken"), "mlp", hidden=(3,)).sizes == {"hidden": [3]}
    assert new_policy(make("chicken"), "gru").sizes == {"hidden": 64}
    with pytest.raises(ParameterError, match="policy module 'mlp'"):
        new_policy(make("chicken"), "mlp", depth=3)


def test_sizes_that_json_cannot_hold_are_refused(tmp_path):
    policy = new_policy(make("chicken"), hidden=[2])
    policy.sizes["hidden"] = {1, 2}
    with pytest.raises(ParameterError, match="should be plain values"):
        save_policy(tmp_path, policy)
    assert not list(tmp_path.iterdir())


def test_without_torch_the_extra_is_named(monkeypatch, folder):
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    for action in (lambda: new_policy(make("chicken")), lambda: load_policy(folder)):
        with pytest.raises(MissingExtra, match="extra 'train'"):
            action()


def test_lists_of_different_lengths_are_filled_up_with_zeros():
    policy = new_policy(make("simple_tag"), seed=1, hidden=[8])
    assert policy.shape == (16,)
    state = policy.game.start(0)
    adversary, prey = state.observe(0), state.observe(3)
    assert policy.features(adversary).shape == policy.features(prey).shape == (16,)
    assert np.array_equal(policy.features(prey)[:14], prey.data["observation"])
    assert not policy.features(prey)[14:].any()
