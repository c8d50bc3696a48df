"""How a conversation is written for nano models: one special token a role, one at the end of every message."""

from __future__ import annotations

__all__ = ["CHAT_TEMPLATE", "END", "PAD", "ROLES", "SPECIAL"]

PAD, END = "<|pad|>", "<|end|>"
ROLES = {role: f"<|{role}|>" for role in ("system", "user", "assistant")}
SPECIAL = (PAD, END, *ROLES.values())
"""Special tokens in the order of their ids, which are the first ones."""
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|end|>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<|end|>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
"""The same for other tools; the generation marks tell trainers what the model itself said."""
