"""Text generation behind one interface.

:mod:`ludens.llm.chat` has the nouns, :class:`ModelSpec` describes a model and builds its stack of wrappers, :mod:`ludens.llm.engines` registers engines.
"""

from .budget import Spending
from .cache import MemoryReplies, Replies
from .chat import ChatModel, Message, ModelFailure, Reloadable, Reply, Request, Sampling, Usage
from .meter import Totals
from .pricing import Price
from .scripted import SchemaModel, ScriptedModel
from .spec import ModelSpec, check_names

__all__ = [
    "ChatModel",
    "MemoryReplies",
    "Message",
    "ModelFailure",
    "ModelSpec",
    "Price",
    "Reloadable",
    "Replies",
    "Reply",
    "Request",
    "Sampling",
    "SchemaModel",
    "ScriptedModel",
    "Spending",
    "Totals",
    "Usage",
    "check_names",
]
