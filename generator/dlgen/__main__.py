"""`python -m dlgen` is the `dlgen` command."""

from dlgen.cli import main

main()
