"""The sample: questions and answers written for this project, so that it runs offline and every intent is known.

Five kinds. Each intent has one answer (some small talk has two) and many wordings; data.py keeps some wordings of each
intent for the test.

- talk:     hello, thanks, jokes                       written out one by one
- terms:    "What is dropout?"                         30 words of deep learning, each explained in a sentence
- help:     "My printer does not print."               a small help desk
- units:    "How do I turn days into hours?"           in the opposite order, the same words have another answer
- animals:  "Is a cat bigger than a dog?"              these too: counting words is not enough

No question is asked twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass

KINDS = ("talk", "terms", "help", "units", "animals")


@dataclass(frozen=True)
class Exchange:
    """A question, an answer, the intent (all questions of an intent have the same answers), and its kind."""

    question: str
    answer: str
    intent: str
    kind: str


TALK = """
hello | Hello! What would you like to know? | Hi! Ask me something.
  hello; hi; hey; hi there; hello there; hey there; good morning; good evening; good afternoon; greetings; hello, bot; hi,
  computer
goodbye | Goodbye! Come back soon.
  bye; goodbye; bye bye; see you; see you later; see you tomorrow; good night; I have to go; I must leave now; farewell; until
  next time; that is all for today
thanks | You are welcome.
  thanks; thank you; thank you very much; thanks a lot; many thanks; that was helpful; you helped me a lot; I am grateful;
  cheers; great, thanks; perfect, thank you; how kind of you
mood | I am fine, as long as nobody unplugs me.
  how are you?; how are you today?; how do you do?; how is it going?; are you well?; are you all right?; how do you feel?; how
  have you been?; is everything fine with you?; what's up?; how is life?
name | I am a small network, and nobody has given me a name.
  what is your name?; who are you?; what are you called?; how shall I call you?; do you have a name?; tell me your name;
  introduce yourself; may I ask your name?; what should I call you?; and you are?
human | I am a program, and some numbers that were learned from examples.
  are you human?; are you a robot?; are you a person?; are you a machine?; are you real?; are you alive?; am I talking to a
  person?; am I talking to a machine?; is there a human in there?; are you a computer?
age | I am as old as my last training.
  how old are you?; what is your age?; when were you born?; when were you made?; are you old?; are you young?; when is your
  birthday?; since when do you exist?; tell me your age; how many years old are you?
home | I live in a file on your computer.
  where are you?; where do you live?; where are you from?; what is your home?; where were you born?; in which city do you
  live?; in which country are you?; do you live nearby?; where can I find you?
abilities | I explain words of deep learning, help with computers, and compare animals.
  what can you do?; what do you know?; can you help me?; how can you help me?; what are you good for?; what can I ask you?;
  help; I need help; what are you able to do?; what are your abilities?; why are you here?
joke | My training went well. I did not learn from it. | A batch walks into a bar. The bar normalizes it.
  tell me a joke; do you know a joke?; make me laugh; say something funny; I want to hear a joke; another joke, please; be
  funny; can you tell jokes?; amuse me; a joke, please; cheer me up
weather | I have no window. Please look outside.
  how is the weather?; will it rain today?; is it cold outside?; is the sun shining?; do I need an umbrella?; will it snow
  tomorrow?; is it warm today?; what will the weather be?; is it windy?; how hot is it?
food | Electricity is enough for me.
  what do you eat?; are you hungry?; what is your favourite food?; do you like pizza?; do you like cake?; have you had
  breakfast?; what did you have for lunch?; shall we have dinner?; do you drink coffee?; are you thirsty?
feelings | I have no feelings, only probabilities.
  do you love me?; do you like me?; are you sad?; are you happy?; do you have feelings?; can you feel pain?; are you afraid?;
  are you angry with me?; do you get bored?; are you lonely?; can you fall in love?
maker | You made me, when you typed train.
  who made you?; who built you?; who created you?; who wrote you?; who trained you?; who is your maker?; who programmed you?;
  who is your father?; who taught you?; do you have parents?; who do you belong to?
truth | I say what is probable, and that may be wrong.
  are you always right?; can I trust you?; do you ever lie?; do you make mistakes?; is that true?; are you sure?; how do you
  know that?; are you lying?; should I believe you?; can you be wrong?
sorry | Never mind, it happens to all of us.
  sorry; I am sorry; my mistake; excuse me; I apologize; forgive me; I did not mean it; pardon me; please forgive me; oops
"""  # an intent and its answers; below, indented, its questions
TALK_PATTERNS = (
    "hey, {0}",
    "well, {0}",
    "so, {0}",
    "oh, {0}",
)  # each question alone, and after two of these

TERM_PATTERNS = (
    *("what is {0}?", "what does {0} mean?", "explain {0}", "can you explain {0}?", "tell me about {0}", "define {0}"),
    *("what is meant by {0}?", "I do not understand {0}", "do you know what {0} is?"),
)  # fmt: skip
TERMS = {
    "a neuron": "A neuron adds up its inputs, each times a weight.",
    "a weight": "A weight says how much an input counts.",
    "a bias": "A bias is what a neuron adds, whatever comes in.",
    "a layer": "A layer is a row of neurons that work side by side.",
    "an epoch": "An epoch is one pass over all training examples.",
    "a batch": "A batch is a handful of examples that are learned at once.",
    "the loss": "The loss is a number that says how wrong the network is.",
    "the gradient": "The gradient says which way the loss grows fastest.",
    "the learning rate": "The learning rate is the length of a step downhill.",
    "overfitting": "Overfitting is learning examples by heart instead of their rule.",
    "underfitting": "Underfitting is when even the training examples are not learned.",
    "dropout": "Dropout hides some values in training, so that no neuron relies on another.",
    "an activation": "An activation bends the sum of a neuron, so that layers add something.",
    "backpropagation": "Backpropagation passes the error back from layer to layer.",
    "attention": "Attention is a mean of other words, weighted by how well they fit.",
    "self-attention": "Self-attention is attention among the words of one text.",
    "cross-attention": "Cross-attention lets the answer look at the question.",
    "an embedding": "An embedding is a list of numbers that stands for a word.",
    "a token": "A token is a piece of text with a number.",
    "a transformer": "A transformer is a stack of attention and small dense networks.",
    "the encoder": "The encoder reads the question.",
    "the decoder": "The decoder says the answer, word by word.",
    "a mask": "A mask says which words may not be looked at.",
    "softmax": "Softmax turns scores into probabilities that add up to one.",
    "perplexity": "Perplexity is among how many words the network seems to choose.",
    "a baseline": "A baseline is something simple that a network must beat.",
    "validation": "Validation chooses the best epoch on examples that are not trained on.",
    "teacher forcing": "Teacher forcing shows the decoder the true words so far.",
    "beam search": "Beam search keeps several answers and takes the most probable one.",
    "temperature": "Temperature says how daring the choice of words is.",
}

HELP_PATTERNS = (
    "{0}",
    "help, {0}",
    "I have a problem: {0}",
    "{0}, what now?",
    "why is it that {0}?",
    "it seems that {0}",
)
HELP = {
    "password": (("I forgot my password", "I have lost my password"), "Choose forgot password, and follow the mail."),
    "login": (("I cannot log in", "my login fails"), "Check the capitals lock, then try again."),
    "printer": (("my printer does not print", "the printer prints nothing"), "Look for paper, then switch it off and on."),
    "wireless": (("I have no internet", "the internet does not work"), "Switch the router off, wait a minute, switch it on."),
    "slow": (("my computer is slow", "the computer has become so slow"), "Close what you do not need, then restart."),
    "screen": (("my screen stays black", "the screen is black"), "Check the cable of the screen and its power."),
    "sound": (("I hear no sound", "there is no sound"), "Turn up the volume, and look where the sound goes."),
    "battery": (("my battery is empty too soon", "the battery does not last"), "Make the screen darker and close what runs."),
    "disk": (("my disk is full", "there is no room on the disk"), "Empty the bin, then remove large files."),
    "mouse": (("my mouse does not move", "the mouse is dead"), "Try another socket, or new batteries."),
    "mail": (("my mail does not arrive", "nobody gets my mail"), "Look at the address, and into the outbox."),
    "update": (("the update fails", "my update does not end"), "Restart, make room on the disk, and try once more."),
}  # fmt: skip

UNIT_PATTERNS = (
    *("how do I turn {0} into {1}?", "how do I convert {0} to {1}?", "how can I get from {0} to {1}?", "convert {0} to {1}"),
    *("I have {0} and need {1}", "how does one make {1} out of {0}?", "from {0} to {1}, please", "{0} to {1}?"),
    *("what are {0} in {1}?", "I want {1}, but I have {0}", "how many {1} are in my {0}?"),
)  # fmt: skip
UNITS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400, "weeks": 604_800}  # in seconds

ANIMAL_PATTERNS = (
    *("is {0} bigger than {1}?", "is {0} larger than {1}?", "tell me, is {0} bigger than {1}?", "would you call {0} larger than {1}?"),
    *("do you think {0} is bigger than {1}?", "compared with {1}, is {0} bigger?", "next to {1}, is {0} the larger one?"),
    *("{0} is bigger than {1}, right?", "is it true that {0} is larger than {1}?", "can {0} be bigger than {1}?"),
)  # fmt: skip
ANIMALS = (
    "an ant",
    "a mouse",
    "a cat",
    "a sheep",
    "a horse",
    "an elephant",
    "a whale",
)  # each bigger than those before it


def write() -> list[Exchange]:
    """All exchanges, always the same; a question with two answers is there twice."""
    return list(dict.fromkeys(_all()))


def talk() -> Iterator[tuple[str, list[str], list[str]]]:
    """Each intent of TALK, its answers and its questions."""
    for block in TALK.strip().replace("\n  ", "\t").split("\n"):
        head, *questions = block.split("\t")
        name, *answers = head.split(" | ")
        yield name, answers, " ".join(questions).split("; ")


def _all() -> Iterator[Exchange]:
    for name, answers, questions in talk():
        for place, form in enumerate(questions):
            behind = (TALK_PATTERNS[(place + step) % len(TALK_PATTERNS)].format(form) for step in (0, 1))
            for question in (form, *behind):
                for answer in answers:
                    yield Exchange(question, answer, name, "talk")
    for term, answer in TERMS.items():
        for pattern in TERM_PATTERNS:
            yield Exchange(pattern.format(term), answer, term, "terms")
    for name, (forms, answer) in HELP.items():
        for form in forms:
            for pattern in HELP_PATTERNS:
                yield Exchange(pattern.format(form), answer, name, "help")
    for begin, size in UNITS.items():
        for end, other in UNITS.items():
            for pattern in UNIT_PATTERNS if begin != end else ():
                how = f"times {size // other}" if size > other else f"divided by {other // size}"
                answer = f"{begin.capitalize()} to {end}, that is {how}."
                yield Exchange(pattern.format(begin, end), answer, f"{begin} to {end}", "units")
    for place, small in enumerate(ANIMALS):
        for big in ANIMALS[place + 1 :]:
            for pattern in ANIMAL_PATTERNS:
                yes, no = f"{big} is bigger than {small}, so yes.", f"{small} is smaller than {big}, so no."
                yield Exchange(pattern.format(big, small), yes[0].upper() + yes[1:], f"{big}, {small}", "animals")
                yield Exchange(pattern.format(small, big), no[0].upper() + no[1:], f"{small}, {big}", "animals")
