"""The `dlgen` command, also as `python -m dlgen`: the first file that runs, so that Ctrl-C never shows a traceback."""

try:
    import signal

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # while modules are imported: nothing is made yet
    from dlgen.commands.main import main
except KeyboardInterrupt:
    raise SystemExit(130) from None

__all__ = ["main"]

if __name__ == "__main__":
    main()
