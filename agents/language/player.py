"""The language player: turns events into a growing conversation, asks a chat model, reads its answers, asks again where they are bad."""

from __future__ import annotations

from typing import Literal

from ...errors import ParameterError, nearest
from ...games.actions import Parsed, Status
from ...games.core import GameType, Observation
from ...llm.chat import ChatModel, Message, ModelFailure, Reply, Request, Sampling
from ..player import Answer, BasePlayer, Call
from .memory import Conversation, Window
from .narration import Narration
from .prompt import SUMMARISE, AnswerForm, recall, retry_text
from .styles import STYLES, split_thinking

__all__ = ["LanguagePlayer"]

_SUMMARY_WORDS = 200
_SUMMARY_TOKENS = 400


class LanguagePlayer(BasePlayer):
    """A chat model that plays any game through words.

    The conversation only grows: a system message (name, persona, rules, goal, manners), then per turn what is new and what is asked, and the
    model's own replies. Answers are read by the action spec's own parser; a bad one is answered with the parser's problem, as
    often as the game's policy (or ``reask``) allows, and then the game's declared policy decides.

    Args:
        model: what generates the answers.
        answer: ``"json"`` (one JSON object, with its schema sent along for engines that can constrain) or ``"tags"`` (``Say:`` and ``Answer:`` lines).
        style: ``"direct"``, ``"bare"``, ``"cot"``, ``"scratchpad"``, ``"beliefs"`` or ``"recon"``, see :mod:`ludens.agents.language.styles`.
        persona: who the model is to be, in whole sentences addressed to it ("You are a cautious trader.").
        goal: an aim of its own ("Make both sides earn the same."), beside the one that the rules state.
        window_tokens: conversation length, in tokens of about four characters, beyond which it is shortened; None keeps everything.
        window_events: the same, counted in events.
        beyond: what happens there: ``"summarise"`` has the model sum it up, ``"forget"`` keeps the last half of it and says so (no request is spent).
        reask: how often a bad answer is sent back; None for the game's policy.
        temperature, top_p, max_tokens, logprobs: sampling, see :class:`~ludens.llm.chat.Sampling`; ``max_tokens`` None takes the style's.
        seed: changes the draws of the model in otherwise equal matches.
    """

    def __init__(
        self,
        model: ChatModel,
        *,
        answer: Literal["json", "tags"] = "json",
        style: str = "direct",
        persona: str = "",
        goal: str = "",
        window_tokens: int | None = None,
        window_events: int | None = None,
        beyond: Literal["summarise", "forget"] = "summarise",
        reask: int | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        max_tokens: int | None = None,
        logprobs: int | None = None,
        seed: int = 0,
    ) -> None:
        _require(answer in ("json", "tags"), "answer", answer, "should be 'json' or 'tags'")
        _require(style in STYLES, "style", style, f"is no style{nearest(style, STYLES)}")
        _require(beyond in ("summarise", "forget"), "beyond", beyond, "should be 'summarise' or 'forget'")
        _require(reask is None or reask >= 0, "reask", reask, "should be 0 or more")
        _require(window_tokens is None or window_tokens > 0, "window_tokens", window_tokens, "should be above 0")
        _require(window_events is None or window_events > 0, "window_events", window_events, "should be above 0")
        _require(temperature is None or temperature >= 0, "temperature", temperature, "should be 0 or more")
        _require(top_p is None or 0 < top_p <= 1, "top_p", top_p, "should be above 0 and at most 1")
        _require(logprobs is None or logprobs >= 0, "logprobs", logprobs, "should be 0 or more")
        _require(max_tokens is None or max_tokens > 0, "max_tokens", max_tokens, "should be above 0")
        self._model = model
        self._form = answer
        self._style = STYLES[style]
        self._persona = persona
        self._goal = goal
        self._window = Window(window_tokens, window_events)
        self._beyond = beyond
        self._reask = reask
        self._sampling = Sampling(temperature=temperature, top_p=top_p, max_tokens=max_tokens or self._style.max_tokens, logprobs=logprobs)
        self._extra_seed = seed

    def start(self, seat: int, game_type: GameType, seed: int) -> None:
        super().start(seat, game_type, seed)
        self._tries = 1 + (game_type.illegal.reask if self._reask is None else self._reask)
        self._replicate = f"{seed}" if not self._extra_seed else f"{seed}+{self._extra_seed}"
        self._narration = Narration(seat, game_type, self._form, self._style, persona=self._persona, goal=self._goal)
        self._notes = self._advice = ""

    def advise(self, strategy: str) -> None:
        """Hear an adviser's strategy for the next move, which stands in the prompt and may be ignored."""
        self._advice = strategy

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation so far."""
        talk = self._narration.talk
        return tuple(talk.messages) if talk else ()

    async def act(self, observation: Observation) -> Answer:
        calls: list[Call] = []
        narration = self._narration
        talk = narration.talk or narration.open(observation)
        if self._window.exceeded(talk):
            if self._beyond == "forget":
                narration.forget(observation, self._window)
            else:
                await self._summarise(talk, observation, calls)
        spec = observation.action_spec
        form = narration.tell(observation, self._advice)
        self._advice = ""
        talk = narration.talk or talk
        parsed, note = Parsed(None, Status.UNPARSABLE, "no reply"), ""
        for attempt in range(self._tries):
            if attempt:
                talk.hear(retry_text(parsed.status, parsed.problem or "", form.text))
            request = self._request(talk, observation.turn, str(attempt), form)
            reply = await self._ask(request, calls)
            if reply is None:
                return Answer(None, Status.UNPARSABLE, tuple(calls), calls[-1].problem)
            thinking, text = split_thinking(reply.text)
            parsed = spec.parse(text, truncated=reply.finish == "length")
            calls.append(Call(request.messages, reply, request.key(self._model.name), parsed.status, parsed.problem))
            talk.answer(text)
            note = self._note(thinking, text)
            if parsed.move is not None:
                narration.answered()
                break
        return Answer(parsed.move, parsed.status, tuple(calls), parsed.problem, note or None)

    def _request(self, talk: Conversation, turn: int, attempt: str, form: AnswerForm | None, sampling: Sampling | None = None) -> Request:
        return Request(
            messages=tuple(talk.messages),
            sampling=sampling or self._sampling,
            schema=form.schema if form else None,
            pattern=form.pattern if form else None,
            seed=(self.seed * 1_000_003 + self._extra_seed * 8_191 + turn) % 2**31,
            replicate=self._replicate,
            tag=f"{self.seed}/{turn}/{attempt}",
        )

    async def _ask(self, request: Request, calls: list[Call]) -> Reply | None:
        try:
            return (await self._model.generate([request]))[0]
        except ModelFailure as failure:
            if failure.fatal:
                raise
            calls.append(Call(request.messages, None, request.key(self._model.name), Status.UNPARSABLE, f"no reply: {failure}"))
            return None

    async def _summarise(self, talk: Conversation, observation: Observation, calls: list[Call]) -> None:
        """Have the model sum up the conversation and open a new one with that; the old one goes on where no summary came."""
        talk.hear(SUMMARISE.format(words=_SUMMARY_WORDS))
        sampling = Sampling(self._sampling.temperature, self._sampling.top_p, _SUMMARY_TOKENS)
        request = self._request(talk, observation.turn, "summary", None, sampling)
        reply = await self._ask(request, calls)
        if reply is None:
            return
        summary = split_thinking(reply.text)[1].strip()
        status = Status.OK if summary and reply.finish != "length" else Status.TRUNCATED if summary else Status.UNPARSABLE
        calls.append(Call(request.messages, reply, request.key(self._model.name), status, None if summary else "the summary is empty"))
        talk.answer(summary)
        if summary:
            self._narration.reopen(observation, recall(talk.messages[-1].content, self._notes))

    def _note(self, thinking: str, text: str) -> str:
        parts = self._style.read(text)
        if self._style.notes and self._style.notes in parts:
            self._notes = parts[self._style.notes]
        return "\n\n".join(part for part in (thinking, *parts.values()) if part)


def _require(condition: bool, name: str, value: object, should: str) -> None:
    if not condition:
        raise ParameterError(f"language player: {name}={value!r} {should}")
