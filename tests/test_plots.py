"""The book's figures: what is drawn, in which colours, and that axes say what they show and in which unit."""

import re
from pathlib import Path

import matplotlib
import numpy as np
import pytest

import hnn_lite as hl
from hnn_lite import page
from hnn_lite.page.beyond import fields, friction
from hnn_lite.page.papers import control
from hnn_lite.page.plots import by_jump, by_size, energies, legend, orbits
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


def test_a_model_has_one_name_and_one_colour():
    assert page.plots.COLOURS["hnn"] == hl.HNN.colour and page.plots.LABELS["linear-map"] == hl.LinearMap.label
    assert page.plots.name_of(hl.EulerUpdate(2)) == "euler-update" and page.plots.name_of(hl.NeuralODE(2)) == "neural-ode"
    assert page.plots.name_of(hl.systems.mass_spring()) == "truth"
    looks = [(page.plots.line(name)["color"], page.plots.line(name)["linestyle"]) for name in page.plots.look.MODELS]
    assert len(set(looks)) == len(looks)


def themes():
    """The variables of the live figures' style sheet, in the light and in the dark: two dictionaries."""
    css = (Path(page.__file__).parent / "live" / "frame.css").read_text()
    return [dict(re.findall(r"--([\w-]+): (#\w+);", part)) for part in css.split("* {", 1)[0].split(":root[data-dark]")]


def cycles():
    """The default cycle, and that of the live figures in the dark."""
    return [page.plots.STYLE["axes.prop_cycle"].by_key()["color"], [themes()[1][f"c{number}"] for number in range(6)]]


def test_the_default_cycle_has_none_of_the_models_colours():
    modules = (friction, fields, control, hl.models)
    own = {thing.colour for module in modules for thing in vars(module).values() if isinstance(getattr(thing, "colour", None), str)}
    assert {hl.HNN.colour, hl.Baseline.colour, friction.DissipativeHNN.colour, control.Force.colour} <= own
    cycle = cycles()[0]
    assert not {colour.lower() for colour in cycle} & {colour.lower() for colour in own | {page.plots.COLOURS["data"]}}
    light, dark = themes()
    assert [light[f"c{number}"] for number in range(6)] == cycle          # so a live figure's still has the figure's colours
    for name in ("hnn", "baseline", "action-angle", "data"):
        assert light[name] == page.plots.COLOURS[name] and dark[name] not in cycles()[1]


# how the two most frequent kinds of colour blindness, and the rarest, see linear red, green, blue: Machado, Oliveira and Fernandes (2009)
EYES = {"usual": np.eye(3),
        "red missing": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        "green missing": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        "blue missing": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]}
TO_CONES = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]]
TO_OKLAB = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099], [0.0259040371, 0.7827717662, -0.8086757660]]


@pytest.mark.parametrize("eyes", EYES)
def test_the_cycles_colours_differ_for_every_kind_of_eyes(eyes):
    for cycle in cycles():
        colours = np.array([matplotlib.colors.to_rgb(colour) for colour in cycle])
        linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
        seen = np.cbrt(np.clip(linear @ np.transpose(EYES[eyes]), 0, 1) @ np.transpose(TO_CONES)) @ np.transpose(TO_OKLAB)
        apart = np.linalg.norm(seen[:, None] - seen, axis=-1) + np.eye(len(cycle))
        assert apart.min() > 0.07                                         # 0.02 is just seen


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
    drawn = np.concatenate([line.get_xydata() for line in plane.get_lines()])
    np.testing.assert_allclose([plane.get_xlim()[1], plane.get_ylim()[1]], 1.15 * np.abs(drawn).max(axis=0))
    figure.canvas.draw()


# --- bodies in a plane

BODIES = hl.systems.two_body(masses=(1.0, 3.0))
T = np.linspace(0, 5, 21)
START = np.array([1.0, -0.5, 0.2, -0.1, 0.1, 0.3, 1.2, -1.0])
FILMED = {"truth": BODIES.rollout(START, T), "hnn": BODIES.rollout(1.1 * START, T)}


def lines(ax, **look):
    return [line for line in ax.get_lines() if all(getattr(line, f"get_{key}")() == value for key, value in look.items())]


def test_the_paths_of_all_bodies_are_drawn_in_the_colour_of_the_law():
    axes = orbits(BODIES, FILMED)
    assert [ax.get_title() for ax in axes] == ["truth", "HNN"]
    for ax, (name, path) in zip(axes, FILMED.items(), strict=True):
        drawn = lines(ax, color=page.plots.COLOURS[name], marker="None")
        assert len(drawn) == 2 and drawn[0].get_alpha() > drawn[1].get_alpha()
        for body, line in enumerate(drawn):
            np.testing.assert_array_equal(line.get_xydata(), path[:, [body, 2 + body]])
        ends = np.concatenate([line.get_xydata() for line in lines(ax, marker="o")])
        np.testing.assert_array_equal(ends, BODIES.positions(path[-1]))


def test_the_centre_of_mass_is_that_of_the_masses_and_can_be_left_out():
    ax, = orbits(BODIES, {"truth": FILMED["truth"]})
    thin, = lines(ax, color=page.plots.COLOURS["data"])
    x = FILMED["truth"]
    np.testing.assert_allclose(thin.get_xydata()[:, 0], (x[:, 0] + 3 * x[:, 1]) / 4)
    assert lines(orbits(BODIES, {"truth": FILMED["truth"]}, centre=False)[0], color=page.plots.COLOURS["data"]) == []


def test_panels_share_an_extent_and_name_their_axes():
    axes = orbits(BODIES, FILMED)
    reach = 1.15 * np.abs(FILMED["truth"][:, :4]).max()
    assert all(ax.get_xlim() == ax.get_ylim() == pytest.approx((-reach, reach)) for ax in axes)
    assert all("(length units)" in ax.get_xlabel() for ax in axes) and "$y$" in axes[0].get_ylabel()
    assert orbits(BODIES, FILMED, extent=2)[1].get_xlim() == (-2, 2)
    titled, = orbits(BODIES, {"from the train": FILMED["truth"]})
    assert titled.get_title() == "from the train" and lines(titled, color=page.plots.COLOURS["truth"])


def test_energies_are_kinetic_potential_and_their_sum():
    axes = energies(BODIES, T, FILMED, ylim=(-4, 3))
    for ax, (name, path) in zip(axes, FILMED.items(), strict=True):
        kinetic, potential, total = (line.get_ydata() for line in ax.get_lines())
        np.testing.assert_allclose(kinetic, np.sum(path[:, 4:] ** 2 / [2, 6, 2, 6], axis=1))
        np.testing.assert_allclose(kinetic + potential, total)
        np.testing.assert_allclose(total, BODIES.hamiltonian(path))
        assert ax.get_lines()[2].get_color() == page.plots.COLOURS[name] and ax.get_ylim() == (-4, 3)
    assert "(time units)" in axes[0].get_xlabel() and "(energy units)" in axes[0].get_ylabel()
    assert [text.get_text() for text in axes[0].get_legend().get_texts()] == ["kinetic", "potential", "total"]


@pytest.mark.parametrize("draw", [lambda paths: orbits(BODIES, paths), lambda paths: energies(BODIES, T, paths)])
def test_paths_of_another_system_are_refused(draw):
    with pytest.raises(ValueError, match="8 coordinates"):
        draw({"truth": np.zeros((21, 12))})


# --- the records of many trainings

def record(model, seed, size=100):
    return {"model": model, "seed": seed, "periods": [0.1, 1, 10], "parameters": size,
            "error_by_jump": [1e-4 * (seed + 1), 1e-3 * (seed + 1), None]}


def test_medians_and_ranges_over_seeds_are_drawn_and_what_ran_away_is_not():
    ax = by_jump([record("hnn", seed) for seed in (0, 1, 5)] + [record("action-angle", 0)], title="a system")
    hnn, action_angle = ax.lines
    assert hnn.get_color() == page.plots.COLOURS["hnn"] and action_angle.get_label() == "action-angle network"
    np.testing.assert_allclose(hnn.get_ydata(), [2e-4, 2e-3, np.nan])
    low, high = (edge(ax.collections[0].get_paths()[0].vertices[:, 1]) for edge in (np.min, np.max))
    assert (low, high) == pytest.approx((1e-4, 6e-3))
    assert ax.get_xscale() == ax.get_yscale() == "log" and ax.get_title() == "a system"


def test_sizes_have_a_place_each_and_a_dot_for_each_seed():
    ax = by_size([[record("hnn", seed, size + seed) for seed in (0, 1, 5)] for size in (100, 400)],
                 lambda record: record["parameters"], lambda record: record["error_by_jump"][0])
    middle, *dots = ax.lines
    assert list(middle.get_xdata()) == [101, 401] and middle.get_ydata() == pytest.approx([2e-4, 2e-4])
    assert [len(line.get_xdata()) for line in dots] == [3, 3]
    legend(ax.figure, [record("hnn", 0), record("neural-ode", 0)])
    assert [text.get_text() for text in ax.figure.legends[0].texts] == ["HNN", "neural ODE"]


def test_no_record_is_an_error_in_words():
    with pytest.raises(ValueError, match="there are no records of this experiment and recipe"):
        by_jump([])


def test_paths_may_be_lists(task):
    """As a loop of one's own makes them."""
    path = [(0.7, 0.0), (0.6, -0.3), (0.5, -0.5)]
    np.testing.assert_array_equal(page.plots.phase_portrait(task.system, path, task).lines[1].get_xydata(), path)
    ax, = energies(BODIES, T, {"truth": FILMED["truth"].tolist()})
    np.testing.assert_allclose(ax.get_lines()[2].get_ydata(), BODIES.hamiltonian(FILMED["truth"]))
