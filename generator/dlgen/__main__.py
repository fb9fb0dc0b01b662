"""The `dlgen` command, also as `python -m dlgen`: the first file that runs, so that Ctrl-C never shows a traceback."""

try:
    import gc
    import signal

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # while modules are imported: nothing is made yet
    gc.set_threshold(
        100_000
    )  # what is imported is not garbage; looking for some takes a tenth of a short command's time
    from dlgen.commands import main as command
except KeyboardInterrupt:
    raise SystemExit(130) from None


def main() -> None:
    """Run the command and end the process with its exit code."""
    try:
        command.main()
    finally:
        gc.freeze()  # nor is it looked through at the end, when all of it goes


if __name__ == "__main__":
    main()
