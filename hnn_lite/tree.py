"""Parameters as a tree, lists, tuples and dicts of arrays such as [(W1, b1), (W2, b2), (W3,)], and as one long vector."""

import numpy as np


def leaves(tree):
    """The arrays of a tree, in order: a list."""
    if isinstance(tree, dict):
        tree = tree.values()
    elif not isinstance(tree, (list, tuple)):
        return [tree]
    return [leaf for branch in tree for leaf in leaves(branch)]


def rebuild(like, new):
    """A tree shaped as `like`, with its leaves taken one by one from `new`."""
    new = iter(new)

    def grow(tree):
        if isinstance(tree, dict):
            return {name: grow(branch) for name, branch in tree.items()}
        if isinstance(tree, (list, tuple)):
            return getattr(type(tree), "_make", type(tree))([grow(branch) for branch in tree])          # `_make` of named tuples
        return next(new)

    return grow(like)


def ravel(tree, dtype=float):
    """All parameters of a tree in one new vector, shape (parameters,)."""
    return np.concatenate([np.ravel(leaf) for leaf in leaves(tree)]).astype(dtype, copy=False)


def views(vector, like):
    """A tree shaped as `like` whose arrays are windows into `vector`: changing one changes the other."""
    sizes = [np.size(leaf) for leaf in leaves(like)]
    parts = np.split(vector, np.cumsum(sizes)[:-1])
    return rebuild(like, [part.reshape(np.shape(leaf)) for part, leaf in zip(parts, leaves(like), strict=True)])
