"""Files that other programs run, each proven to predict as the trained model does."""
