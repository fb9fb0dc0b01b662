"""The machinery behind the steps: settings, runs, training, figures, exports. The same in every project; read it last."""

import os
import sys

from support.quiet import QuietImport

# TensorFlow reads these when it is imported, and this package is always imported before it.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # warnings and errors only
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
sys.meta_path.insert(0, QuietImport("tensorflow"))
