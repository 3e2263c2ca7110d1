"""Figures of bodies in a plane: whose paths and energies are drawn, in which colours, and what the axes say."""

import matplotlib
import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite import page
from hnn_lite.page.plots import energies, orbits

matplotlib.use("Agg")
plt = matplotlib.pyplot

SYSTEM = hl.systems.two_body(masses=(1.0, 3.0))
T = np.linspace(0, 5, 21)
START = np.array([1.0, -0.5, 0.2, -0.1, 0.1, 0.3, 1.2, -1.0])
PATHS = {"truth": SYSTEM.rollout(START, T), "hnn": SYSTEM.rollout(1.1 * START, T)}


@pytest.fixture(autouse=True)
def clean():
    with matplotlib.rc_context():
        yield
    plt.close("all")


def lines(ax, **look):
    return [line for line in ax.get_lines() if all(getattr(line, f"get_{key}")() == value for key, value in look.items())]


def test_the_paths_of_all_bodies_are_drawn_in_the_colour_of_the_law():
    axes = orbits(SYSTEM, PATHS)
    assert [ax.get_title() for ax in axes] == ["truth", "HNN"]
    for ax, (name, path) in zip(axes, PATHS.items(), strict=True):
        drawn = lines(ax, color=page.plots.COLOURS[name], marker="None")
        assert len(drawn) == 2 and drawn[0].get_alpha() > drawn[1].get_alpha()
        for body, line in enumerate(drawn):
            np.testing.assert_array_equal(line.get_xydata(), path[:, [body, 2 + body]])
        ends = np.concatenate([line.get_xydata() for line in lines(ax, marker="o")])
        np.testing.assert_array_equal(ends, SYSTEM.positions(path[-1]))


def test_the_centre_of_mass_is_that_of_the_masses_and_can_be_left_out():
    ax, = orbits(SYSTEM, {"truth": PATHS["truth"]})
    thin, = lines(ax, color=page.plots.COLOURS["data"])
    x = PATHS["truth"]
    np.testing.assert_allclose(thin.get_xydata()[:, 0], (x[:, 0] + 3 * x[:, 1]) / 4)
    assert lines(orbits(SYSTEM, {"truth": PATHS["truth"]}, centre=False)[0], color=page.plots.COLOURS["data"]) == []


def test_panels_share_an_extent_and_name_their_axes():
    axes = orbits(SYSTEM, PATHS)
    reach = 1.15 * np.abs(PATHS["truth"][:, :4]).max()
    assert all(ax.get_xlim() == ax.get_ylim() == pytest.approx((-reach, reach)) for ax in axes)
    assert all("(length units)" in ax.get_xlabel() for ax in axes) and "$y$" in axes[0].get_ylabel()
    assert orbits(SYSTEM, PATHS, extent=2)[1].get_xlim() == (-2, 2)
    titled, = orbits(SYSTEM, {"from the train": PATHS["truth"]}, axes=[plt.subplots()[1]])
    assert titled.get_title() == "from the train" and lines(titled, color=page.plots.COLOURS["truth"])


def test_energies_are_kinetic_potential_and_their_sum():
    axes = energies(SYSTEM, T, PATHS, ylim=(-4, 3))
    for ax, (name, path) in zip(axes, PATHS.items(), strict=True):
        kinetic, potential, total = (line.get_ydata() for line in ax.get_lines())
        np.testing.assert_allclose(kinetic, np.sum(path[:, 4:] ** 2 / [2, 6, 2, 6], axis=1))
        np.testing.assert_allclose(kinetic + potential, total)
        np.testing.assert_allclose(total, SYSTEM.hamiltonian(path))
        assert ax.get_lines()[2].get_color() == page.plots.COLOURS[name] and ax.get_ylim() == (-4, 3)
    assert "(time units)" in axes[0].get_xlabel() and "(energy units)" in axes[0].get_ylabel()
    assert [text.get_text() for text in axes[0].get_legend().get_texts()] == ["kinetic", "potential", "total"]


@pytest.mark.parametrize("draw", [lambda paths: orbits(SYSTEM, paths), lambda paths: energies(SYSTEM, T, paths)])
def test_paths_of_another_system_are_refused(draw):
    with pytest.raises(ValueError, match="8 coordinates"):
        draw({"truth": np.zeros((21, 12))})
