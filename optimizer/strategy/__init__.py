"""How solves are combined into a verified placement with a proven gap."""
