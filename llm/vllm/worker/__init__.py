"""What runs inside vLLM's workers; the folder is put on their path, because the environment of a server need not have this package."""
