"""The labs, with and without their widgets: every setting at its ends, the stop button, and errors that the reader sees."""

import builtins
import io
import threading
import time

import matplotlib
import nbformat
import numpy as np
import pytest
from execute import BOOK
from PIL import Image

import hnn_lite as hl
from hnn_lite import page
from hnn_lite.page.labs import controls
from hnn_lite.page.labs import lab as lab_module

matplotlib.use("Agg")
plt = matplotlib.pyplot

LABS = [page.labs.TrainYourOwn, page.labs.TuneABaseline, page.labs.BuildAnAutoencoder, page.labs.FindTheActions]
FEW = 3                                                 # steps
SMALL = {"TrainYourOwn": {"width": 5}, "TuneABaseline": {"width": 10, "seeds": 1, "trajectories": 5},
         "BuildAnAutoencoder": {"width": 16}, "FindTheActions": {"shears": 2, "width": 4}}


@pytest.fixture(autouse=True)
def no_figure_is_left_open():
    plt.close("all")
    yield
    assert plt.get_fignums() == []


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """An HNN that is trained for a moment, and no pictures on the way."""
    from hnn_lite.page.labs import tuning
    monkeypatch.setitem(tuning.HNN_RECIPE, "steps", FEW)
    monkeypatch.setitem(tuning.HNN_RECIPE, "width", 5)
    monkeypatch.setattr(controls, "PAUSE", 1e9)          # one picture, at the end


def small(lab, **settings):
    return {"steps": FEW, **SMALL[lab.__name__], **settings}


def panel_of(lab, **settings):
    """A panel whose controls are set as given; a value that no slider offers is added to it, as a reader cannot."""
    panel = controls.Panel(lab())
    for name, value in settings.items():
        widget = panel.controls[name]
        if value not in [option for _, option in widget.options]:
            widget.options = [(str(value), value), *widget.options]
        widget.value = value
    return panel


def picture(lab):
    with Image.open(io.BytesIO(lab.png(40))) as image:
        return np.asarray(image.convert("L"))


# --- the work, without widgets

@pytest.mark.parametrize("lab", LABS)
def test_a_lab_trains_draws_and_reports(lab):
    made = lab().run(**small(lab))
    sentences = [line for line in made.report() if line[0] in "✓✗"]
    assert sentences and all("(measured " in line for line in sentences)
    assert np.ptp(picture(made)) > 100 and made.figure().axes
    assert repr(made).startswith(lab.title) and sentences[0] in repr(made)
    assert len(lab.alt) > 60


@pytest.mark.parametrize("lab", LABS)
def test_defaults_are_among_the_values_which_increase(lab):
    for control in lab.controls.values():
        assert control.default in control.values and len(control.values) > 1
        assert isinstance(control.values[0], str) or list(control.values) == sorted(set(control.values))


@pytest.mark.parametrize("lab", LABS)
@pytest.mark.parametrize("place", ["lowest", "default", "highest"])
def test_every_control_at_its_lowest_its_default_and_its_highest(lab, place):
    value = {"lowest": lambda c: c.values[0], "default": lambda c: c.default, "highest": lambda c: c.values[-1]}[place]
    settings = {name: value(control) for name, control in lab.controls.items()} | {"steps": 1}
    panel = panel_of(lab, **settings)
    panel.start()
    panel.wait(600)
    assert panel.error is None, panel.error
    assert panel.lab.settings == settings and "<img alt=" in panel.picture.value
    assert "✓" in panel.message.value or "✗" in panel.message.value


def test_training_is_that_of_the_chapters():
    lab = page.labs.TrainYourOwn().run(model="baseline", noise=0.05, width=5, steps=20, seed=2)
    task, model = hl.data.fields.mass_spring(2, noise=0.05), hl.Baseline(2, 2, hidden=(5, 5))
    hl.fit(model, task, 20, weight_decay=1e-4, seed=2, progress=False)
    np.testing.assert_array_equal(lab.model.field(task.test_x), model.field(task.test_x))


def test_seeds_shift_with_the_book(monkeypatch):
    monkeypatch.setenv("HNN_LITE_SEED", "3")
    lab = page.labs.TrainYourOwn().run(width=5, steps=1, seed=2)
    np.testing.assert_array_equal(lab.task.x, hl.data.fields.mass_spring(3002).x)


def test_the_tries_are_kept_and_the_hnn_is_trained_once_for_each_data():
    lab, learned = page.labs.TuneABaseline(), []
    fit, lab._fit = lab._fit, lambda model, *rest, **more: (learned.append(type(model).__name__), fit(model, *rest, **more))
    for width in (5, 10):
        lab.run(**small(type(lab), width=width))
    assert learned == ["HNN", "Baseline", "Baseline"] and [row["width"] for row in lab.tries] == [5, 10]
    for row in lab.tries:
        assert row["ratio"] == pytest.approx(np.median(row["errors"]) / np.median(row["hnn"]))
    assert len(lab.table()) == 3 and len(lab.figure().axes[0].get_yticks()) == 2


def test_a_baseline_that_wins_gets_its_tick():
    lab = page.labs.TuneABaseline().run(**small(page.labs.TuneABaseline, width=20, steps=500, noise=0.0, trajectories=25))
    assert lab.tries[0]["ratio"] < 1 and lab.report()[-1].startswith("✓")          # the HNN had but three steps


def test_actions_that_are_found_get_their_tick():
    lab = page.labs.FindTheActions().run(shears=4, width=8, steps=20)
    assert lab.report()[0].startswith("✓")
    np.testing.assert_allclose(lab.mixed[0], lab.exact)
    toda = page.labs.FindTheActions().run(system="Toda", shears=4, width=8, steps=10)
    assert abs(np.linalg.det(toda.mixed[1])) == pytest.approx(1)
    np.testing.assert_allclose(toda.learned, toda.mixed[0], atol=0.2)


def test_what_is_not_a_setting_is_refused():
    with pytest.raises(ValueError, match="unknown setting 'colour'; choose one of: system, model"):
        page.labs.TrainYourOwn().run(colour="red")
    with pytest.raises(ValueError, match="unknown system 'planet'"):
        page.labs.FindTheActions().run(system="planet")
    with pytest.raises(ValueError, match="lab must be a Lab"):
        controls.Panel("a lab")


# --- the widgets

def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("lab", LABS)
def test_the_stop_button_ends_a_training_and_what_was_learned_stays(lab):
    panel = panel_of(lab, **SMALL[lab.__name__], steps=max(lab.controls["steps"].values))
    panel.start()
    assert panel.start_button.disabled and not panel.stop_button.disabled
    wait_for(lambda: panel.lab.history is not None or lab is page.labs.TuneABaseline)
    panel.stop_button.click()
    panel.wait(60)
    assert not panel.thread.is_alive() and panel.error is None
    assert panel.stop_button.disabled and not panel.start_button.disabled
    if lab is page.labs.TuneABaseline:          # half a try is no try
        assert panel.lab.tries == []
    else:
        assert "stopped by the user after" in panel.message.value and "<img" in panel.picture.value
        assert len(panel.lab.history.train_loss) < panel.lab.settings["steps"]


def test_start_returns_at_once_and_works_again_after_a_stop():
    panel = panel_of(page.labs.TrainYourOwn, width=200, steps=5000)
    panel.start_button.click()
    assert panel.thread.is_alive()               # while the press is over
    first = panel.thread
    panel.start()                                # a second press while it runs
    assert panel.thread is first
    panel.stop()
    panel.wait(60)
    panel.controls["width"].value, panel.controls["steps"].value = 5, 100
    panel.start()
    panel.wait(60)
    assert panel.error is None and panel.lab.settings["width"] == 5 and panel.lab.stopped == ""


def test_two_labs_train_at_once_and_learn_what_each_learns_alone():
    """Each run waits for the other in the middle of its training, so that neither is over before the other begins."""
    settings = {"width": 20, "steps": 60}, {"shears": 4, "width": 8, "steps": 60}
    meeting = threading.Barrier(2, timeout=60)

    def run(lab, chosen, watch=None):
        made = lab().run(watch, **chosen)
        return [np.array(leaf) for leaf in hl.tree.leaves(made.model.params)]

    def together(lab, chosen, kept):
        looks = []
        kept.append(run(lab, chosen, lambda _: (looks.append(0), len(looks) in (5, 20) and meeting.wait())))

    labs, kept = (page.labs.TrainYourOwn, page.labs.FindTheActions), ([], [])
    threads = [threading.Thread(target=together, args=arguments) for arguments in zip(labs, settings, kept, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for lab, chosen, (learned,) in zip(labs, settings, kept, strict=True):
        for leaf, alone in zip(learned, run(lab, chosen), strict=True):
            np.testing.assert_array_equal(leaf, alone)


def test_a_lab_that_has_trained_nothing_says_so_and_one_that_fails_does_not_hide_it():
    lab = page.labs.TrainYourOwn()
    assert lab.report() == [] and repr(lab).count("\n") == 0
    with pytest.raises(ValueError, match="TrainYourOwn has trained nothing yet"):
        lab.figure()
    lab.run(width=5, steps=FEW)
    lab.statements = lambda: lab.no_such_thing
    with pytest.raises(AttributeError, match="no_such_thing"):
        repr(lab)


def test_the_picture_changes_while_it_trains(monkeypatch):
    monkeypatch.setattr(controls, "PAUSE", 0)
    monkeypatch.setattr(lab_module, "LOOKS", FEW)
    panel, seen = panel_of(page.labs.TrainYourOwn, width=5, steps=2 * FEW), []
    panel.picture.observe(lambda change: seen.append((threading.current_thread(), change["new"])), "value")
    panel.start()
    panel.wait(300)
    assert panel.error is None and len({value for _, value in seen}) >= FEW
    assert {thread for thread, _ in seen} == {panel.thread}


@pytest.mark.filterwarnings("error")
def test_an_error_in_a_training_is_shown_and_the_buttons_come_back(monkeypatch):
    panel = panel_of(page.labs.TrainYourOwn, width=0, steps=FEW)
    panel.start()
    panel.wait(60)
    assert isinstance(panel.error, ValueError)
    assert 'role="alert"' in panel.message.value and "must be a whole number of at least 1, got 0" in panel.message.value
    assert panel.stop_button.disabled and not panel.start_button.disabled
    panel = panel_of(page.labs.TuneABaseline, **small(page.labs.TuneABaseline, learning_rate=1e300, steps=50))
    panel.start()
    panel.wait(60)
    assert isinstance(panel.error, hl.TrainingDiverged) and "smaller learning rate" in panel.message.value
    monkeypatch.setattr(panel.lab, "stop", lambda: 1 / 0)
    panel.stop_button.click()                    # an error in the callback itself
    assert "ZeroDivisionError" in panel.message.value


def test_what_a_lab_says_cannot_break_the_page():
    panel = controls.Panel(page.labs.TrainYourOwn())
    panel.say('<script>&"')
    assert "<script>" not in panel.message.value


# --- where nobody can move a slider

def shown(monkeypatch, lab):
    outputs = []
    monkeypatch.setattr("IPython.display.display", outputs.append)
    lab._ipython_display_()
    return outputs


def test_a_stored_page_gets_a_picture_and_a_reader_gets_controls(monkeypatch):
    ipywidgets = pytest.importorskip("ipywidgets")
    monkeypatch.setenv("HNN_LITE_STATIC", "1")
    lab = page.labs.TrainYourOwn().run(width=5, steps=FEW)
    still, = shown(monkeypatch, lab)
    assert still.data.startswith(b"\x89PNG") and still.format == "png"
    monkeypatch.delenv("HNN_LITE_STATIC")
    box, = shown(monkeypatch, page.labs.TrainYourOwn())
    assert isinstance(box, ipywidgets.VBox)


def test_without_ipywidgets_labs_work_and_their_controls_say_what_is_missing(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.split(".")[0] == "ipywidgets":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    lab = page.labs.TrainYourOwn().run(width=5, steps=FEW)
    assert lab.report()
    with pytest.raises(ImportError, match="need ipywidgets: .*hnn-lite.notebook"):
        controls.Panel(lab)


def test_the_page_of_labs_holds_pictures_and_no_widget():
    notebook = nbformat.read(BOOK / "workshop" / "labs.ipynb", as_version=4)
    calls = [cell for cell in notebook.cells if cell.cell_type == "code" and "figure" in cell.metadata.get("mystnb", {})]
    assert {name for cell in calls for name in page.labs.__all__ if name in cell.source} >= {lab.__name__ for lab in LABS}
    assert all(set(output.data) <= {"image/png", "text/plain"} for cell in calls for output in cell.outputs)
    assert "widget" not in str([output for cell in notebook.cells for output in cell.get("outputs", [])])
    assert "widgets" not in notebook.metadata


@pytest.mark.parametrize("lab, name, value", [
    (page.labs.TrainYourOwn, "steps", "100"), (page.labs.TrainYourOwn, "steps", 100.5), (page.labs.TrainYourOwn, "width", 5.0),
    (page.labs.TuneABaseline, "width", 0), (page.labs.FindTheActions, "steps", "20"), (page.labs.BuildAnAutoencoder, "width", [16])])
def test_a_setting_that_is_no_whole_number_is_named_as_the_reader_knows_it(lab, name, value):
    with pytest.raises(ValueError, match=rf"^{name} must be a whole number of at least 1, got "):
        lab().run(**{name: value})
