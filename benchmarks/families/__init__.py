"""Families of ordinary plans: seeded directories of every size, of kinds that each make one thing hard."""
