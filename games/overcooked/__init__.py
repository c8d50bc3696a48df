"""Overcooked: cooks who must work together in small kitchens."""
