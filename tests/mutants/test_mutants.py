"""Every deliberate fault is noticed by the tests that must notice it."""

import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).with_name("run.py")


@pytest.mark.nightly
def test_every_deliberate_fault_is_noticed() -> None:
    done = subprocess.run([sys.executable, RUN], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_every_deliberate_fault_still_fits_the_code() -> None:
    """Cheap, and in every run: a fault whose text is gone would prove nothing at night."""
    code = (
        "import faults, run\n"
        "texts = {f: (run.ROOT / f).read_text(encoding='utf-8') for f in {m.file for m in faults.MUTANTS}}\n"
        "print([m.name for m in faults.MUTANTS if texts[m.file].count(m.old) != 1])\n"
        "print(len(faults.MUTANTS), len({m.name for m in faults.MUTANTS}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=RUN.parent, capture_output=True, text=True, check=True)
    unfit, counts = done.stdout.splitlines()
    number, names = map(int, counts.split())
    assert unfit == "[]" and number == names >= 40


def test_the_page_names_each_fault_its_file_and_the_files_of_the_tests_that_notice_it() -> None:
    """As they are called now: a moved file makes the page wrong until `python tests/mutants/run.py --names`."""
    code = "import run\nfor m in run.MUTANTS: print(f'| {m.name} | {run.shown(m.file)} | {run.tests_of(m)} |')"
    done = subprocess.run([sys.executable, "-c", code], cwd=RUN.parent, capture_output=True, text=True, check=True)
    page = (RUN.parents[2] / "docs" / "mutants.md").read_text(encoding="utf-8")
    assert [line for line in page.splitlines() if line.startswith("| ")][1:] == done.stdout.splitlines()


def test_a_fault_whose_tests_are_not_there_is_an_error() -> None:
    code = (
        "import dataclasses, run\n"
        "fault = next(m for m in run.MUTANTS if m.project and ' ' not in m.tests)\n"
        "for changed in ({'tests': 'tests/test_gone.py'}, {'tests': 'tests/test_gone.py', 'project': ''}):\n"
        "    try: print(run.tests_of(dataclasses.replace(fault, **changed)))\n"
        "    except FileNotFoundError as error: print('error:', error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=RUN.parent, capture_output=True, text=True, check=True)
    assert [line.split(": ")[-1].split(" in ")[0] for line in done.stdout.splitlines()] == [
        "there is no tests/test_gone.py"
    ] * 2
