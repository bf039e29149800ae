"""Large plans: once what sites share has a price, each site's best schedule is known in closed form."""
