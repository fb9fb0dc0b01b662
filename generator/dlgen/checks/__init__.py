"""`dlgen check`: what a template is held to."""
