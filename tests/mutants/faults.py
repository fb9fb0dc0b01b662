"""The deliberate faults, each with the tests that must notice it. What they are for stands in run.py."""

from dataclasses import dataclass

from sandbox_faults import FAULTS


@dataclass(frozen=True)
class Mutant:
    """One fault: in `file`, `old` (which stands there once) becomes `new`.

    `tests` are arguments for pytest: inside a project rendered from `project`, or in the repository where that is empty.
    """

    name: str
    file: str
    old: str
    new: str
    tests: str
    project: str = ""


BASE, TABLES = "templates/parts/base", "templates/parts/tabular"
MUTANTS = [
    # ---- training
    Mutant(
        "the last weights are saved instead of the best epoch's",
        f"{BASE}/support/recorder.py",
        "            self.model.set_weights(self.best_weights)\n",
        "            pass\n",
        "tests/test_training.py",
        "iris-classifier",
    ),
    Mutant(
        "early stopping never stops",
        f"{BASE}/support/recorder.py",
        "return bool(self.config.patience) and",
        "return False and",
        "tests/test_training.py",
        "iris-classifier",
    ),
    Mutant(
        "batches come in the same order in every epoch",
        f"{BASE}/support/batches.py",
        "self.order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.split))",
        "pass",
        "tests/test_training.py",
        "iris-classifier",
    ),
    Mutant(
        "a training that goes on forgets the best value so far",
        f"{BASE}/support/recorder.py",
        'self.best_value = [math.inf if value is None else value for value in state["best_value"]]',
        "pass",
        "tests/test_training.py",
        "iris-classifier",
    ),
    Mutant(
        "the schedule of the learning rate is ignored",
        f"{BASE}/support/training.py",
        'if config.schedule == "cosine":',
        'if config.schedule == "cosinus":',
        "tests/test_training.py",
        "cifar10-classifier",
    ),
    Mutant(
        "the optimizer is always Adam",
        f"{BASE}/support/training.py",
        'if config.optimizer == "sgd":',
        'if config.optimizer == "none":',
        "tests/test_training.py",
        "cifar10-classifier",
    ),
    Mutant(
        "a checkpoint leaves out the optimizer's state",
        f"{BASE}/support/checkpoints.py",
        "rest = [*model.optimizer.variables, *",
        "rest = [*",
        "tests/test_resume.py",
        "iris-classifier",
    ),
    Mutant(
        "a damaged checkpoint is taken for whole",
        f"{BASE}/support/checkpoints.py",
        'if hashlib.sha256(content).hexdigest() != state["sha256"]:',
        "if False:",
        "tests/test_resume.py",
        "iris-classifier",
    ),
    Mutant(
        "the threshold is chosen on the training examples",
        f"{BASE}/support/training.py",
        "decided = scores.decide(validation.y, serving.ask(model, validation.x), config)",
        "decided = scores.decide(train.y, serving.ask(model, train.x), config)",
        "tests/test_training.py",
        "titanic-survival",
    ),
    # ---- running
    Mutant(
        "a stopped training ends with exit code 0",
        f"{BASE}/support/recorder.py",
        "STOPPED[self.stop_signal],\n",
        "0,\n",
        "tests/test_resume.py tests/test_running.py",
        "iris-classifier",
    ),
    Mutant(
        "a missing library ends in a traceback",
        f"{BASE}/support/__init__.py",
        "sys.excepthook = errors.uncaught",
        "pass",
        "tests/test_running.py",
        "iris-classifier",
    ),
    Mutant(
        "the newest run is the one with the latest name",
        f"{BASE}/support/runs.py",
        "key=lambda folder: (_number(folder), folder.name[:19],",
        "key=lambda folder: (folder.name[:19],",
        "tests/test_running.py",
        "iris-classifier",
    ),
    Mutant(
        "one damaged run breaks the table of all",
        f"{BASE}/support/runs.py",
        'except (ProjectError, OSError) as error:\n            row |= {"state": "damaged"',
        'except ZeroDivisionError as error:\n            row |= {"state": "damaged"',
        "tests/test_running.py",
        "iris-classifier",
    ),
    # ---- the whole path
    Mutant(
        "all training examples are in the test split, too",
        f"{BASE}/support/splits.py",
        "train, validation_positions, test_positions = (np.sort(np.concatenate(part)) for part in parts)",
        "train, validation_positions, test_positions = (np.sort(np.concatenate(part)) for part in parts)\n    test_positions = np.concatenate([test_positions, train])",
        "tests/test_project.py::test_no_example_is_in_two_splits",
        "mnist-classifier",
    ),
    Mutant(
        "an export that differs is called good",
        f"{BASE}/support/exporting.py",
        '"ok": close',
        '"ok": True or close',
        "tests/test_project.py",
        "iris-classifier",
    ),
]
MUTANTS += [Mutant(*each) for each in FAULTS]
