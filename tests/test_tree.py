"""Parameters as a tree, and as one long vector."""

from collections import namedtuple

import numpy as np

from hnn_lite import tree


def example():
    return {"net": [(np.arange(6.0).reshape(2, 3), np.array([6.0])), (np.array(7.0),)], "rates": np.array([8.0, 9.0])}


def test_leaves_come_in_order_and_a_tree_is_rebuilt_of_them():
    leaves = tree.leaves(example())
    np.testing.assert_array_equal(np.concatenate([leaf.ravel() for leaf in leaves]), np.arange(10.0))
    again = tree.rebuild(example(), [leaf + 1 for leaf in leaves])
    assert list(again) == ["net", "rates"] and type(again["net"]) is list and type(again["net"][0]) is tuple
    np.testing.assert_array_equal(again["net"][0][0], example()["net"][0][0] + 1)


def test_a_vector_and_its_views_share_their_numbers():
    vector = tree.ravel(example(), np.float32)
    assert vector.dtype == np.float32 and vector.tolist() == list(range(10))
    shown = tree.views(vector, example())
    vector[3:5] = -1, -2
    shown["rates"][:] = 0
    np.testing.assert_array_equal(shown["net"][0][0], [[0, 1, 2], [-1, -2, 5]])
    assert vector[-2:].tolist() == [0, 0] and shown["net"][1][0].shape == ()


def test_the_vector_of_one_array_is_a_copy():
    leaf = np.ones(3)
    tree.ravel([leaf])[:] = 2
    np.testing.assert_array_equal(leaf, 1)


def test_a_named_tuple_comes_back_as_one():
    Law = namedtuple("Law", "weights shift")
    again = tree.views(np.arange(3.0), Law(np.zeros(2), np.zeros(())))
    assert type(again) is Law and again.weights.tolist() == [0, 1] and again.shift == 2
