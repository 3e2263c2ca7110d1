"""What every lab is: settings, a training that can be watched and stopped, a figure, and sentences about what came out."""

import io
import os
import threading

import matplotlib
from matplotlib.figure import Figure

from hnn_lite import training, validate
from hnn_lite.page.claims import sentence
from hnn_lite.page.labs.controls import Panel
from hnn_lite.page.plots import STYLE

LOOKS = 40          # about how often a training is looked at


class Lab:
    """A training that a reader sets up, watches and stops.

    A subclass names its `title`, `alt`, what its figure shows, in words, its `controls`, and has the methods `_train`, which keeps
    what it makes in attributes as it goes, `draw` and `statements`; these are called once there is a `history`.

    Attributes
    ----------
    controls : dict of str to Control
        By the names of the arguments of `run`.
    settings : dict
        Of the last run; at first the controls' defaults.
    history : History or None
        Of the last run, as far as it has come; None as long as nothing has been trained.
    """

    title, alt, controls, size = "", "", {}, (9.0, 3.8)

    def __init__(self):
        self.settings = {name: control.default for name, control in self.controls.items()}
        self.stopped, self.history = "", None
        self._stop, self._watch = threading.Event(), None

    def run(self, watch=None, **settings):
        """Train with these settings, and the controls' defaults for the others.

        Parameters
        ----------
        watch : callable, optional
            Called as `watch(lab)` now and then, when `figure` and `report` show how far it has come.
        **settings
            By the names in `controls`. Values that no slider offers will do if the library takes them.

        Returns
        -------
        lab : Lab
            Itself.

        Raises
        ------
        ValueError
            If there is no such setting, or a value cannot be used.
        TrainingDiverged
            If the loss becomes NaN or infinite.
        """
        for name in settings:
            validate.choice("setting", name, self.controls)
        for name, value in settings.items():
            if isinstance(lowest := self.controls[name].values[0], int):
                validate.whole(name, value, min(lowest, 1))
        self.settings = {name: control.default for name, control in self.controls.items()} | settings
        self.stopped, self.history, self._watch = "", None, watch
        self._stop.clear()
        self._train(**self.settings)
        return self

    def stop(self):
        """End the training of `run` at its next look, from another thread; what was learned until then stays."""
        self._stop.set()

    def figure(self):
        """What there is to see, a matplotlib figure that pyplot does not know, so that nobody need close it.

        Raises
        ------
        ValueError
            If nothing has been trained yet.
        """
        if self.history is None:
            raise ValueError(f"{type(self).__name__} has trained nothing yet: call its method run first")
        with matplotlib.rc_context(STYLE):
            figure = Figure(figsize=self.size)
            self.draw(figure)
            figure.draw_without_rendering()          # while the style holds
        return figure

    def png(self, dots=100):
        """The figure as a PNG, in bytes, `dots` an inch."""
        file = io.BytesIO()
        with matplotlib.rc_context(STYLE):
            self.figure().savefig(file, format="png", dpi=dots)
        return file.getvalue()

    def report(self):
        """What came out: a list of sentences, each with a tick if it holds, a cross if not, and the measured figure; at first none."""
        if self.history is None:
            return []
        told = [f"{'✓' if holds else '✗'} {sentence(statement, measured)}" for statement, holds, measured in self.statements()]
        return told + ([self.stopped] if self.stopped else [])

    def draw(self, figure):
        """Draw the state of things into a matplotlib figure."""
        raise NotImplementedError

    def statements(self):
        """What can be said of it: a list of (statement, whether it holds, measured), as `page.claim` takes them."""
        raise NotImplementedError

    def _train(self, **settings):
        raise NotImplementedError

    def _fit(self, model, task, steps, note, **arguments):
        """`training.fit` that can be stopped; `note()` keeps what has been learned before each look."""
        def look(_, history):
            note()
            self.history = history
            if self._watch is not None:
                self._watch(self)
            return self._stop.is_set()

        history = training.fit(model, task, steps, test_every=max(1, steps // LOOKS), progress=False, on_test=look, **arguments)
        note()
        self.history = history
        self.stopped = f"stopped by the user after {len(history.train_loss)} of {steps} steps" if self._stop.is_set() else history.stopped

    def __repr__(self):
        return "\n".join([f"{self.title}: {', '.join(f'{name}={value!r}' for name, value in self.settings.items())}", *self.report()])

    def _ipython_display_(self):
        """In a notebook: the controls; or a picture of the defaults' result where nobody is there to move them.

        A stored notebook must hold no widget: without its kernel it would be dead. Whether somebody is there cannot be asked, since a
        kernel does not know its front end. So what runs notebooks to store them (`book/execute.py`) says so in an environment
        variable, and everywhere else the controls appear. (A cell whose output is cut out afterwards would leave the reader of the
        stored page with nothing to see.)
        """
        from IPython.display import Image, display
        if os.environ.get("HNN_LITE_STATIC") == "1":
            if self.history is None:
                self.run()
            display(Image(self.png(200), retina=True))
            return
        display(Panel(self).box)
