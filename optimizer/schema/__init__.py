"""What a plan and a placement are."""
