"""`dlgen new --run`: the project's own environment, and its steps run there."""

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from dlgen.errors import StepFailed

TAIL = 15  # lines of a failed installation that are shown; the whole of it is in the log


def next_commands(project: Path, steps: list[list[str]]) -> list[str]:
    """What to type to make the environment of a project and run its steps, for the reader's own system."""
    windows = os.name == "nt"
    try:
        folder = project.relative_to(Path.cwd())
    except ValueError:
        folder = project
    return [
        f"cd {_quoted(folder)}",
        "python -m venv .venv" if windows else "python3 -m venv .venv",
        r".venv\Scripts\activate" if windows else ". .venv/bin/activate",
        'pip install -e ".[dev]"',
        *(f"python {' '.join(step)}" for step in steps),
    ]


def run(project: Path, steps: list[list[str]], quiet: bool = False) -> None:
    """Make the project's `.venv`, install the project in it and run its steps, their output going to this terminal.

    Args:
        steps: each a script of the project and its arguments, for example ["train.py"].
        quiet: send the output of the steps to stderr, because stdout is for JSON.

    Raises:
        StepFailed: naming what failed and what to type to repeat it.
    """
    python = install(project)
    output = sys.stderr if quiet else sys.stdout
    for number, step in enumerate(steps, 1):
        command = f"python {' '.join(step)}"
        print(f"\n[{number}/{len(steps)}] {command}", file=output, flush=True)
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        done = subprocess.run([str(python), *step], cwd=project, env=environment, stdout=output)
        if done.returncode != 0:
            raise StepFailed(
                f"step {number} of {len(steps)}, {command}, ended with exit code {done.returncode}\n"
                f"Repeat it: {_shell(project, [str(python.relative_to(project)), *step])}"
            )


def install(project: Path) -> Path:
    """The python of the project's environment, with the project and its libraries installed.

    uv does it, which takes a tenth of pip's time: the one on the PATH, the one that is installed beside dlgen, or one
    that pip can install into the project's environment. Where none is to be had, or it does not succeed, pip does it.

    Raises:
        StepFailed: where pip does not succeed either.
    """
    venv = project / ".venv"
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    own = [sys.executable, "-m", "venv", str(venv)]
    uv = find_uv()
    if uv:
        try:
            _make([uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(venv)], project)  # with pip
            return _install("uv", _by_uv(uv, python), project, python)
        except StepFailed:  # uv does not read pip's configuration, which may be the only way to the libraries
            _say("uv could not install it; trying pip\n")
            shutil.rmtree(venv, ignore_errors=True)
    _make(own, project)
    pip = [str(python), "-m", "pip", "install"]
    if uv is None:
        try:
            _logged("Installing uv", [*pip, "uv"], project, venv / "uv.log")
            return _install("uv", _by_uv(str(_beside(python)), python), project, python)
        except (StepFailed, OSError):
            _say("uv could not install it; trying pip\n")
    return _install("pip", pip, project, python)


def find_uv() -> str | None:
    """The program uv: on the PATH, or beside dlgen."""
    beside = _beside(Path(sys.executable))
    return shutil.which("uv") or (str(beside) if beside.exists() else None)


def _beside(python: Path) -> Path:
    """Where uv is, or would be, in the environment of a python."""
    return python.with_name("uv.exe" if os.name == "nt" else "uv")


def _by_uv(uv: str, python: Path) -> list[str]:
    return [uv, "pip", "install", "--python", str(python)]


def _make(command: list[str], project: Path) -> None:
    log = project / ".dlgen" / "venv.log"  # .venv is not there yet
    _logged("Making .venv", command, project, log)
    log.unlink()


def _install(tool: str, command: list[str], project: Path, python: Path) -> Path:
    log = project / ".venv" / "install.log"
    _logged(f"Installing the project and its libraries with {tool}", [*command, "-e", ".[dev]"], project, log)
    return python


def _logged(title: str, command: list[str], project: Path, log: Path) -> None:
    """Run a command with its output in a file and the seconds counting on the terminal."""
    started = time.monotonic()
    done = threading.Event()
    ticker = threading.Thread(target=_tick, args=(title, started, done), daemon=True)
    with log.open("w", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(command, cwd=project, stdout=output, stderr=subprocess.STDOUT)
        ticker.start()
        try:
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            done.set()
            ticker.join()
    _say(f"{title}: {time.monotonic() - started:.0f} s\n")
    if code != 0:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]
        raise StepFailed(
            f"{title[:1].lower()}{title[1:]} ended with exit code {code}; the last lines of {log}:\n"
            + "".join(f"  {line}\n" for line in lines)
            + f"Repeat it: {_shell(project, command)}"
        )


def _tick(title: str, started: float, done: threading.Event) -> None:
    if not sys.stderr.isatty():
        _say(f"{title} ...\n")
        return
    while not done.wait(0.5):
        _say(f"{title} ... {time.monotonic() - started:.0f} s")


def _say(text: str) -> None:
    sys.stderr.write(f"\r{text}" if sys.stderr.isatty() else text)
    sys.stderr.flush()


def _shell(folder: Path, command: list[str]) -> str:
    """A command as one would type it."""
    words = (f'"{word}"' if " " in word or "[" in word else word for word in command)
    return f"cd {_quoted(folder)} && {' '.join(words)}"


def _quoted(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)
