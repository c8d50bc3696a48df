"""Models by vLLM: in this process, or behind a server that is started for them."""
