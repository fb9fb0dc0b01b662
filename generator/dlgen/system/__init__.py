"""What stands beneath: paths, files, archives and git, asked in ways that nothing foreign can turn to its use."""
