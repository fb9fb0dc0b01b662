"""Templates: where they come from, the layers that they are made of, and the settings of their projects."""
