"""How long the commands of dlgen take, side by side with a bare click program and the cookiecutter command.

    python benchmarks/cli.py [REPEATS]     20 by default; about two minutes

Each round runs every command once, so that whatever else the computer does touches all of them alike; medians are
compared. Promised: `dlgen --help` and `dlgen list` at most 1.5 times bare click, `dlgen new` at most 1.0 times
cookiecutter rendering the same composed template; in a project, one picture predicted from ONNX at most a fifth of the time that it takes
through Keras, whole process against whole process (where the project's libraries are installed).
"""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

TEMPLATE = "mnist-classifier"
BARE = (
    "import click\n\n@click.command()\ndef cli():\n    click.echo('hello')\n\nif __name__ == '__main__':\n    cli()\n"
)


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE)
        ejected = folder / "ejected"
        scripts = Path(sys.executable).parent
        dlgen = [str(scripts / "dlgen")] if (scripts / "dlgen").exists() else [sys.executable, "-m", "dlgen"]
        subprocess.run([*dlgen, "eject", TEMPLATE, str(ejected)], check=True, capture_output=True)
        out = folder / "out"
        commands = {
            "bare click program": [sys.executable, str(folder / "bare.py")],
            "dlgen --help": [*dlgen, "--help"],
            "dlgen list": [*dlgen, "list"],
            "cookiecutter": [str(scripts / "cookiecutter"), str(ejected), "--no-input", "-o", str(out)],
            "dlgen new": [*dlgen, "new", TEMPLATE, str(out / TEMPLATE)],
        }
        times = measure(commands, repeats, out)
        times |= predictions(dlgen, folder, max(3, repeats // 4))
    print(f"{'':20} {'median':>8} {'fastest':>8}  {'ratio':>6}  of                   at most")
    row(times, "bare click program")
    row(times, "dlgen --help", "bare click program", 1.5)
    row(times, "dlgen list", "bare click program", 1.5)
    row(times, "cookiecutter")
    row(times, "dlgen new", "cookiecutter", 1.0)
    if "predict from Keras" in times:
        row(times, "predict from Keras")
        row(times, "predict from ONNX", "predict from Keras", 0.2)


def predictions(dlgen: list[str], folder: Path, repeats: int) -> dict[str, list[float]]:
    """Seconds for one picture in a trained and exported project; nothing where TensorFlow is not installed."""
    if importlib.util.find_spec("tensorflow") is None:
        return {}
    project = folder / "digits"
    subprocess.run([*dlgen, "new", TEMPLATE, str(project)], check=True, capture_output=True)
    for step in (["train.py", "--epochs", "1"], ["export.py", "--formats", "onnx"]):
        subprocess.run([sys.executable, *step], cwd=project, check=True, capture_output=True)
    model = next(project.glob("runs/*/export/model.onnx"))
    picture = "import data; from PIL import Image; Image.fromarray(data.sample()[0][0, :, :, 0]).save('digit.png')"
    subprocess.run([sys.executable, "-c", picture], cwd=project, check=True)
    commands = {
        "predict from Keras": [sys.executable, "predict.py", "digit.png"],
        "predict from ONNX": [sys.executable, "predict.py", "digit.png", "--model", str(model)],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(repeats + 1):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, cwd=project, check=True, capture_output=True)
            if number:
                times[name].append(time.perf_counter() - started)
    return times


def measure(commands: dict[str, list[str]], repeats: int, out: Path) -> dict[str, list[float]]:
    """Seconds of each command, round by round, with an empty home folder and a first round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "USERPROFILE": home}
        for number in range(repeats + 1):
            for name, command in commands.items():
                shutil.rmtree(out, ignore_errors=True)
                out.mkdir()
                started = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True, env=environment)
                if number:
                    times[name].append(time.perf_counter() - started)
    return times


def row(times: dict[str, list[float]], name: str, beside: str | None = None, most: float = 0) -> None:
    line = f"{name:20} {median(times[name]):6.3f} s {min(times[name]):6.3f} s"
    if beside:
        line += f"  {median(times[name]) / median(times[beside]):6.2f}  {beside:20} {most}"
    print(line)


if __name__ == "__main__":
    main()
