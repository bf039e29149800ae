"""Packaged facts a plan may name instead of giving: accelerators, countries and the tiers countries fall in.

Data files sit beside the code that reads them. Every figure carries its source and a confidence.
"""
