"""Tokenization, the same in Python and in TensorFlow, and words as integers.

`STEPS` in support/data/separators.py says what separates words.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np

# Letters of rarely written scripts that Unicode gained in 2021 and later, which TensorFlow does not know yet, and the dotted capital
# I, whose lower case depends on the language of the computer, and NUL, where C ends a text: they separate words.
FOREIGN = (
    r"\x00" + "İ\u1c89\u2c2f\ua7c0\ua7cb\ua7cc\ua7d0\ua7d6\ua7d8\ua7da\ua7dc\U00010570-\U00010595\U00010d50-\U00010d65"
)
# Spaces and punctuation beyond ASCII: Latin-1's, general, CJK and full-width ones, and those of other scripts. Question marks, full
# stops and commas are not among them: each project decides how to treat those.
SIGNS = (
    "\x7f-\xbf×÷\u1680\u2000-\u200b\u200e-\u2018\u201a-\u206f\u3000\u3003\u3004\u3008-\u303f\u30fb\ufe30-\ufe4f\ufeff"
    "\uff02-\uff0b\uff0d\uff0f\uff1a-\uff1e\uff20\uff3b-\uff40\uff5b-\uff60\uff62\uff63\uff65"
    "\u055a-\u055f\u0589\u05be\u05c0\u05c3\u05f3\u05f4\u061b\u066a-\u066d\u0f0b-\u0f14\u1360-\u1368\u17d4-\u17da"
)
QUESTIONS, EXCLAMATIONS = "\u037e\u061f\uff1f", "\uff01"  # Greek, Arabic and full-width; full-width
STOPS, COMMAS = (
    "\u06d4\u0964\u0965\u104a\u104b\u3002\uff0e\uff61",
    "\u060c\u3001\uff0c\uff64",
)  # Urdu, Hindi, Burmese, CJK
# Scripts that put no spaces between words: each character is a word, together with the marks that stand on it. The networks look at
# neighbours and learn which characters belong together.
SPACELESS = (
    "\u0e00-\u0eff\u1000-\u1049\u104c-\u109f\u1780-\u17d3\u17dc-\u17ff\u1a20-\u1aaf"  # Thai, Lao, Burmese, Khmer, Tai Tham
    "\u3005-\u3007\u3040-\u30fa\u30fc-\u312f\u31a0-\u31bf\u31f0-\u31ff\uff66-\uff9f"  # Japanese syllables, Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese
)
EMOJI = "\u2600-\u27bf\U0001f000-\U0001faff"  # and signs such as ♥: one by one too
ATTACHED = (  # vowels, tones, joiners and skin tones
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u17b4-\u17d3\u1a55-\u1a7f"
    "\u200d\u3099\u309a\uff9e\uff9f\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef"
)
ONE_BY_ONE = (f"([{SPACELESS}{EMOJI}][{ATTACHED}]*)", r" \1 ")  # a step

PAD, UNKNOWN, FIRST = (
    0,
    1,
    2,
)  # indices: after the last word; a word not in the vocabulary; the first word of the vocabulary

_foreign, _spaceless = re.compile(f"[{FOREIGN}]"), re.compile(f"[{SPACELESS}]")


def finder(steps: Sequence[tuple[str, str]]) -> Callable[[str], list[str]]:
    """A function from a text to its words, in lower case; `word_layers.clean` does the same in TensorFlow, and a test compares them.

    Args:
        steps: patterns and replacements, the same for Python's re and TensorFlow's RE2.
    """
    compiled = [(re.compile(pattern), replacement) for pattern, replacement in steps]

    def words(text: str) -> list[str]:
        text = _foreign.sub(" ", text).lower()
        for pattern, replacement in compiled:
            text = pattern.sub(replacement, text)
        return text.split()

    return words


def numbered(found: Sequence[list[str]], length: int, vocabulary: list[str], first: tuple[int, ...] = ()) -> np.ndarray:
    """The words of texts as indices (texts, length), after the indices `first`; words that do not fit are left out."""
    place = {word: position for position, word in enumerate(vocabulary, start=FIRST)}
    ids = np.full((len(found), length), PAD, np.int32)
    for row, words in enumerate(found):
        known = [*first, *(place.get(word, UNKNOWN) for word in words)][:length]
        ids[row, : len(known)] = known
    return ids


def vocabulary(found: Iterable[list[str]], most: int, least: int = 1) -> list[str]:
    """The words that occur often enough, the most frequent ones first."""
    counts = Counter(word for words in found for word in words)
    known = [word for word, count in counts.items() if count >= least]
    return sorted(known, key=lambda word: (-counts[word], word))[:most]


def spaceless(text: str) -> bool:
    """Whether most letters of a text belong to scripts without spaces between words."""
    return 2 * len(_spaceless.findall(text)) > sum(letter.isalpha() for letter in text)
