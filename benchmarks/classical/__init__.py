"""Published problems with published optima, as plans: read, mapped, solved, and priced again from the original file."""
