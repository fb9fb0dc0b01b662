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
        f"{BASE}/support/training/recorder.py",
        "            self.model.set_weights(self.best_weights)\n",
        "            pass\n",
        "tests/test_training.py",
        "iris-classifier",
    ),
    Mutant(
        "early stopping never stops",
        f"{BASE}/support/training/recorder.py",
        "return bool(self.config.patience) and",
        "return False and",
        "tests/test_training.py",
        "iris-classifier",
    ),
    Mutant(
        "batches come in the same order in every epoch",
        f"{BASE}/support/training/batches.py",
        "self.order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.split))",
        "pass",
        "tests/test_training.py",
        "iris-classifier",
    ),
    Mutant(
        "a training that goes on forgets the best value so far",
        f"{BASE}/support/training/recorder.py",
        'self.best_value = [math.inf if value is None else value for value in state["best_value"]]',
        "pass",
        "tests/test_training.py",
        "iris-classifier",
    ),
    Mutant(
        "the schedule of the learning rate is ignored",
        f"{BASE}/support/training/optimizers.py",
        'if config.schedule == "cosine":',
        'if config.schedule == "cosinus":',
        "tests/test_training.py",
        "cifar10-classifier",
    ),
    Mutant(
        "the optimizer is always Adam",
        f"{BASE}/support/training/optimizers.py",
        'if config.optimizer == "sgd":',
        'if config.optimizer == "none":',
        "tests/test_training.py",
        "cifar10-classifier",
    ),
    Mutant(
        "a checkpoint leaves out the optimizer's state",
        f"{BASE}/support/training/checkpoints.py",
        "rest = [*model.optimizer.variables, *",
        "rest = [*",
        "tests/test_resume.py",
        "iris-classifier",
    ),
    Mutant(
        "a damaged checkpoint is taken for whole",
        f"{BASE}/support/training/checkpoints.py",
        'if hashlib.sha256(content).hexdigest() != state["sha256"]:',
        "if False:",
        "tests/test_resume.py",
        "iris-classifier",
    ),
    Mutant(
        "the threshold is chosen on the training examples",
        f"{BASE}/train.py",
        "metrics.choose_threshold(validation.y, inference.predict(model, validation.x), config)",
        "metrics.choose_threshold(train.y, inference.predict(model, train.x), config)",
        "tests/test_training.py",
        "titanic-survival",
    ),
    # ---- running
    Mutant(
        "a stopped training ends with exit code 0",
        f"{BASE}/support/training/recorder.py",
        "EXIT_CODES[self.signals.came],\n",
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
        "a text after -- is read as an option",
        f"{BASE}/support/settings.py",
        'argv.index("--") if "--" in argv else len(argv)',
        "len(argv)",
        "tests/test_options.py",
        "iris-classifier",
    ),
    Mutant(
        "config.toml counts more than the command line",
        f"{BASE}/support/settings.py",
        "{**values, **typed}, {",
        "{**typed, **values}, {",
        "tests/test_options.py",
        "iris-classifier",
    ),
    Mutant(
        "an interrupted trial counts as tried",
        f"{BASE}/support/training/trials.py",
        "if trial.state in (TrialState.COMPLETE, TrialState.PRUNED)",
        "if trial.state.is_finished()",
        "tests/test_tune.py",
        "iris-classifier",
    ),
    Mutant(
        "what a search tries next does not depend on the seed",
        f"{BASE}/support/training/tuning.py",
        "seed = search.config.seed + 1000 * (len(tried) + sum(repeats))",
        "seed = None",
        "tests/test_tune.py",
        "iris-classifier",
    ),
    Mutant(
        "the newest run is the one with the latest name",
        f"{BASE}/support/runs/__init__.py",
        "key=lambda folder: (_number(folder), folder.name[:19],",
        "key=lambda folder: (folder.name[:19],",
        "tests/test_running.py",
        "iris-classifier",
    ),
    Mutant(
        "one damaged run breaks the table of all",
        f"{BASE}/support/runs/__main__.py",
        'except (ProjectError, OSError) as error:\n            row |= {"state": "damaged"',
        'except ZeroDivisionError as error:\n            row |= {"state": "damaged"',
        "tests/test_running.py",
        "iris-classifier",
    ),
    # ---- the whole path
    Mutant(
        "all training examples are in the test split, too",
        f"{BASE}/support/splits.py",
        "return train, validation, test\n",
        "return train, validation, np.concatenate([test, train])\n",
        "tests/test_project.py::test_no_example_is_in_two_splits",
        "mnist-classifier",
    ),
    Mutant(
        "an export that differs is called good",
        f"{BASE}/support/exports/exporting.py",
        '"ok": close',
        '"ok": True or close',
        "tests/test_project.py",
        "iris-classifier",
    ),
    # ---- tables
    Mutant(
        "precision and recall are swapped (yes or no)",
        "templates/parts/binary/metrics.py",
        "precision, recall, f1, _ = precision_recall",
        "recall, precision, f1, _ = precision_recall",
        "tests/test_metrics.py",
        "titanic-survival",
    ),
    Mutant(
        "precision and recall are swapped (classes)",
        "templates/parts/classification/metrics.py",
        "for precision, recall, f1, examples in",
        "for recall, precision, f1, examples in",
        "tests/test_metrics.py",
        "iris-classifier",
    ),
    Mutant(
        "yes and no are swapped",
        "templates/parts/binary/support/data/targets.py",
        "(texts == found[1])",
        "(texts == found[0])",
        "tests/test_metrics.py",
        "titanic-survival",
    ),
    Mutant(
        "the labels of a table are reversed",
        "templates/parts/tabular-classification/support/data/targets.py",
        "for name in found]",
        "for name in reversed(found)]",
        "tests/test_targets.py",
        "iris-classifier",
    ),
    Mutant(
        "the baselines of tables are fitted on the test rows",
        "templates/parts/tabular/support/training/baselines.py",
        "estimator.fit(MATRICES[matrix](splits.train.x, splits.spec), splits.train.y)",
        "estimator.fit(MATRICES[matrix](splits.test.x, splits.spec), splits.test.y)",
        "tests/test_honest.py",
        "iris-classifier",
    ),
    Mutant(
        "statistics of tables are taken over training and validation",
        "templates/parts/tabular/support/data/tabular.py",
        "columns.fit(prepared.columns, table, train, prepared.bins)",
        "columns.fit(prepared.columns, table, np.concatenate([train, validation]), prepared.bins)",
        "tests/test_rows.py",
        "titanic-survival",
    ),
    Mutant(
        "a fold is tested on rows that it was trained on",
        "templates/parts/tabular/crossvalidate.py",
        "        yield train, validation, test\n",
        "        yield train, validation, known\n",
        "tests/test_honest.py",
        "iris-classifier",
    ),
    Mutant(
        "a code with leading zeros becomes a number",
        "templates/parts/csv/support/data/numbers.py",
        "if _all_fit(bodies, style, forced)]",
        "if _all_fit(bodies, style, True)]",
        "tests/test_numbers.py",
        "house-prices",
    ),
    # ---- series
    Mutant(
        "what is not known counts as zero in the loss",
        "templates/intermediate/time-series-forecast/{{cookiecutter.project_slug}}/model.py",
        "        known = ops.logical_not(ops.isnan(truth))\n        gap = ops.where(known, truth, forecast) - forecast",
        "        known = ops.logical_not(ops.isnan(truth))\n        gap = ops.where(known, truth, 0.0) - forecast",
        "tests/test_forecast.py",
        "time-series-forecast",
    ),
    Mutant(
        "what is not known counts as zero in the error",
        "templates/intermediate/time-series-forecast/{{cookiecutter.project_slug}}/model.py",
        "    size = ops.abs(ops.where(known, truth, forecast) - forecast)",
        "    size = ops.abs(ops.where(known, truth, 0.0) - forecast)",
        "tests/test_forecast.py",
        "time-series-forecast",
    ),
    Mutant(
        "the training windows reach into the validation part",
        "templates/parts/series/support/data/windows.py",
        "borders = (0, train, train + validation, rows)",
        "borders = (0, train + validation, train + validation, rows)",
        "tests/test_series.py",
        "time-series-forecast",
    ),
    Mutant(
        "that a date could be read in two ways is not said",
        "templates/parts/csv/support/data/dates.py",
        "return replace(first, ambiguous=rivals[1].forms[0]) if len(rivals) > 1 else first",
        "return first",
        "tests/test_dates.py",
        "house-prices",
    ),
    # ---- images
    Mutant(
        "red and blue of an image are swapped",
        "templates/parts/images/support/data/images.py",
        "    return np.asarray(image, np.uint8).reshape(shape)",
        "    return np.asarray(image, np.uint8).reshape(shape)[..., ::-1]",
        "tests/test_images.py",
        "cifar10-classifier",
    ),
    Mutant(
        "an image that lies on its side is not turned",
        "templates/parts/images/support/data/image_files.py",
        "file.transpose(turn) if turn is not None else file.copy()",
        "file.copy()",
        "tests/test_image_files.py tests/test_images.py",
        "cifar10-classifier",
    ),
    Mutant(
        "ink on a transparent ground becomes black on black",
        "templates/parts/images/support/data/pixels.py",
        "    if ground is None or abs(brightness - GROUNDS[ground]) < VISIBLE:\n        ground = _better_ground(brightness)",
        '    ground = "black"',
        "tests/test_pixels.py tests/test_images.py",
        "cifar10-classifier",
    ),
    Mutant(
        "a photo of ink on paper is not inverted",
        "templates/beginner/mnist-classifier/{{cookiecutter.project_slug}}/support/data/paper.py",
        "    sign = 1 if (wide**3).sum() >= 0 else -1",
        "    sign = -1 if (wide**3).sum() >= 0 else 1",
        "tests/test_paper.py",
        "mnist-classifier",
    ),
    # ---- boxes
    Mutant(
        "boxes overlap from 0.4 on",
        "templates/parts/detection/support/training/average_precision.py",
        "THRESHOLDS = np.linspace(0.5, 0.95, 10)",
        "THRESHOLDS = np.linspace(0.4, 0.95, 10)",
        "tests/test_boxes.py",
        "face-detection",
    ),
    Mutant(
        "the best precision at a recall or above is not taken",
        "templates/parts/detection/support/training/average_precision.py",
        "best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]",
        "best = precision",
        "tests/detection/test_average_precision.py",
        "",
    ),
    Mutant(
        "copies of one photo may be in two splits",
        "templates/parts/detection/support/data/annotated_images.py",
        "[np.flatnonzero(np.isin(member, part)) for part in split_positions(classes[first], fractions, seed)]",
        "list(split_positions(classes, fractions, seed))",
        "tests/test_annotated_images.py",
        "face-detection",
    ),
    Mutant(
        "splits that a data set brings are mixed",
        "templates/parts/detection/support/data/annotated_images.py",
        'brought["train"] if len(brought["train"]) else',
        "np.arange(len(images)) if len(images) else",
        "tests/test_annotated_images.py",
        "face-detection",
    ),
    # ---- texts and conversations
    Mutant(
        "test texts teach the vocabulary",
        "templates/parts/text/support/data/texts.py",
        "for text in splits[0].x]",
        "for split in splits for text in split.x]",
        "tests/test_text_sources.py",
        "sentiment-analysis",
    ),
    Mutant(
        "equal texts may be in training and test",
        "templates/parts/text/support/data/texts.py",
        '(("training", "the test"), ("validation", "the test")',
        '(("validation", "the test")',
        "tests/test_text_sources.py tests/test_words.py",
        "sentiment-analysis",
    ),
]
MUTANTS += [Mutant(*each) for each in FAULTS]
