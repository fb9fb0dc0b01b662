"""The deliberate faults, each with the tests that must notice it. What they are for stands in run.py."""

from dataclasses import dataclass


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
        "tests/test_training.py tests/test_resume.py",
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
]
