"""A template and answers -> a project or a plain template, in one step or not at all."""
