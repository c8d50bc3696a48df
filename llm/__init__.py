"""Text generation behind one interface. See :mod:`ludens.llm.chat` for the nouns."""

from .chat import ChatModel, Message, ModelFailure, Reply, Request, Sampling, Usage

__all__ = ["ChatModel", "Message", "ModelFailure", "Reply", "Request", "Sampling", "Usage"]
