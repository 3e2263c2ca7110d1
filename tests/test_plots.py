"""The book's figures: what is drawn, in which colours, and that axes say what they show and in which unit."""

import matplotlib
import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite import page
from hnn_lite.training import History

matplotlib.use("Agg")
plt = matplotlib.pyplot

PATHS = np.stack([np.cos(np.linspace(0, 3, 20)), np.sin(np.linspace(0, 3, 20))], axis=-1)


@pytest.fixture(autouse=True)
def clean():
    with matplotlib.rc_context():
        yield
    plt.close("all")


@pytest.fixture(scope="module")
def task():
    return hl.data.fields.pendulum(0, trajectories=2, points=5)


@pytest.fixture(scope="module")
def models():
    return {"baseline": hl.Baseline(2, hidden=(4,)), "hnn": hl.HNN(2, hidden=(4,))}


def colours(ax):
    return [line.get_color() for line in ax.get_lines()]


def test_colours_and_styles_differ():
    page.plots.use_style()
    looks = [page.plots.line(name) for name in ("truth", "baseline", "hnn", "action-angle", "data")]
    for key in ("color", "label"):
        assert len({look[key] for look in looks}) == 5
    assert matplotlib.rcParams["axes.spines.top"] is False


def test_a_phase_portrait_names_its_axes_with_units(task, models):
    ax = page.plots.phase_portrait(models["hnn"], PATHS, task, title="learned")
    assert ax.get_xlabel() == "angle $q$ (rad)" and "(kg m²/s)" in ax.get_ylabel() and ax.get_title() == "learned"
    assert page.plots.COLOURS["hnn"] in colours(ax) and len(ax.collections) == 1            # the arrows
    reach = 1.15 * np.abs(np.concatenate([PATHS, task.x])).max(axis=0)
    np.testing.assert_allclose([ax.get_xlim()[1], ax.get_ylim()[1]], reach)


def test_the_arrows_of_a_phase_portrait_are_the_field():
    system = hl.systems.mass_spring()
    arrows = page.plots.phase_portrait(system, extent=(2, 3)).collections[0]
    np.testing.assert_allclose(np.stack([arrows.U.ravel(), arrows.V.ravel()], axis=-1), system.field(arrows.get_offsets()), atol=1e-12)
    assert np.abs(arrows.get_offsets()).max() == 3


def test_many_paths_and_ones_own_axes(models):
    own = plt.subplots()[1]
    assert page.plots.phase_portrait(models["baseline"], np.stack([PATHS, 2 * PATHS], axis=1), ax=own) is own
    assert set(colours(own)) == {page.plots.COLOURS["baseline"]} and len(own.get_lines()) == 3     # two paths, and where they start


def test_energies_are_drawn_with_the_truth_on_top():
    t = np.linspace(0, 1, 5)
    ax = page.plots.energy_over_time(t, {"truth": t, "hnn": t + 1, "baseline": t + 2})
    assert [line.get_label() for line in ax.get_lines()] == ["HNN", "baseline", "truth"]
    assert ax.get_xlabel() == "time (s)" and ax.get_ylabel() == "energy (J)" and ax.get_legend()
    np.testing.assert_array_equal(ax.get_lines()[0].get_ydata(), t + 1)


def test_loss_curves_show_every_history_and_the_floor():
    histories = {name: History([3.0, 2.0, 1.0], [1, 3], [2.5, 1.5]) for name in ("baseline", "hnn")}
    ax = page.plots.loss_curves(histories, floor=0.5)
    assert ax.get_xscale() == ax.get_yscale() == "log" and len(ax.get_lines()) == 5
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"baseline", "HNN", "noise floor"}


def test_the_four_panels_are_the_papers(task, models):
    figure = page.plots.four_panels(task, models, [1.0, 0.0], np.linspace(0, 1, 8))
    plane, distance, learned, energy = figure.axes
    assert [ax.get_title() for ax in figure.axes] == ["paths", "distance from the true path", "what the HNN keeps", "the true energy"]
    assert all(ax.get_xlabel() and ax.get_ylabel() for ax in figure.axes)
    assert distance.get_yscale() == "log" and len(plane.get_lines()) == 4
    curves = {line.get_label(): line.get_ydata() for line in learned.get_lines()}
    assert set(curves) == {"truth", "baseline", "HNN"} and np.ptp(curves["HNN"]) < 1e-6
    truth = {line.get_label(): line.get_ydata() for line in energy.get_lines()}["truth"]
    np.testing.assert_allclose(truth, task.energy(np.array([1.0, 0.0])), rtol=1e-7)
    figure.canvas.draw()
