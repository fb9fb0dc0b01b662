"""The commands: they parse, call one thing below and print."""
