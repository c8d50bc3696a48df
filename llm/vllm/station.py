"""Where a server of vLLM lives: who uses it, and which weights and adapters it was given last."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from concurrent.futures import Future
from pathlib import Path
from weakref import WeakValueDictionary

from ...errors import LudensError
from ..local.places import check_replacement, check_same_shape, fingerprint, folder
from ..local.tokens import Tokens, load_tokens
from .options import ServerOptions, engine_arguments
from .process import Server, command_line

__all__ = ["Station", "station"]

_BASE = "base"


class Station:
    """One server, for all the models of a program that share it.

    Args:
        model: folder, or name at the hub.
        options: the engine's parameters.
        cpu: vLLM's build is the one for CPUs.
    """

    tokens: Tokens

    def __init__(self, model: str, options: ServerOptions, *, cpu: bool) -> None:
        self._options, self._cpu = options, cpu
        self._places = {"": model, **options.adapters}
        self._digests: dict[str, str] = {}
        self._revisions: dict[str, str] = {}
        self._users: set[threading.Event] = set()
        self._opening: Future[Server] | None = None
        self._stop = threading.Event()
        self._lock = threading.Lock()

    def served(self, adapter: str) -> str:
        """What the server calls an adapter, or the base model: a new name for every version, by which vLLM tells what it computed with them apart."""
        return f"{adapter}-{self._digests[adapter]}" if adapter else _BASE

    def weights(self, adapter: str) -> str:
        """Which weights were put in by ``reload``; "" for those that the model was described with."""
        return "+".join(self._revisions[name] for name in dict.fromkeys(("", adapter)) if name in self._revisions)

    def version(self, adapter: str) -> str:
        """Names and versions of the base model and the adapter."""
        names = dict.fromkeys(("", adapter))
        return " + ".join(f"{_at(self._places[name]).name}@{self._digests[name]}" if name in self._digests else self._places[name] for name in names)

    @property
    def running(self) -> bool:
        """Whether the server has not ended by itself."""
        opening = self._opening
        return opening is None or not opening.done() or opening.exception() is not None or opening.result().running

    def ended(self) -> str:
        """Say why it has."""
        opening = self._opening
        return f"the server of vLLM has ended: {opening.result().words()}" if opening is not None else "the server of vLLM was closed"

    async def open(self, user: threading.Event) -> Server:
        """Give the server; the first who asks starts it.

        Raises:
            LudensError: it did not start.
        """
        with self._lock:
            self._users.add(user)
            opening = self._opening
            if opening is None:
                opening = self._opening = Future()
                opening.set_running_or_notify_cancel()
                self._stop = threading.Event()
                threading.Thread(target=self._start, args=(opening, self._stop), name="start of vLLM", daemon=True).start()
        return await asyncio.wrap_future(opening)

    async def reload(self, place: str, adapter: str, user: threading.Event) -> None:
        """Replace the weights of an adapter, or of the base model for "", by those of a folder.

        Raises:
            LudensError: the server may not, or the folder does not fit.
        """
        if not self._options.reloadable:
            raise LudensError("weights of the engine 'vllm_server' can be replaced where options.reloadable=true: see the how-to for what that opens")
        check_replacement(place, adapter)
        check_same_shape(self._places[adapter], place)
        server = await self.open(user)
        digest = fingerprint(_at(place))
        await asyncio.to_thread(self._replace, server, place, adapter, digest)
        self._places[adapter] = place
        self._digests[adapter] = self._revisions[adapter] = digest

    def leave(self, user: threading.Event) -> None:
        """Say that one user is done; the last ends the server, and waits for it."""
        with self._lock:
            self._users.discard(user)
            if self._users or self._opening is None:
                return
            opening, self._opening = self._opening, None
            self._stop.set()
        try:
            server = opening.result()
        except LudensError:
            return  # it never ran, and those who asked are told
        server.close()

    def _start(self, opening: Future[Server], stop: threading.Event) -> None:
        try:
            opening.set_result(self._server(stop))
        except Exception as problem:  # it belongs to those who wait
            opening.set_exception(problem if isinstance(problem, LudensError) else LudensError(f"{type(problem).__name__}: {problem}"))

    def _server(self, stop: threading.Event) -> Server:
        model, options = self._places[""], self._options
        self.tokens = load_tokens(model, dict(options.chat_template_kwargs), options.context)
        self._digests = {name: fingerprint(_at(place)) for name, place in self._places.items() if folder(place) is not None}
        self._revisions = {name: self._digests[name] for name in self._revisions}
        arguments = engine_arguments(str(folder(model) or model), options, self.tokens.context, cpu=self._cpu)
        further = ["--served-model-name", _BASE, "--disable-uvicorn-access-log", "--enable-prompt-tokens-details"]
        if options.adapters:
            named = [{"name": self.served(name), "path": str(_at(self._places[name]))} for name in options.adapters]
            further += ["--lora-modules", *map(json.dumps, named)]
        env = dict(options.env)
        if options.reloadable:
            env |= {"VLLM_SERVER_DEV_MODE": "1", "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True"}
        if self._cpu and (options.reloadable or options.adapters):
            further += ["--worker-extension-cls", "ludens_vllm_worker.Mended"]
            paths = [str(Path(__file__).with_name("worker")), env.get("PYTHONPATH") or os.environ.get("PYTHONPATH", "")]
            env["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        return Server([*command_line(arguments), *further], python=options.python or sys.executable, env=env, seconds=options.start_seconds, stop=stop)

    def _replace(self, server: Server, place: str, adapter: str, digest: str) -> None:
        if adapter:
            old, new = self.served(adapter), f"{adapter}-{digest}"
            if new != old:
                server.post("/v1/load_lora_adapter", {"lora_name": new, "lora_path": str(_at(place))})
                server.post("/v1/unload_lora_adapter", {"lora_name": old})
            return
        # what is being answered is answered to its end, and what comes meanwhile waits
        server.post("/pause?mode=wait")
        try:
            server.post("/collective_rpc", {"method": "reload_weights", "kwargs": {"weights_path": str(_at(place))}})
            if self._cpu:
                server.post("/collective_rpc", {"method": "ludens_pack_heads"})
            server.post("/reset_prefix_cache")
        finally:
            server.post("/resume")


_STATIONS: WeakValueDictionary[str, Station] = WeakValueDictionary()
_LOCK = threading.Lock()


def station(model: str, options: ServerOptions, *, cpu: bool) -> Station:
    """The station of a model: models with adapters share one with all others of this process whose settings lead to the same."""
    if not options.adapters:
        return Station(model, options, cpu=cpu)
    settings = {name: value for name, value in vars(options).items() if name != "adapter"}
    key = json.dumps([model, settings], sort_keys=True, default=dict)
    with _LOCK:
        found = _STATIONS.get(key)
        if found is None:
            found = _STATIONS[key] = Station(model, options, cpu=cpu)
        return found


def _at(place: str) -> Path:
    return Path(place).expanduser().resolve()
