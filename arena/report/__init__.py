"""Reports and replays: plain data in, a self-contained page or terminal text out."""
