"""A small catalog on disk, so that the generator is tested without the templates that happen to exist."""

import json
from pathlib import Path

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests say of themselves with `record_property("said", ...)`: how much was tried."""
    reports = [each for name in ("passed", "failed") for each in terminalreporter.stats.get(name, [])]
    said = [text for each in reports for name, text in each.user_properties if name == "said"]
    for text in sorted({*map(str, said)}):
        terminalreporter.write_line(text)


CONFIG = '''"""Every number."""
from typing import Literal

from pydantic import Field
from support.settings import Settings


class Config(Settings):
    epochs: int = Field(15, ge=1, description="passes over the data")
    learning_rate: float = Field(1e-3, gt=0, lt=1, description="size of a step")
    optimizer: Literal["sgd", "adam"] = Field("adam", description="how weights move")
    filters: tuple[int, ...] = Field((32, 64), min_length=1, description="of each convolution")
    augment: bool = True  # flips and shifts
    patience: int | None = None
    data: str = "sample"
'''


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of templates with two parts, an optional part and one template, `beginner/tiny`."""
    slug = "{{cookiecutter.project_slug}}"
    return write(
        tmp_path_factory.mktemp("catalog"),
        {
            "parts/base/part.json": json.dumps({"title": "Base", "dependencies": ["numpy>=2"], "optional": False}),
            "parts/base/train.py": '"""Step 3: train."""\nprint(f"{{x}}")\n',
            "parts/base/support/__init__.py": "",
            "parts/base/__pycache__/train.cpython-311.pyc": "junk",
            "parts/base/config.toml": "{% for k, v in cookiecutter._settings.items() %}{{ k }} = {{ v|jsonify }}\n"
            "{% endfor %}",
            "parts/base/pyproject.toml": "[project]\nname = {{ cookiecutter.project_slug|jsonify }}\n"
            "description = {{ cookiecutter.project_name|jsonify }}\n"
            "dependencies = {{ cookiecutter._dependencies|jsonify }}\n",
            "parts/images/part.json": json.dumps({"title": "Images", "dependencies": ["pillow", "numpy>=2"]}),
            "parts/images/support/images.py": "SIZE = 28\n",
            "parts/docker/part.json": json.dumps({"title": "Docker", "optional": True, "summary": "an image"}),
            "parts/docker/Dockerfile": "FROM python\n",
            "beginner/tiny/cookiecutter.json": json.dumps(
                {
                    "project_name": "Tiny",
                    "project_slug": "tiny",
                    "accelerator": ["cpu", "gpu"],
                    "_title": "Tiny",
                    "_summary": "As small as can be.",
                    "_parts": ["base", "images"],
                    "_dependencies": ["keras"],
                    "_expected": {"metric": "test accuracy", "sample": 0.97},
                }
            ),
            f"beginner/tiny/{slug}/config.py": CONFIG,
            f"beginner/tiny/{slug}/README.md": "# {{ cookiecutter.project_name }}\n",
        },
    )


@pytest.fixture
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cookiecutter template that knows nothing of dlgen, with a hook."""
    return write(
        tmp_path_factory.mktemp("foreign") / "plain",
        {
            "cookiecutter.json": json.dumps(
                {"name": "Thing", "slug": "{{ cookiecutter.name|lower }}", "x": ["1", "2"]}
            ),
            "{{cookiecutter.slug}}/file.txt": "{{ cookiecutter.name }} {{ cookiecutter.x }}\n",
            "hooks/post_gen_project.py": "open('hooked', 'w').close()\n",
        },
    )
