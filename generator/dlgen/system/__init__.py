"""The ground: paths, files, archives and git, used in ways that no foreign template or project can abuse."""
