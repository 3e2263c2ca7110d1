"""Networks: their formulas, the papers' sizes and first weights."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad
from numerics import difference_gradient, relative_error

from hnn_lite.networks import ACTIVATIONS, init_autoencoder, init_mlp, mlp, residual

FORMULAS = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "softplus": lambda z: np.log(1 + np.exp(z)),
            "relu": lambda z: z * (z > 0), "sin": np.sin}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_mlp_is_its_formula(activation):
    (W1, b1), (W2, b2), (W3,) = params = init_mlp((3, 4, 5, 2), seed=0)
    x, sigma = np.random.default_rng(0).normal(size=(6, 3)), FORMULAS[activation]
    np.testing.assert_allclose(mlp(params, x, activation), sigma(sigma(x @ W1 + b1) @ W2 + b2) @ W3, rtol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_have_their_slopes_and_do_not_overflow(activation):
    z = np.array([-2.3, -0.4, 0.7, 3.1])[:, None]
    slope = difference_gradient(lambda z: FORMULAS[activation](z)[..., 0], z)
    assert relative_error(elementwise_grad(ACTIVATIONS[activation])(z), slope) < 1e-9
    assert np.all(np.isfinite(ACTIVATIONS[activation](np.array([-1e4, 1e4]))))


def test_weights_are_orthogonal_and_biases_small():
    for W, *b in init_mlp((3, 200, 50, 2), seed=0):
        gram = W @ W.T if W.shape[0] <= W.shape[1] else W.T @ W
        np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-12)
        for bias in b:
            assert 0.9 / np.sqrt(len(W)) < np.abs(bias).max() <= 1 / np.sqrt(len(W)) and abs(bias.mean()) < 0.3 / np.sqrt(len(W))


def test_orthogonal_weights_are_uniform():
    """Over many seeds each entry of a 2 x 2 weight has mean 0, and the determinant is -1 half of the time."""
    weights = np.stack([init_mlp((2, 2, 1), seed)[0][0] for seed in range(400)])
    assert np.abs(weights.mean(axis=0)).max() < 0.2
    assert 0.4 < np.mean(np.linalg.det(weights) > 0) < 0.6


def test_autoencoder_has_the_papers_sizes_and_first_weights():
    encoder, decoder = init_autoencoder(1568, 2, 0)
    assert [W.shape for W, _ in encoder] == [(1568, 200), (200, 200), (200, 200), (200, 2)]
    assert [W.shape for W, _ in decoder] == [(2, 200), (200, 200), (200, 200), (200, 1568)]
    for W, b in encoder + decoder:
        gram = W.T @ W if W.shape[0] >= W.shape[1] else W @ W.T
        np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-12)
        assert b.shape == (W.shape[1],)
    assert not np.any(encoder[-1][1]) and not np.allclose(encoder[1][0], decoder[1][0])


def test_middle_layers_add_to_what_they_got():
    params = [(np.eye(3), np.zeros(3)), (np.zeros((3, 3)), np.ones(3)), (np.zeros((3, 3)), -np.ones(3)), (np.eye(3), np.array([0.0, 0, 5]))]
    np.testing.assert_allclose(residual(params, anp.array([2.0, -1.0, 0.0])), [3, 1, 6])


@pytest.mark.parametrize("bad, words", [
    (lambda: init_mlp((2,), 0), r"sizes needs an input and an output width, got \(2,\)"),
    (lambda: init_mlp((2, 0, 1), 0), "a width in sizes must be a whole number of at least 1, got 0"),
    (lambda: init_mlp((2, 3.5, 1), 0), "a width in sizes must be a whole number of at least 1, got 3.5"),
    (lambda: init_mlp((2, 3, 1), -1), "seed must be a whole number of at least 0, got -1"),
    (lambda: init_autoencoder(0, 2, 0), "pixels must be a whole number of at least 1, got 0"),
    (lambda: init_autoencoder(9, 0, 0), "latent must be a whole number of at least 1, got 0"),
    (lambda: init_autoencoder(9, 2, 0, hidden=None), "hidden must be a whole number of at least 1, got None")])
def test_bad_input_is_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        bad()
