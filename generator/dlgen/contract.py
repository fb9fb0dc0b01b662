"""What a project made with the part `base` gives its shared steps; templates/README.md says it in words."""

import ast
import sys
from pathlib import Path

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

    A file that cannot be started as a program is no step. The standard library is never missing.

    Raises:
        SyntaxError: where the file is not Python.
    """
    source = path.read_text(encoding="utf-8")
    if '__name__ == "__main__"' not in source:
        return ""
    for node in ast.parse(source).body:
        modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        for module in modules:
            package = module.partition(".")[0]
            if package == "support":
                return ""
            if package not in sys.stdlib_module_names:
                return module
    return ""
