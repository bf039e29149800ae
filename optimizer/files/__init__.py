"""Reading and writing plans: the only place that knows what a plan looks like on disk."""
