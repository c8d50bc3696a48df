"""The registry of kinds of player."""

import ludens.agents
from ludens.agents import kinds


def test_the_public_function_is_not_hidden_by_a_module():
    assert "random" in kinds()
    assert ludens.agents.kinds is kinds
