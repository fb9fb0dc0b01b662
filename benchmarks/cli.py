"""How long the commands of dlgen take as users have it, beside a bare click program and the cookiecutter command.

    python benchmarks/cli.py [REPEATS]     20 by default; about a minute
    python benchmarks/cli.py --predict     also a prediction from Keras and from ONNX (trains; needs TensorFlow)

A wheel is built and installed by uv into an environment of its own, where nothing else is: development tools and
editable installs slow every start of Python. Each round runs every command once, so that whatever else the computer
does touches all of them alike. Compared are the medians of the time that passed; beside them stand the fastest round and
the time of the processor, which are steadier on a busy computer.

Promised: `dlgen --help` and `dlgen list` at most 1.15 times bare click, `dlgen new` at most 0.6 times cookiecutter
rendering the same composed template; in a project, an image predicted from ONNX at most a fifth of the time that it
takes through Keras, whole process against whole process.
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

HERE = Path(__file__).resolve().parents[1]
TEMPLATE = "mnist-classifier"
BARE = (
    "import click\n\n@click.command()\ndef cli():\n    click.echo('hello')\n\nif __name__ == '__main__':\n    cli()\n"
)
UV = [sys.executable, "-m", "uv"]
WINDOWS = os.name == "nt"
Times = dict[str, list[tuple[float, float]]]  # seconds that passed and seconds of the processor, by command


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--predict"]
    repeats = int(words[0]) if words else 20
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scripts = install(folder)
        (folder / "bare.py").write_text(BARE)
        ejected, out = folder / "ejected", folder / "out"
        dlgen = str(scripts / "dlgen")
        subprocess.run([dlgen, "eject", TEMPLATE, str(ejected)], check=True, capture_output=True)
        commands = {
            "bare click program": [str(scripts / "python"), str(folder / "bare.py")],
            "dlgen --help": [dlgen, "--help"],
            "dlgen list": [dlgen, "list"],
            "cookiecutter": [str(scripts / "cookiecutter"), str(ejected), "--no-input", "-o", str(out)],
            "dlgen new": [dlgen, "new", TEMPLATE, str(out / TEMPLATE)],
        }
        times = measure(commands, repeats, out)
        if "--predict" in sys.argv:
            times |= predictions(dlgen, folder, max(3, repeats // 4))
    print(f"{'':34} {'ratios of':>25}")
    print(f"{'':20} {'median':>8} {'processor':>9}  {'medians':>8} {'fastest':>8} {'processor':>9}  at most")
    row(times, "bare click program")
    row(times, "dlgen --help", "bare click program", 1.15)
    row(times, "dlgen list", "bare click program", 1.15)
    row(times, "cookiecutter")
    row(times, "dlgen new", "cookiecutter", 0.6)
    if "predict from Keras" in times:
        row(times, "predict from Keras")
        row(times, "predict from ONNX", "predict from Keras", 0.2)


def install(folder: Path) -> Path:
    """Build the wheel, install it into a new environment in `folder`, and return where that one's programs are."""
    quiet = ["--quiet"]
    subprocess.run([*UV, "build", *quiet, "--wheel", "--out-dir", str(folder / "wheel"), str(HERE)], check=True)
    subprocess.run([*UV, "venv", *quiet, "--python", sys.executable, str(folder / "env")], check=True)
    scripts = folder / "env" / ("Scripts" if WINDOWS else "bin")
    python, wheel = scripts / ("python.exe" if WINDOWS else "python"), next((folder / "wheel").glob("*.whl"))
    subprocess.run(
        [*UV, "pip", "install", *quiet, "--compile-bytecode", "--python", str(python), str(wheel)], check=True
    )
    return scripts


def predictions(dlgen: str, folder: Path, repeats: int) -> Times:
    """One image in a trained and exported project; nothing where TensorFlow is not installed."""
    if importlib.util.find_spec("tensorflow") is None:
        return {}
    project = folder / "digits"
    subprocess.run([dlgen, "new", TEMPLATE, str(project)], check=True, capture_output=True)
    for step in (["train.py", "--epochs", "1"], ["export.py", "--formats", "onnx"]):
        subprocess.run([sys.executable, *step], cwd=project, check=True, capture_output=True)
    model = next(project.glob("runs/*/export/model.onnx"))
    image = "import data; from PIL import Image; Image.fromarray(data.sample()[0][0, :, :, 0]).save('digit.png')"
    subprocess.run([sys.executable, "-c", image], cwd=project, check=True)
    commands = {
        "predict from Keras": [sys.executable, "predict.py", "digit.png"],
        "predict from ONNX": [sys.executable, "predict.py", "digit.png", "--model", str(model)],
    }
    return measure(commands, repeats, folder / "nothing", project)


def measure(commands: dict[str, list[str]], repeats: int, out: Path, place: Path | None = None) -> Times:
    """The times of each command, round by round, with an empty home folder and a first round that does not count.

    `out` is an empty folder before each command.
    """
    times: Times = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as home:
        own = {"HOME": home, "USERPROFILE": home}
        without = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV")
        environment = {name: value for name, value in os.environ.items() if name not in without} | own
        for number in range(repeats + 1):
            for name, command in commands.items():
                shutil.rmtree(out, ignore_errors=True)
                out.mkdir()
                began, before = time.perf_counter(), of_children()
                subprocess.run(command, check=True, capture_output=True, env=environment, cwd=place)
                if number:
                    times[name].append((time.perf_counter() - began, of_children() - before))
    return times


def of_children() -> float:
    """Seconds of the processor that the commands have taken so far; 0 on Windows, which does not tell."""
    if WINDOWS:
        return 0.0
    import resource

    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


def row(times: Times, name: str, beside: str | None = None, most: float = 0) -> None:
    passed, processor = ([each[kind] for each in times[name]] for kind in (0, 1))
    line = f"{name:20} {median(passed):6.3f} s {median(processor):7.3f} s"
    if beside:
        others, work = ([each[kind] for each in times[beside]] for kind in (0, 1))
        steady = median(processor) / median(work) if median(work) else float("nan")
        line += f"  {median(passed) / median(others):8.2f} {min(passed) / min(others):8.2f} {steady:9.2f}  {most} of {beside}"
    print(line)


if __name__ == "__main__":
    main()
