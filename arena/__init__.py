"""Playing: one episode, a plan of many, tournaments, the store, replays, the report."""
