"""Outcomes for people and for scripts."""
