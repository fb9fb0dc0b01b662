"""dlgen renders cookiecutter templates into ready-to-run Keras projects."""

__version__ = "0.1.0"
