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
