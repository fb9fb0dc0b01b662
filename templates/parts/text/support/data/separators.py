"""What separates words: the same steps for Python's re and TensorFlow's RE2."""

from support.data.words import COMMAS, EXCLAMATIONS, ONE_BY_ONE, QUESTIONS, SIGNS, STOPS

# What separates words: ASCII's controls, spaces and punctuation, and all punctuation beyond.
APART = r"\x00-\x20\"#$%&()*+,\-./:;<=>@\[\\\]\^_`{|}~" + SIGNS + STOPS + COMMAS
# Applied to a text in lower case, in this order: pattern and replacement, the same for Python's re and TensorFlow's RE2.
STEPS = (
    ("<br ?/?>", " "),  # how texts from web pages end a line
    ("['’]", ""),  # so that isn't becomes isnt, one word, and not isn and t
    (f"[{QUESTIONS}]", "?"),
    (f"[{EXCLAMATIONS}]", "!"),
    ("([!?])", r" \1 "),  # words of their own: they say how something is meant
    (f"[{APART}]+", " "),
    ONE_BY_ONE,
)
