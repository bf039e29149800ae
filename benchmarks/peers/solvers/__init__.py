"""One module for each peer, with one function `solve(formulation, settings, trace)`; only its process imports it."""
