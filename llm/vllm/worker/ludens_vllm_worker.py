"""An extension of vLLM's worker, named on a server's command line: importing it mends the worker, and its method can be called by its name."""

from __future__ import annotations

from ludens_vllm_mends import mend_adapters, pack_heads  # this folder is on the worker's path

__all__ = ["Mended"]

mend_adapters()


class Mended:
    """What is added to vLLM's worker."""

    def ludens_pack_heads(self) -> int:
        """See :func:`ludens_vllm_mends.pack_heads`."""
        return int(pack_heads(self))
