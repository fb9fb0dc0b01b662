"""A project on disk: its record, its files, a change of several files as one, its environment and results."""
