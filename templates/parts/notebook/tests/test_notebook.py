"""The notebook matches walkthrough.py, and contains the project on request."""

import base64
import io
import json
import re
import zipfile

from support.exports import notebooks
from support.settings import PROJECT


def test_the_notebook_is_the_one_that_walkthrough_py_gives() -> None:
    shipped = (PROJECT / "walkthrough.ipynb").read_text(encoding="utf-8")
    assert shipped == notebooks.written(notebooks.SOURCE.read_text(encoding="utf-8"))


def test_text_and_code_become_cells_without_output() -> None:
    book = json.loads(notebooks.written("# %% [markdown]\n# # A\n#\n# b\n\n# %%\nx = 1\n\nprint(x)\n\n# %%\ny = 2\n"))
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in book["cells"]]
    assert cells == [("markdown", "# A\n\nb"), ("code", "x = 1\n\nprint(x)"), ("code", "y = 2")]
    assert all(cell["outputs"] == [] for cell in book["cells"] if cell["cell_type"] == "code")


def test_the_standalone_notebook_brings_every_step_and_nothing_that_was_made() -> None:
    cell = json.loads(notebooks.written("", notebooks.UNPACK.format(notebooks.packed(), "x", "x")))["cells"][0]
    compile("".join(cell["source"]), "cell", "exec")
    packed = re.search(r'b64decode\("(.+?)"\)', "".join(cell["source"]))
    assert packed
    names = zipfile.ZipFile(io.BytesIO(base64.b64decode(packed[1]))).namelist()
    assert {"train.py", "config.toml", "support/runs/__init__.py", "support/data/__init__.py", "walkthrough.py"} <= set(
        names
    )
    assert [name for name in names if name.startswith(("runs/", "data/", ".")) or name.endswith(".ipynb")] == []


def test_a_library_that_is_there_is_not_installed_again() -> None:
    assert notebooks.is_installed("numpy>=2; sys_platform == 'linux'") and notebooks.is_installed(
        "tensorflow-cpu>=2.21"
    )
    assert not notebooks.is_installed("no-such-library-1>=3")
