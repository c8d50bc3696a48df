"""Models in this process: weights on this machine, generated with by transformers. Nothing heavy is imported before the first request."""
