# %% [markdown]
# # The whole path, step by step
#
# From the data to a file that other programs can run, on the sample data: a few minutes on a CPU. Run the cells from top to bottom.
# The steps are the scripts of this project, so what you see here is what `python train.py` does; open them beside this notebook.
#
# This page is written from `walkthrough.py`: change that one, then `python -m support.exports.notebooks`.

# %%
from support.exports import notebooks

notebooks.install_missing()  # on Colab and Kaggle most libraries are there already

# %% [markdown]
# ## 1. Look at the data
#
# Before any model: what is there, how much of it, and what is wrong with it.

# %%
notebooks.step("data.py")

# %% [markdown]
# ## 2. The model
#
# Layers and the shapes between them.

# %%
notebooks.step("model.py")

# %% [markdown]
# ## 3. Train
#
# Every number of `config.py` is an option here: try `notebooks.step("train.py", "--learning-rate", "0.01")`.

# %%
notebooks.step("train.py")

# %% [markdown]
# ## 4. Evaluate
#
# On test examples that training has never seen, beside a baseline that needs no network. Is the network worth it?

# %%
notebooks.step("evaluate.py")

# %%
notebooks.show_figures()

# %% [markdown]
# ## 5. Predict
#
# What the trained model predicts for the first test examples, and what is true.


# %%
def predict_some(count: int) -> None:
    import metrics
    from config import Config
    from data import load
    from support import runs
    from support.exports import serving

    import numpy as np

    model = serving.locate(None, None)  # of the newest run
    test = load(runs.find(None).config(Config)).test
    few = test.take(np.arange(min(count, len(test))))
    for prediction, truth in zip(serving.predict(model, few.x), few.y, strict=True):
        record = metrics.to_record(prediction, model.spec)
        print(metrics.to_text(record) + notebooks.shown(np.asarray(truth), model.spec))


predict_some(5)

# %% [markdown]
# ## 6. Export
#
# Each file is loaded by the program that will serve it, and must predict as the trained model does.

# %%
notebooks.step("export.py")

# %% [markdown]
# ## Next
#
# `GUIDE.md` explains the ideas, `python lessons.py` shows them at work, and `README.md` says how to bring your own data: then
# `notebooks.step("train.py", "--data", "PATH")`.
