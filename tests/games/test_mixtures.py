"""The domain of mixed choices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ludens.games.actions import ActionSpec, Status
from ludens.games.mixtures import Mixture
from ludens.games.spaces import codec

AB = Mixture(("A", "B"))
SPEC = ActionSpec(AB)


@given(st.integers(2, 8), st.integers(0, 2**32))
def test_what_is_drawn_is_legal_and_reads_back(count, seed):
    domain = Mixture(tuple(f"o{number}" for number in range(count)))
    value = domain.sample(np.random.default_rng(seed))
    assert domain.check(value) is None
    assert domain.read(value) == (value, False)
    spec = ActionSpec(domain)
    for style in ("json", "tags"):
        parsed = spec.parse(spec.write(spec.sample(np.random.default_rng(seed)), style))
        assert parsed.status is Status.OK
        assert parsed.move.choice == value


@pytest.mark.parametrize(
    ("reply", "status", "chance"),
    [
        ('{"choice": {"A": 0.25, "B": 0.75}}', Status.OK, 0.25),
        ('{"choice": {"A": 1, "B": 0}}', Status.OK, 1.0),
        ('{"choice": {"a": 0.25, "b": 0.75}}', Status.REPAIRED, 0.25),
        ('{"choice": {"A": 25, "B": 75}}', Status.REPAIRED, 0.25),
        ('{"choice": {"A": "25%", "B": "75%"}}', Status.REPAIRED, 0.25),
        ('{"choice": {"A": 1}}', Status.REPAIRED, 1.0),
        ('{"choice": {"A": 0.33, "B": 0.66}}', Status.REPAIRED, 1 / 3),
        ("Answer: A=0.25 B=0.75", Status.OK, 0.25),
        ('{"choice": {"A": 0.5, "B": 0.6}}', Status.ILLEGAL, None),
        ('{"choice": {"A": -0.5, "B": 1.5}}', Status.ILLEGAL, None),
        ('{"choice": {"A": 0, "B": 0}}', Status.ILLEGAL, None),
        ('{"choice": {"A": 0.5, "C": 0.5}}', Status.UNPARSABLE, None),
        ('{"choice": {"A": "much", "B": 0.5}}', Status.UNPARSABLE, None),
        ('{"choice": "A"}', Status.UNPARSABLE, None),
        ('{"choice": []}', Status.UNPARSABLE, None),
    ],
)
def test_replies(reply, status, chance):
    parsed = SPEC.parse(reply)
    assert parsed.status is status
    if chance is not None:
        assert parsed.move.choice["A"] == pytest.approx(chance, abs=1e-6)
        assert AB.check(parsed.move.choice) is None
    else:
        assert parsed.problem


def test_any_point_of_the_box_but_zero_is_a_distribution():
    coder = codec(AB)
    assert coder.decode(np.array([0.5, 0.25])) == {"A": 0.666667, "B": 0.333333}
    assert AB.check(coder.decode(np.array([0.5, 0.25]))) is None
    assert AB.check(coder.decode(np.zeros(2))) is not None
