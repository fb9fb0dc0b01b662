"""What all tests share: a home folder of their own, a way to run dlgen, and one rendered project per template."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

GENERATOR = Path(__file__).parents[1] / "generator"
PLACES = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "APPDATA", "LOCALAPPDATA")  # where programs keep settings and copies
Dlgen = Callable[..., subprocess.CompletedProcess[str]]


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


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`rendered(name)`: a project made from that template, once for all tests; copy it before changing it."""
    made: dict[str, Path] = {}

    def project(name: str) -> Path:
        if name not in made:
            from dlgen import catalog, render

            folder = tmp_path_factory.mktemp("projects") / name
            made[name] = render.new(catalog.find(name), str(folder)).folder
        return made[name]

    return project
