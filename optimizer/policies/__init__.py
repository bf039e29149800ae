"""Policy packs: the law as dated, cited data."""
