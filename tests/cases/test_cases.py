"""Every file of shared/cases is read rightly, or refused in a sentence: the same functions as read.py prints."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import read
from ask import FOLDER, Case


@pytest.mark.skipif(not FOLDER.is_dir(), reason="shared/cases is not beside this repository")
@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.name}/{case.file}") for _, case in read.cases()])
def test_a_file_that_people_have_is_read_rightly_or_refused_in_a_sentence(case: Case) -> None:
    reading, ok = case.read()
    assert ok, reading
