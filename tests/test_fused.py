"""The machinery of the gradients derived by hand: batches cut in two, threads, blocks of rows, buffers used again."""

from concurrent.futures import ThreadPoolExecutor

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from numerics import relative_error

from hnn_lite import tree
from hnn_lite.by_hand import fused
from hnn_lite.networks import init_mlp, input_gradient, mlp

KINDS = {"field": (3, mlp),
         "gradient": (1, input_gradient)}


def problem(kind, rows, hidden=(7, 5), dtype=float):
    outputs, predict = KINDS[kind]
    params = [tuple(leaf.astype(dtype) for leaf in layer) for layer in init_mlp((3, *hidden, outputs), 1)]
    x, target = np.random.default_rng(rows).normal(size=(2, rows, 3)).astype(dtype)

    def plain(params, x=x, target=target):
        return anp.mean((predict(params, x) - target) ** 2)

    return params, x, target, plain


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [1, 2, 3, 8, 33])
def test_a_batch_is_cut_in_two_whatever_its_size(kind, rows):
    params, x, target, plain = problem(kind, rows)
    loss, gradient = fused.Trainer(kind, rows, params, "tanh")(params, x, target)
    assert loss == pytest.approx(plain(params), rel=1e-12)
    assert relative_error(gradient, tree.ravel(grad(plain)(params))) < 1e-10


@pytest.mark.parametrize("kind", KINDS)
def test_trainer_forgets_the_batch_before(kind):
    params, x, target, _ = problem(kind, 8)
    used, fresh = (fused.Trainer(kind, 8, params, "tanh") for _ in range(2))
    used(params, x[::-1] * 3, target + 1)
    (loss, gradient), (same_loss, same) = used(params, x, target), fresh(params, x, target)
    assert loss == same_loss and gradient.tobytes() == same.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_two_threads_give_the_bits_of_one(kind):
    params, x, target, _ = problem(kind, 101, (40, 40), np.float32)
    one, two = (fused.Trainer(kind, 101, params, "tanh") for _ in range(2))
    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            (loss, gradient), (same_loss, same) = one(params, x, target), two(params, x, target, pool.map)
            assert loss == same_loss and gradient.tobytes() == same.tobytes()
    with fused.threads() as run:
        assert list(run(lambda number: 2 * number, range(2))) == [0, 2]


@pytest.mark.parametrize("kind", KINDS)
def test_losses_of_many_rows_are_added_up_block_by_block(kind):
    for rows in (fused.BLOCK, fused.BLOCK + 1, 2 * fused.BLOCK + 300):
        params, x, target, plain = problem(kind, rows)
        assert getattr(fused, kind + "_loss")(params, x, target) == pytest.approx(plain(params), rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_primitives_can_be_differentiated_by_everything_and_twice(kind):
    params, x, target, plain = problem(kind, 4)
    loss = getattr(fused, kind + "_loss")
    assert relative_error(grad(loss, 1)(params, x, target), grad(plain, 1)(params, x, target)) < 1e-10
    assert relative_error(grad(loss, 2)(params, x, target), grad(plain, 2)(params, x, target)) < 1e-10

    def steepness(function):
        return lambda x: anp.sum(anp.concatenate(
            [anp.ravel(leaf) for layer in grad(function)(params, x, target) for leaf in layer]) ** 2)

    assert relative_error(grad(steepness(loss))(x), grad(steepness(plain))(x)) < 1e-9


def test_single_precision_stays_single():
    params, x, target, _ = problem("gradient", 6, dtype=np.float32)
    loss, gradient = fused.Trainer("gradient", 6, params, "tanh")(params, x, target)
    assert gradient.dtype == np.float32 and type(loss) is float
