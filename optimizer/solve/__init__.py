"""Solvers behind one protocol; the only folder that knows OR-Tools."""
