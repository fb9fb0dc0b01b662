"""Which tests of a project are run in every project, and which ask about code that all have, and are run in one."""

import ast
from pathlib import Path

# In every project the sample is trained once, and all that only reads the result does so in that one process; all stops of a training
# are tried in one project, two of them in each of the others.
SHARED = ["test_project.py", "test_resume.py", "test_training.py"]
EVERYTHING = "iris-classifier"  # whose trainings take the least time
# Tests of a part that ask about its code alone, and nothing of the project that it is in: run in one project that has the part.
ONCE = {
    "test_dates.py": "house-prices",
    "test_download.py": EVERYTHING,
    "test_folders.py": "mnist-classifier",
    "test_tune.py": EVERYTHING,
}
ONE_STOP = {
    "test_a_training_stopped_within_an_epoch_goes_on_to_the_same_result",
    "test_a_training_stopped_in_the_last_batch_of_an_epoch_completes_it",
}


def run_elsewhere(name: str) -> list[str]:
    """Options that leave out the tests which are run in another project."""
    return [f"--ignore=tests/{file}" for file, where in ONCE.items() if where != name]


def deselected(project: Path, kept: str = "") -> list[str]:
    """Options that leave out the tests of test_resume.py that are run in one project only, except `kept`."""
    tree = ast.parse((project / "tests" / "test_resume.py").read_text(encoding="utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    assert {*ONE_STOP} <= {*names}
    others = [name for name in names if name not in ONE_STOP and name != kept]
    within = (
        "test_a_training_stopped_within_an_epoch_goes_on_to_the_same_result"  # the second of three epochs is enough
    )
    return [f"--deselect=tests/test_resume.py::{name}" for name in (*others, f"{within}[0]", f"{within}[2]")]
