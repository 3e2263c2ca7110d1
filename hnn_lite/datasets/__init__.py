"""Data to learn from: simulated tasks, and recordings of real systems."""
