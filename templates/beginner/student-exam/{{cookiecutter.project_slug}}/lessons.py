"""Small experiments that show what GUIDE.md explains; each takes seconds.

    python lessons.py neuron           one neuron by hand, equal to Keras's
    python lessons.py backprop         one gradient by hand, by finite differences and by Keras: three equal numbers
    python lessons.py prediction       one prediction of the trained network, number by number
    python lessons.py activations      the activation functions: ReLU, sigmoid, tanh, softmax
    python lessons.py plane            the probability of passing for all hours of study and sleep

GUIDE.md says what to look for.
"""

from typing import Literal

from config import Config
from data import load
from support import errors, runs, settings
from support.data import preprocessing
from support.settings import Settings

import numpy as np
from pydantic import Field


class Options(Settings):
    lesson: Literal["neuron", "backprop", "prediction", "activations", "plane"] = Field(description="which experiment")


def neuron() -> tuple[float, float]:
    """Inputs 2 and 3, weights 0.5 and 0.8, bias 1: the sum by hand, and by a Keras layer with these weights."""
    import keras

    x, w, b = np.array([2.0, 3.0]), np.array([0.5, 0.8]), 1.0
    by_hand = max(0.0, x[0] * w[0] + x[1] * w[1] + b)
    layer = keras.layers.Dense(1, "relu")
    layer.build((None, 2))
    layer.set_weights([w[:, None], np.array([b])])
    by_keras = float(np.asarray(layer(x[None]))[0, 0])
    print(f"by hand:  ReLU(2 × 0.5 + 3 × 0.8 + 1) = ReLU({x @ w + b:.1f}) = {by_hand:.1f}\nby Keras: {by_keras:.1f}")
    return by_hand, by_keras


def backprop() -> tuple[float, float, float]:
    """How the loss of one student changes with one weight of a sigmoid neuron, found in three ways; then one step downhill."""
    import tensorflow as tf

    x, w, b, truth = np.array([2.0, 3.0]), np.array([0.5, -0.8]), 0.1, 1.0

    def loss(first_weight: float) -> float:
        p = 1 / (1 + np.exp(-(x[0] * first_weight + x[1] * w[1] + b)))
        return float(-(truth * np.log(p) + (1 - truth) * np.log(1 - p)))

    p = 1 / (1 + np.exp(-(x @ w + b)))
    by_hand = float((p - truth) * x[0])  # chain rule: dloss/dp × dp/dsum = p - truth, and dsum/dw = x
    step = 1e-5
    by_differences = (loss(w[0] + step) - loss(w[0] - step)) / (2 * step)
    weight = tf.Variable([[w[0]], [w[1]]], dtype=tf.float64)
    with tf.GradientTape() as tape:
        probability = tf.sigmoid(x[None] @ weight + b)
        value = tf.keras.losses.binary_crossentropy([[truth]], probability)
    by_keras = float(tape.gradient(value, weight)[0, 0])
    print(f"probability {p:.4f}, true answer 1, loss {loss(w[0]):.4f}")
    print(f"gradient of the first weight by hand:        ({p:.4f} - 1) × 2 = {by_hand:.6f}")
    print(
        f"by finite differences:                       {by_differences:.6f}\nby Keras (tf.GradientTape):                  {by_keras:.6f}"
    )
    after = w[0] - 0.1 * by_hand
    print(
        f"one step, learning rate 0.1: weight {w[0]:.4f} - 0.1 × {by_hand:.4f} = {after:.4f}, loss {loss(w[0]):.4f} -> {loss(after):.4f}"
    )
    return by_hand, by_differences, by_keras


def prediction() -> tuple[float, float]:
    """The new student, 6 hours of study and 7 of sleep, through the trained network with numpy, and by Keras."""
    run = runs.find(None)
    spec, model = run.spec, runs.load_model(run.model)
    raw = {"numbers": np.array([[6.0, 7.0]], np.float32)}
    row = preprocessing.encode(raw, spec)["numbers"]
    (w1, b1), (w2, b2) = (
        preprocessing.without_preprocessing(model, spec).get_layer(name).get_weights()
        for name in ("hidden", "probability")
    )
    hidden = np.maximum(0, row @ w1 + b1)  # (1, 16), ReLU
    total = float((hidden @ w2 + b2)[0, 0])
    by_hand = 1 / (1 + np.exp(-total))
    by_keras = float(np.asarray(model(raw))[0, 0])
    print(
        f"scaled: study (6 - {spec['numbers'][0]['median']:g}) / {spec['numbers'][0]['scale']:.3f} = {row[0, 0]:.3f}, sleep {row[0, 1]:.3f}"
    )
    print(f"{int((hidden > 0).sum())} of {hidden.size} hidden neurons are awake; their weighted sum is {total:.3f}")
    print(
        f"by hand:  1 / (1 + e^-{total:.3f}) = {by_hand:.6f}\nby Keras: {by_keras:.6f}: the student {spec['labels'][int(by_keras > 0.5)]}"
    )
    return by_hand, by_keras


def activations() -> str:
    """ReLU, sigmoid and tanh of one sum, and softmax of several."""
    from support.reports import figures
    from support.reports.figures import plt

    x = np.linspace(-5, 5, 201)
    curves = {
        "ReLU": np.maximum(0, x),
        "sigmoid": 1 / (1 + np.exp(-x)),
        "tanh": np.tanh(x),
        "softmax of (x, 0, 1)": np.exp(x) / (np.exp(x) + 1 + np.e),
    }
    figure, axes = plt.subplots(1, 4, figsize=(12, 2.6))
    for axis, (name, y) in zip(axes, curves.items(), strict=True):
        axis.plot(x, y)
        axis.set_title(name)
        axis.grid(alpha=0.3)
        print(
            f"{name:22} at -1: {np.interp(-1, x, y):6.3f}   at 0: {np.interp(0, x, y):6.3f}   at 2: {np.interp(2, x, y):6.3f}"
        )
    return runs.shown(figures.save(figure, runs.FOLDER / "lessons" / "activations.png", "Activations")[0])


def plane(config: Config) -> str:
    """Train, then predict for every pair of hours."""
    from model import build_model
    from support.reports import figures
    from support.reports.figures import plt

    splits = load(config)
    model = build_model(config, splits)
    model.fit(
        preprocessing.encode(splits.train.x, splits.spec),
        splits.train.y,
        epochs=config.epochs,
        batch_size=config.batch_size,
        verbose=0,
    )
    study, sleep = np.meshgrid(np.linspace(0, 10, 41), np.linspace(2, 10, 41))
    raw = {"numbers": np.stack([study.ravel(), sleep.ravel()], axis=1).astype(np.float32)}
    probability = np.asarray(model.predict(preprocessing.encode(raw, splits.spec), verbose=0)).reshape(study.shape)
    figure, axis = plt.subplots(figsize=(5, 4))
    figure.colorbar(axis.contourf(study, sleep, probability, np.linspace(0, 1, 11), cmap="RdYlGn"))
    for split, mark in ((splits.train, "o"), (splits.test, "s")):
        hours = split.x["numbers"]
        axis.scatter(hours[:, 0], hours[:, 1], c=split.y, cmap="RdYlGn", marker=mark, edgecolor="black")
    axis.set(xlabel="hours of study", ylabel="hours of sleep", title="probability of passing (squares: test)")
    return runs.shown(figures.save(figure, runs.FOLDER / "lessons" / "plane.png", "Probability of passing")[0])


def main() -> None:
    lesson = settings.read(Options, toml=False).lesson
    if lesson in ("neuron", "backprop", "prediction"):
        {"neuron": neuron, "backprop": backprop, "prediction": prediction}[lesson]()
        return
    print(f"Drawn: {activations() if lesson == 'activations' else plane(settings.read(Config, argv=[]))}")


if __name__ == "__main__":
    errors.run(main)
