"""Overcooked-v2: kitchens in which cooks see no further than so many steps and the order is hidden."""
