"""The only place where dlgen calls git, in such a way that no repository makes it run anything.

A repository's own configuration can name programs: a file watcher, hooks, filters, helpers, the far side of a remote.
A project from elsewhere may bring such a configuration along, in its `.git` or in a folder that looks like a bare
repository. What the *user* has configured (`~/.gitconfig`, the system's) stays in force: proxies, credentials, filters
such as git-lfs, and `safe.directory`.

Nothing is taken from the caller's variables GIT_*, which a hook or an editor may have set for another repository; only
the way to the network is (`FOR_THE_NETWORK`), where the network is used.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dlgen.errors import DlgenError

SECONDS = 60  # for a question about a repository on this computer
SLOW_SECONDS = 30  # a server that sends less than a byte a second for so long is given up
COMMANDS = {"status", "ls-files", "rev-parse", "clone", "ls-remote", "checkout"}  # any other needs a thought first
FOR_THE_NETWORK = (
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_SSL_CAINFO",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
)
PROTOCOLS = "file:git:http:https:ssh"  # not ext, which runs any command

# What a repository's configuration could make git run or follow: given on the command line, which outweighs it.
NOTHING_RUNS = {
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",  # git knows it on Windows too
    "core.alternateRefsCommand": "",
    "core.askPass": "",
    "core.pager": "cat",
    "credential.interactive": "false",
    "diff.ignoreSubmodules": "all",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "safe.bareRepository": "explicit",
    "status.submoduleSummary": "false",
    "submodule.recurse": "false",
}
# The name of a filter may be empty: [filter ""] in the configuration, "* filter=" in .gitattributes.
FILTER = re.compile(r"filter\.(.*)\.(?:clean|smudge|process|required)", re.IGNORECASE | re.DOTALL)


def run(
    arguments: Sequence[str], *, cwd: Path | None = None, timeout: float = SECONDS, network: bool = False
) -> "subprocess.CompletedProcess[bytes]":
    """Run git; neither it nor what it starts asks a question.

    Where git is missing or does not end in time, the result says so as git would: exit code 127 or 124, and a line in
    stderr.

    Args:
        arguments: one of `COMMANDS` and what follows it.
        cwd: the top of a repository; no other folder is looked at for one. None: no repository at all.
        timeout: seconds.
        network: whether it may talk to other computers, or to repositories elsewhere on this one.
    """
    assert arguments[0] in COMMANDS, arguments[0]
    if program() is None:
        return _failed(arguments, 127, "fatal: git is not installed")
    if cwd is None:
        with tempfile.TemporaryDirectory(prefix="dlgen-git-") as empty:
            return _call(arguments, Path(empty).resolve(), {}, timeout, network)
    off = {} if arguments[0] == "clone" else _filters(cwd.resolve())
    if off is None:
        return _failed(arguments, 128, "fatal: what this repository is configured to run cannot be determined")
    return _call(arguments, cwd.resolve(), off, timeout, network)


def repository(folder: Path) -> Path | None:
    """The top of the repository that `folder` is in: it or a folder above that has `.git`; None without git."""
    place = folder.resolve()
    top = next((each for each in (place, *place.parents) if os.path.lexists(each / ".git")), None)
    return top if top and program() else None


def has_repository(folder: Path) -> bool:
    """Whether git is installed and `folder` is in a repository."""
    return repository(folder) is not None


def uncommitted(folder: Path) -> list[str]:
    """The changed and the new files in `folder`; empty without git, or outside of a repository.

    Where git refuses to answer, a note on stderr says so, and the answer is empty.
    """
    done = _ask(folder, "status", "--porcelain", "-z", "--no-renames", "--ignore-submodules=all")
    return [entry[3:] for entry in done or []]


def seen(folder: Path) -> list[str] | None:
    """The files in `folder` that git tracks or would track, from `folder`; None where git cannot say."""
    top = repository(folder)
    names = _ask(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if top is None or names is None:
        return None
    within = folder.resolve().relative_to(top).as_posix()
    return names if within == "." else [name.removeprefix(f"{within}/") for name in names]


def check_clean(folder: Path, what: str) -> None:
    """Raises DlgenError where something in `folder` is not committed."""
    found = uncommitted(folder)
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise DlgenError(
            f"{what} has changes that are not committed: {', '.join(found[:3])}{more}\n"
            "Commit them first, so that you can compare; or give --allow-dirty."
        )


def program() -> str | None:
    """Where git is; only full paths in PATH count, since `.` is a folder that others may have filled."""
    name = "git.exe" if os.name == "nt" else "git"
    places = (Path(place) for place in os.environ.get("PATH", os.defpath).split(os.pathsep) if place)
    return next(
        (str(place / name) for place in places if place.is_absolute() and shutil.which(str(place / name))), None
    )


def _ask(folder: Path, *arguments: str) -> list[str] | None:
    """The entries that git lists for `folder`, whose names may contain any character."""
    top = repository(folder)
    if top is None:
        return None
    done = run([*arguments, "--", folder.resolve().relative_to(top).as_posix()], cwd=top)
    if done.returncode != 0:
        why = next(iter(done.stderr.decode("utf-8", "replace").splitlines()), "it gave no reason")
        print(f"note: git cannot be asked about {folder}: {why.partition(': ')[2] or why}", file=sys.stderr)
        return None
    return [entry for entry in os.fsdecode(done.stdout).split("\0") if entry]


def _filters(top: Path) -> dict[str, str] | None:
    """What switches off the filters that the repository itself configures; None where they cannot be listed.

    A filter of the user's own configuration stays, and what git does not filter it compares as it is.
    """
    done = _call(["config", "--list", "-z", "--show-scope", "--name-only"], top, {}, SECONDS, False)
    if done.returncode != 0:
        return {} if b"not a git repository" in done.stderr else None
    words = os.fsdecode(done.stdout).split("\0")  # scope, key, scope, key, ...
    off: dict[str, str] = {}
    for scope, key in zip(words[::2], words[1::2], strict=False):
        match = FILTER.fullmatch(key)
        if match is None or scope not in ("local", "worktree"):
            continue
        if "=" in match[1]:  # cannot be said with -c
            return None
        off |= {f"filter.{match[1]}.{word}": "" for word in ("clean", "smudge", "process")}
        off[f"filter.{match[1]}.required"] = "false"
    return off


def _call(
    arguments: Sequence[str], cwd: Path, config: dict[str, str], timeout: float, network: bool
) -> "subprocess.CompletedProcess[bytes]":
    options = {**NOTHING_RUNS, **config}
    if network:
        options |= {"http.lowSpeedTime": str(SLOW_SECONDS), "http.lowSpeedLimit": "1"}
    pairs = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
    command = [program() or "git", "--no-pager", "--literal-pathspecs", *pairs, *arguments]
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=_environment(cwd, network),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=os.name != "nt",  # without a terminal that ssh could ask at
    )
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        _end(process)
        return _failed(arguments, 124, f"fatal: timed out: no answer in {timeout:g} seconds")
    except BaseException:
        _end(process)
        raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def _environment(cwd: Path, network: bool) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if not key.upper().startswith("GIT_")}
    if network:
        environment |= {key: os.environ[key] for key in FOR_THE_NETWORK if key in os.environ}
        if not {"GIT_SSH", "GIT_SSH_COMMAND"} & environment.keys():
            environment["GIT_SSH_COMMAND"] = "ssh -oBatchMode=yes"
    return environment | {
        "GIT_ALLOW_PROTOCOL": PROTOCOLS if network else "",  # outweighs any configuration
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ASKPASS": "",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_CEILING_DIRECTORIES": str(cwd.parent),
        "LC_ALL": "C",
    }


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill git and what it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()


def _failed(arguments: Sequence[str], code: int, line: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.CompletedProcess(list(arguments), code, b"", f"{line}\n".encode())
