"""What a project made with the part `base` gives its shared steps; templates/README.md says it in words."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from dlgen.checks.project import read
from dlgen.checks.report import Finding

STEPS = ("config.py", "data.py", "model.py", "train.py", "evaluate.py", "predict.py", "export.py", "tune.py")
LONGEST = 150  # lines of a file that is read in order: what a reader takes in at one sitting
OTHERS = ("README.md", "GUIDE.md", "lessons.py", "config.toml", "pyproject.toml", ".gitignore", "support", "tests")
NAMES = {
    "config.py": {"Config", "SEARCH"},
    "data.py": {"load", "read_inputs", "draw_examples", "main"},
    "model.py": {"build_model", "main"},
    "metrics.py": {
        "METRIC",
        "score",
        "details",
        "choose_threshold",
        "to_record",
        "to_text",
        "to_rows",
        "to_table",
        "plot",
    },
    "support/training/baselines.py": {"predict"},
    "support/data/preprocessing.py": {"encode", "with_preprocessing", "without_preprocessing"},
}


def top_level_names(path: Path) -> set[str]:
    """What `from FILE import ...` would find, read without running it.

    Raises:
        SyntaxError: where the file is not Python.
    """
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


def imported_before_support(path: Path) -> str:
    """The library that a step imports before the project's `support`, or "": what `support` says of a missing one comes too late.

    The project's own files are followed, as Python does. A file that cannot be started as a program is no step. The standard library is
    never missing.

    Raises:
        SyntaxError: where the file, or one that it imports, is not Python.
    """
    if '__name__ == "__main__"' not in path.read_text(encoding="utf-8"):
        return ""
    return _first_library(path, set()) or ""


def _first_library(path: Path, seen: set[Path]) -> str | None:
    """The library that is imported before `support`; "" where `support` comes first, None where neither is imported."""
    seen.add(path)
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        for module in modules:
            package = module.partition(".")[0]
            own = path.with_name(f"{package}.py")
            if package == "support":
                return ""
            if own.exists():
                found = _first_library(own, seen) if own not in seen else None
                if found is not None:
                    return found
            elif package not in sys.stdlib_module_names:
                return module
    return None


def findings(project: Path) -> Iterator[Finding]:
    """What a project lacks of the contract."""
    for name in (*STEPS, *OTHERS):
        if not (project / name).exists():
            yield Finding(name, "is missing", "Every project has it: templates/README.md says what for.")
    for name in STEPS:
        if not (project / name).exists():
            continue
        source = read(project / name)
        length = len(source.splitlines())
        if length > LONGEST:
            yield Finding(name, f"has {length} lines", f"Keep it under {LONGEST}: move machinery to support/.")
        try:
            if not ast.get_docstring(ast.parse(source)):
                yield Finding(
                    name,
                    "does not say what it does",
                    "Start it with a docstring: what it does, how to run it, what comes next.",
                )
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # found before
    for file in sorted(project.glob("*.py")):
        try:
            early = imported_before_support(file)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if early:
            yield Finding(
                file.name,
                f"imports {early} before support",
                "Begin its imports with `from support import errors`, which says what to do where a library is missing.",
            )
    for name, wanted in NAMES.items():
        try:
            missing = wanted - top_level_names(project / name) if (project / name).exists() else set()
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if missing:
            listed = ", ".join(sorted(missing))
            yield Finding(
                name, f"does not define {listed}", "The shared steps use it: templates/README.md says for what."
            )
