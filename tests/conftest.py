"""What all tests share: a home folder of their own, a way to run dlgen, and one rendered project per template.

Also how the checks are run: the longest tests first, none left out in silence, and what each of them cost.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
GENERATOR = ROOT / "generator"
COSTS = ROOT / "benchmarks" / "checks.json"  # seconds of each test in the last run that was recorded
SKIPS = tomllib.loads((ROOT / "tests" / "skips.toml").read_text(encoding="utf-8"))["may_be_skipped"]
PLACES = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "APPDATA", "LOCALAPPDATA")  # where programs keep settings and copies
LEFT_BY_TOOLS = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
Dlgen = Callable[..., subprocess.CompletedProcess[str]]

os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # rendered projects are shared, and stay as they were rendered
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # started by nohup or `&`: the tests of Ctrl-C need it
    signal.signal(signal.SIGINT, signal.default_int_handler)


# ---- how the tests are run


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("checks")
    group.addoption(
        "--no-silent-skip", action="store_true", help="a skipped test fails, unless tests/skips.toml says why"
    )
    group.addoption("--record", metavar="FILE", help="write what each test cost, as JSON")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no core waits for one long test at the end."""
    costs: dict[str, float] = {}
    if COSTS.exists():
        recorded = json.loads(COSTS.read_text(encoding="utf-8"))
        costs = {test: found["seconds"] for test, found in recorded["tests"].items()}
    items.sort(key=lambda item: -costs.get(item.nodeid, 30.0 if item.get_closest_marker("slow") else 1.0))


def _processor_seconds() -> float:
    """Of this process and of all that it started and waited for (on Windows of this process alone)."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    before = item.stash.get(_USED, None)
    now = _processor_seconds()
    item.stash[_USED] = now
    if before is not None:
        item.user_properties.append((f"processor {call.when}", round(now - before, 2)))
    outcome = yield
    report: pytest.TestReport = outcome.get_result()  # type: ignore[attr-defined]
    expected = call.excinfo is not None and isinstance(call.excinfo.value, pytest.xfail.Exception)
    if report.skipped and not expected and item.config.getoption("--no-silent-skip"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not any(re.search(each["reason"], reason) for each in SKIPS):
            report.outcome = "failed"
            report.longrepr = f"left out: {reason}\nIf that may be, say why in tests/skips.toml."


_USED = pytest.StashKey[float]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[_USED] = _processor_seconds()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The total and the thirty slowest tests; with --record, all of them in a file."""
    tests: dict[str, dict[str, float]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                test = tests.setdefault(report.nodeid, {"seconds": 0.0, "processor": 0.0})
                test["seconds"] = round(test["seconds"] + report.duration, 2)
                used = {name: value for name, value in report.user_properties if name.startswith("processor")}
                test["processor"] = max(test["processor"], round(sum(used.values()), 2))
    if not tests or not (config.getoption("--no-silent-skip") or config.getoption("--record")):
        return
    terminalreporter.section("what the tests cost")
    terminalreporter.write_line(
        f"{len(tests)} tests, {sum(test['seconds'] for test in tests.values()):.0f} s of workers, "
        f"{sum(test['processor'] for test in tests.values()):.0f} s of processors; the slowest:"
    )
    for name in sorted(tests, key=lambda name: -tests[name]["seconds"])[:30]:
        terminalreporter.write_line(f"{tests[name]['seconds']:7.1f} s  {tests[name]['processor']:7.1f} s  {name}")
    if file := config.getoption("--record"):
        Path(file).write_text(json.dumps({"tests": dict(sorted(tests.items()))}, indent=1) + "\n", encoding="utf-8")


# ---- what the tests share


@pytest.fixture(autouse=True, scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home folder, for this process and all that it starts."""
    folder = tmp_path_factory.mktemp("home")
    kept = {name: os.environ.get(name) for name in ("HOME", "USERPROFILE", "PYTHONPATH", *PLACES)}
    for name in PLACES:
        os.environ.pop(name, None)
    os.environ |= {"HOME": str(folder), "USERPROFILE": str(folder), "PYTHONPATH": str(GENERATOR)}
    yield folder
    for name, value in kept.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture
def dlgen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dlgen:
    """Run the dlgen command as its own process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dlgen", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )

    return run


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    named = ((path.relative_to(folder), path) for path in files)
    return {path.as_posix(): file.read_bytes() for path, file in named if not LEFT_BY_TOOLS & {*path.parts}}


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Path]]:
    """`rendered(name)`: a project made from that template, once for all tests, to read; `copied` is for the others."""
    made: dict[str, Path] = {}
    contents: dict[str, dict[str, bytes]] = {}

    def project(name: str) -> Path:
        if name not in made:
            from dlgen.catalog import lookup
            from dlgen.rendering import render

            folder = tmp_path_factory.mktemp("projects") / name
            made[name] = render.new(lookup.find(name), str(folder)).folder
            contents[name] = _contents(made[name])
        return made[name]

    yield project
    for name, folder in made.items():
        changed = {file for file, content in _contents(folder).items() if contents[name].get(file) != content}
        assert not changed, f"a test wrote into the {name} that all share: {sorted(changed)[:5]}; it needs `copied`"


@pytest.fixture
def copied(rendered: Callable[[str], Path], tmp_path: Path) -> Callable[..., Path]:
    """`copied(name)`: a copy of a rendered project, to train in; `copied(name, "other")` a second one."""

    def project(name: str, folder: str = "") -> Path:
        return Path(shutil.copytree(rendered(name), tmp_path / (folder or name)))

    return project
