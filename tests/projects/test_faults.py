"""A full disk and a read-only folder, produced for real by mounting a small file system over runs/."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def mounted(rendered: Callable[[str], Path], tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    project = Path(shutil.copytree(rendered("mnist-classifier"), tmp_path / "digits"))
    (project / "runs").mkdir()

    def mount(options: str) -> Path:
        if os.name == "nt" or os.geteuid() != 0 or shutil.which("mount") is None:
            pytest.skip("only root can mount a file system")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", project / "runs"], capture_output=True)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here: {done.stderr.decode()}")
        return project

    yield mount
    subprocess.run(["umount", project / "runs"], capture_output=True)


def step(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([sys.executable, *command], cwd=project, capture_output=True, text=True, env=environment)


def test_a_full_disk_while_saving_is_said_in_two_lines(mounted: Callable[[str], Path]) -> None:
    project = mounted("size=200k")
    done = step(project, "train.py", "--epochs", "1")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-2].startswith("error: the disk is full while writing")
    assert "Traceback" not in done.stderr
    assert not list(project.glob("runs/*/.unfinished-*")) and not list(project.glob("runs/*/model.keras"))


def test_a_read_only_folder_is_said_in_two_lines_before_tensorflow_is_loaded(mounted: Callable[[str], Path]) -> None:
    project = mounted("size=1m,ro")
    done = step(project, "train.py", "--epochs", "1")
    assert done.returncode == 2
    assert done.stderr.startswith("error: no permission to write or read")
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited by Linux's RLIMIT_AS")
def test_running_out_of_memory_names_a_smaller_batch(rendered: Callable[[str], Path], tmp_path: Path) -> None:
    import resource

    project = Path(shutil.copytree(rendered("mnist-classifier"), tmp_path / "digits"))
    limit = 6 * 2**30  # bytes of addresses: TensorFlow begins with about four, and this batch wants six more
    done = subprocess.run(
        [sys.executable, "train.py", "--image-size", "512", "--batch-size", "1024"],
        cwd=project,
        capture_output=True,
        text=True,
        # On some processors oneDNN's convolutions end in a segmentation fault where memory is limited, before TensorFlow can say so.
        env=os.environ | {"TF_ENABLE_ONEDNN_OPTS": "0"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert done.returncode == 1
    assert done.stderr.endswith("failed: out of memory at batch size 1024\nTry: --batch-size 512\n")
    assert "Traceback" not in done.stderr
