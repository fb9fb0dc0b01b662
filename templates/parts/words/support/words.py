"""Cutting a text into words the same way in Python and in TensorFlow; what parts words, `STEPS` in support/portable.py says."""

import re
from collections.abc import Callable, Sequence

# Letters of rarely written scripts that Unicode gained in 2021 and later, which TensorFlow does not know yet, and the dotted capital
# I, whose small letter depends on the language of the computer, and NUL, where C ends a text: they part words.
FOREIGN = (
    r"\x00" + "İ\u1c89\u2c2f\ua7c0\ua7cb\ua7cc\ua7d0\ua7d6\ua7d8\ua7da\ua7dc\U00010570-\U00010595\U00010d50-\U00010d65"
)
# Spaces and punctuation beyond ASCII: Latin-1's, general, CJK and full-width ones.
SIGNS = "\x7f-\xbf×÷\u1680\u2000-\u200b\u200e-\u2018\u201a-\u206f\u3000-\u303f\ufe30-\ufe4f\ufeff\uff00-\uff0f"

Steps = Sequence[tuple[str, str]]  # patterns and replacements, the same for Python's re and TensorFlow's RE2


def finder(steps: Steps) -> Callable[[str], list[str]]:
    """A function from a text to its words, in small letters; `word_layers.clean` does the same in TensorFlow, and a test compares them."""
    foreign = re.compile(f"[{FOREIGN}]")
    compiled = [(re.compile(pattern), replacement) for pattern, replacement in steps]

    def words(text: str) -> list[str]:
        text = foreign.sub(" ", text).lower()
        for pattern, replacement in compiled:
            text = pattern.sub(replacement, text)
        return text.split()

    return words
