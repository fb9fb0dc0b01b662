"""The sample: film reviews written by a program, so that the project runs offline and the meaning of each sentence is known.

Each sentence is one of four kinds; its opinion is known by construction:

- plain:    "The plot is really clever."                       the opinion word means what it says
- negated:  "I would not call the plot clever."                a word before or after it negates it
- decoy:    "The plot is clever, no doubt about it."           a "no" that negates nothing
- contrast: "I expected a clever plot, but it is clumsy."      of two opposite words the second counts

A third of the opinions are negated, so counting good and bad words is hardly better than guessing. No sentence is
written twice, so none is in both training and test.
"""

import random
from dataclasses import dataclass

REVIEWS = 6_000  # enough to learn from in half a minute
SHARES = {"plain": 0.46, "negated": 0.32, "decoy": 0.08, "contrast": 0.14}
LABELS = ["negative", "positive"]


def listed(text: str) -> list[str]:
    return text.split(", ")


THINGS = listed(
    "acting, camera work, cast, costume design, dialogue, editing, ending, finale, first half, humour, lead actor, lead actress, "
    "lighting, make-up, mood, music, opening, pace, plot, premise, rhythm, romance, scenery, score, script, second half, set design, "
    "sound, story, storytelling, supporting cast, title song, tone, villain, visual style, voice work, writing"
)
GOOD = listed(
    "amazing, beautiful, believable, brilliant, captivating, charming, clever, compelling, convincing, delightful, "
    "elegant, enjoyable, excellent, exciting, fantastic, fine, fresh, funny, gorgeous, gripping, imaginative, "
    "impressive, inspired, intelligent, lovely, marvellous, memorable, moving, original, perfect, pleasant, powerful, "
    "remarkable, rewarding, satisfying, splendid, strong, stunning, superb, thrilling, touching, witty, wonderful"
)
BAD = listed(
    "annoying, awful, awkward, bad, banal, bland, boring, cheap, childish, clumsy, confusing, dreadful, dull, "
    "embarrassing, empty, flat, forgettable, hollow, horrible, irritating, lame, lazy, lifeless, messy, painful, "
    "pathetic, pointless, poor, predictable, pretentious, ridiculous, shallow, sloppy, stale, stupid, tedious, "
    "terrible, tiresome, ugly, unbearable, uninspired, weak, wooden"
)
STRONG = ("", "", "", "really ", "truly ", "so ", "very ", "quite ", "rather ", "simply ")
NO = ("not", "never", "hardly", "by no means", "in no way")
BEGINNINGS = (
    *("", "", "", "Honestly, ", "Frankly, ", "For what it is worth, ", "If you ask me, ", "To be fair, "),
    *("I saw it last night, and ", "Two hours later: ", "My sister agrees: ", "As far as I am concerned, ", "Having seen it twice, "),
)  # fmt: skip
# {thing} with its article, {bare} without; {word} is the opinion word, {other} one of the opposite kind, {strong} and {no} stand before it.
FRAMES = {
    "plain": (
        *("{thing} is {strong}{word}.", "{thing} was {strong}{word}!", "I found {thing} {strong}{word}.", "{thing} feels {strong}{word}."),
        *("what {a_word} {bare}!", "{thing} struck me as {strong}{word}.", "{thing} is {word} from beginning to end.", "such {a_word} {bare}."),
    ),
    "negated": (
        *("{thing} is {no} {strong}{word}.", "{thing} was {no} {word}.", "I would {no} call {thing} {word}.", "{thing} isn't {word} at all."),
        *("{thing} is anything but {word}.", "{thing} is far from {word}.", "I can {no} say that {thing} was {strong}{word}."),
        *("nobody could say that {thing} is {word}.", "there is nothing {word} about {thing}.", "I didn't find {thing} {strong}{word}."),
        *("it is {no} {a_word} {bare}.", "not for a minute was {thing} {word}.", "{word} is the last thing that I would call {thing}."),
        *("they say that {thing} is {word}, and they are wrong.", "{thing} isn't even remotely {word}.", "{word}? Not {thing}."),
    ),
    "decoy": (
        *("{thing} is {strong}{word}, no doubt about it.", "I can't deny that {thing} is {word}.", "{thing} is not only {word}: it is {strong}{word}."),
        *("no question, {thing} is {strong}{word}.", "never before was {thing} so {word}.", "I have not seen it all, but {thing} is {word}."),
    ),
    "contrast": (
        *("I expected {thing} to be {other}, but it is {strong}{word}.", "{thing} may look {other}, yet it is {word}."),
        *("I had heard that {thing} is {other}. It is {strong}{word}.", "{thing} begins {other} and then turns {word}."),
        *("the trailer makes {thing} look {other}, the film makes it {word}.", "{thing} is {word}, however {other} the rest may be."),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Sentence:
    """A sentence, its kind, and whether it praises (1) or not (0)."""

    text: str
    kind: str
    praise: int


@dataclass(frozen=True)
class Review:
    """One to three sentences with the same opinion."""

    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def praise(self) -> int:
        return self.sentences[0].praise


def write(seed: int, count: int = REVIEWS) -> list[Review]:
    """`count` reviews, half of them positive; the same seed gives the same reviews."""
    rng = random.Random(seed)
    written: set[str] = set()
    return [
        Review(tuple(_sentence(rng, number % 2, written) for _ in range(rng.randint(1, 3)))) for number in range(count)
    ]


def _sentence(rng: random.Random, praise: int, written: set[str]) -> Sentence:
    """A sentence that was not written before."""
    while True:
        kind = rng.choices(list(SHARES), list(SHARES.values()))[0]
        words = (BAD, GOOD) if (praise == 1) != (kind == "negated") else (GOOD, BAD)  # (the others, those to use)
        other, word = (rng.choice(group) for group in words)
        bare = rng.choice(THINGS)
        text = rng.choice(BEGINNINGS) + rng.choice(FRAMES[kind]).format(
            thing=f"the {bare}",
            bare=bare,
            word=word,
            a_word=f"{'an' if word[0] in 'aeiou' else 'a'} {word}",
            other=other,
            strong=rng.choice(STRONG),
            no=rng.choice(NO),
        )
        text = text[0].upper() + text[1:]
        if text not in written:
            written.add(text)
            return Sentence(text, kind, praise)
