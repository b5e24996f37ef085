"""Who asks: people and programs, what each may do, and what was done."""
