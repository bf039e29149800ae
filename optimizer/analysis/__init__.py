"""What a verified placement means: which limits bind, how much room is left."""
