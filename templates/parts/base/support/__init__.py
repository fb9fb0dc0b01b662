"""The machinery behind the steps: settings, runs, training, figures, exports. The same in every project; read it last."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  checked before any line that an older Python cannot read
    print(
        f"error: this project needs Python 3.11 to 3.13, and {sys.executable} is Python {sys.version_info[0]}.{sys.version_info[1]}\n"
        "Activate the project's environment, or make one with a newer Python: README.md says how.",
        file=sys.stderr,
    )
    sys.exit(2)

from support import errors  # noqa: E402
from support.quiet import QuietTensorFlow  # noqa: E402

sys.excepthook = errors.uncaught  # a library may be missing at a step's very first import

# TensorFlow and Keras read these when they are imported, and this package is always imported before them.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # warnings and errors only
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
sys.meta_path.insert(0, QuietTensorFlow())
