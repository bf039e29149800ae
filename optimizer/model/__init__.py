"""Limits into a mixed-integer program."""
