"""How a controlled chip may lawfully enter a destination: what the company holds, which paths are open where and when."""
