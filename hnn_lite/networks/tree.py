"""Parameters as a tree, a list of tuples of arrays such as [(W1, b1), (W2, b2), (W3,)], and as one long vector."""

import numpy as np


def ravel(tree, dtype=float):
    """All parameters of a tree in one new vector, shape (parameters,)."""
    return np.concatenate([np.ravel(leaf) for layer in tree for leaf in layer]).astype(dtype, copy=False)


def views(vector, like):
    """A tree shaped as `like` whose arrays are windows into `vector`: who changes the one changes the other."""
    tree, start = [], 0
    for layer in like:
        leaves = []
        for leaf in layer:
            leaves.append(vector[start:start + leaf.size].reshape(leaf.shape))
            start += leaf.size
        tree.append(tuple(leaves))
    return tree
