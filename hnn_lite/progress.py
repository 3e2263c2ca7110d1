"""One progress bar for three places: a notebook, a terminal, a log."""

import sys

from tqdm import tqdm


class Progress:
    """Shows how far a long computation has come.

    In a notebook one line of text is replaced as it goes, so that what is stored is the last line, without times or
    widgets. In a terminal tqdm draws its bar. In a log one line appears for each quarter.
    """

    def __init__(self, what, total, shown=True):
        self.what, self.total, self.last, self.note, self.quarter = what, total, 0, "", 0
        self.notebook = self.bar = None
        self.shown = shown and sys.stderr is not None          # a program without a console has none
        if not self.shown:
            return
        if _in_notebook():
            from IPython.display import display
            self.notebook = display(_Line(f"{what}: 0 of {total:,} steps"), display_id=True)
        elif sys.stderr.isatty():
            self.bar = tqdm(total=total, desc=what)

    def show(self, step, note):
        """Say that `step` steps are done, with a short note such as the loss."""
        self.note = note
        if self.notebook:
            self.notebook.update(_Line(f"{self.what}: {step:,} of {self.total:,} steps, {note}"))
        elif self.bar is not None:
            self.bar.set_postfix_str(note, refresh=False)
            self.bar.update(step - self.last)
        elif self.shown and 4 * step // self.total > self.quarter:
            self.quarter = 4 * step // self.total
            print(f"{self.what}: {step:,} of {self.total:,} steps, {note}", file=sys.stderr, flush=True)
        self.last = step

    def close(self, reason=""):
        """End the bar; `reason` says why it ended early."""
        if self.bar is not None:
            self.bar.close()
        if reason and self.notebook:
            self.notebook.update(_Line(f"{self.what}: {reason}, {self.note}"))
        elif reason and self.shown:
            print(f"{self.what}: {reason}", file=sys.stderr)


class _Line:
    """Plain text as a display object."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


def _in_notebook():
    return {"ipykernel", "IPython"} <= sys.modules.keys() and getattr(sys.modules["IPython"].get_ipython(), "kernel", None) is not None
