"""The widgets around a lab: its controls, a button to start and one to stop, the picture, and one sentence if something fails.

They know of a lab only its `controls`, `title` and `alt`, and its methods `run`, `stop`, `png` and `report`.

A kernel hands the front end's messages to its main thread one after the other: while a callback trains there, a press on "stop" waits
until the training is over. So a training has a thread of its own, and the callbacks return at once.
"""

import base64
from dataclasses import dataclass
import functools
import html
import threading
import time

import numpy as np

PAUSE = 0.4          # seconds between two pictures, at least

ADVICE = 'the controls of a lab need ipywidgets:  pip install "hnn-lite[notebook]"  (its method run works without)'


@dataclass(frozen=True)
class Control:
    """A setting of a lab, and the values that its slider or list offers, the lowest first.

    Attributes
    ----------
    label : str
    values : tuple
        Numbers or words.
    default
        One of them.
    """

    label: str
    values: tuple
    default: object


def _widgets():
    try:
        import ipywidgets
    except ImportError:
        raise ImportError(ADVICE) from None
    return ipywidgets


def told(callback):
    """A callback whose errors the reader sees: ipywidgets would swallow them."""
    @functools.wraps(callback)
    def wrapper(self, *arguments):
        try:
            return callback(self, *arguments)
        except Exception as problem:
            self.say(f"{type(problem).__name__}: {problem}", failed=True)
            self.error = problem
            return None

    return wrapper


class Panel:
    """A lab's widgets.

    Parameters
    ----------
    lab : Lab

    Attributes
    ----------
    box : ipywidgets.VBox
        What to display.
    error : Exception or None
        Of the last run; the reader sees it as a sentence.

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    ValueError
        If `lab` is not a lab.
    """

    def __init__(self, lab):
        if not isinstance(getattr(lab, "controls", None), dict):
            raise ValueError(f"lab must be a Lab, such as TrainYourOwn(), got {type(lab).__name__}")
        widgets = _widgets()
        self.lab, self.error, self.thread, self._last = lab, None, None, 0.0
        self.controls = {name: self._control(widgets, control) for name, control in lab.controls.items()}
        self.start_button = widgets.Button(description="Start", button_style="primary", icon="play")
        self.stop_button = widgets.Button(description="Stop", icon="stop", disabled=True)
        self.start_button.on_click(self.start)
        self.stop_button.on_click(self.stop)
        self.picture, self.message = widgets.HTML(), widgets.HTML()
        self.box = widgets.VBox([
            widgets.HTML(f"<b>{html.escape(lab.title)}</b>"),
            widgets.Box(list(self.controls.values()), layout=widgets.Layout(flex_flow="row wrap")),
            widgets.HBox([self.start_button, self.stop_button]), self.message, self.picture])

    @staticmethod
    def _control(widgets, control):
        kind = widgets.Dropdown if isinstance(control.values[0], str) else widgets.SelectionSlider
        options = [(value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:g}", value)
                   for value in control.values]
        return kind(description=control.label, options=options, value=control.default, style={"description_width": "8em"},
                    layout=widgets.Layout(width="24em", max_width="100%"))

    @told
    def start(self, _=None):
        """Train with the controls' values, in a thread of its own; a second call while it runs does nothing."""
        if self.thread is not None and self.thread.is_alive():
            return
        self.error = None
        self.stop_button.disabled, self.start_button.disabled = False, True
        self.say("Training ...")
        settings = {name: widget.value for name, widget in self.controls.items()}
        self.thread = threading.Thread(target=self._work, args=(settings,), daemon=True)
        self.thread.start()

    @told
    def stop(self, _=None):
        """End the training."""
        self.lab.stop()
        self.say("Stopping ...")

    def wait(self, seconds=None):
        """Wait until the training is over, as a program does; a reader has no need to."""
        if self.thread is not None:
            self.thread.join(seconds)

    def _work(self, settings):
        try:
            self._train(settings)
        finally:
            self.stop_button.disabled, self.start_button.disabled = True, False

    @told
    def _train(self, settings):
        with np.errstate(over="ignore", invalid="ignore"):          # a training that diverges says so in a sentence
            self.lab.run(watch=self._look, **settings)
        self.show()

    def _look(self, _):
        if time.monotonic() - self._last > PAUSE:
            self.show()
            self._last = time.monotonic()

    def show(self):
        """Draw the lab's figure, and say what came out."""
        data = base64.b64encode(self.lab.png()).decode()
        self.picture.value = (f'<img alt="{html.escape(self.lab.alt, quote=True)}" src="data:image/png;base64,{data}" '
                              'style="max-width:100%;background:#fff">')
        self.say("\n".join(self.lab.report()))

    def say(self, text, failed=False):
        """Show a text below the buttons."""
        role, colour = ("alert", "color:#b00020") if failed else ("status", "")
        self.message.value = f'<div role="{role}" style="white-space:pre-line;{colour}">{html.escape(text)}</div>'
