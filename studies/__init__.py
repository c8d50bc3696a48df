"""Behavioural experiments: factorial design, plan, tidy table, models, report."""
