"""What separates words: the same steps for Python's re and TensorFlow's RE2."""

from support.data.words import COMMAS, EXCLAMATIONS, ONE_BY_ONE, QUESTIONS, SIGNS, STOPS

# What separates words: ASCII's controls, spaces, brackets and quotes, and all punctuation beyond.
APART = r"\x00-\x20\"#$&()*:;<>@\[\\\]\^_`{|}~" + SIGNS
ENDS, PAUSES = QUESTIONS + EXCLAMATIONS + STOPS, COMMAS  # of other scripts than ASCII's
# Applied to a text in lower case, in this order: pattern and replacement, the same for Python's re and TensorFlow's RE2.
STEPS = (
    ("’", "'"),
    (f"[{APART}]+", " "),
    (f"([!?{ENDS}{PAUSES}])", r" \1 "),  # words of their own: an answer needs them
    ONE_BY_ONE,
    (r"'+([^a-z']|$)", r" \1"),  # quotation marks part words, the apostrophe of isn't does not
    (r"(^|[^a-z'])'+", r"\1 "),
    (r"([.,]+)( |$)", r" \1 "),  # the end of a sentence, not the point in 2.54
)
