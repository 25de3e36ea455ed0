"""Evaluation: one command that says how good the answers are."""
