"""Checks of the code exercises of the Workshop: buffers that are used again, and a training that stops itself."""

from types import SimpleNamespace

import numpy as np

from hnn_lite.page.exercises.check import call, exercise, Exercise, numbers, Unusable


@exercise("ex-ft-code")
def buffers():
    """As few as possible: `buffers(calls, wanted)`, the buffer that each call writes into. Exercise `ex-ft-code`."""
    graphs = {"a chain": ([(), (0,), (1,), (2,), (3,)], {4}),
              "a square": ([(), (0, 0), (1,), (), (2, 3)], {4}),
              "a gradient": ([(), (0,), (1,), (2,), (2, 1), (4, 3), (5, 1), (6, 0), (7, 4)], {3, 8}),
              "a sum of two products": ([(), (), (0, 1), (), (), (3, 4), (2, 5)], {2, 6}),
              "a value that is read late": ([(), (0,), (1,), (2, 1), (0, 3), (4,), (5,)], {6})}

    def look(answer):
        """How many buffers there are in a graph, and how often a call, or the end, finds in one what it does not want."""
        found = {}
        for place, (calls, wanted) in graphs.items():
            where = numbers(call(answer, list(calls), set(wanted)), f"for {place}")
            if where.shape != (len(calls),) or (where != np.round(where)).any() or (where < 0).any():
                raise Unusable(f"for {place}, each call needs one whole number that is not negative")
            if set(where) != set(range(len(set(where)))):
                raise Unusable(f"for {place}, count the buffers from zero, and leave out no number")
            holds, faults = {}, 0
            for rank, reads in enumerate(calls):
                faults += sum(holds.get(where[read]) != read for read in reads) + any(where[read] == where[rank] for read in reads)
                holds[where[rank]] = rank
            faults += sum(holds.get(where[result]) != result for result in wanted)
            found |= {f"for {place}, the count of what is overwritten too early": np.array(float(faults)),
                      f"for {place}, the number of buffers": np.array(float(len(set(where))))}
        return found

    def greedy(calls, wanted, last=max, over=False, kept=True, again=True, readers=lambda reads: set(reads), late=0):
        """Takes a free buffer if there is one: right as it stands, and wrong in one way with each other argument."""
        ends = {read: last(rank for rank, reads in enumerate(calls) if read in readers(reads))
                for reads in calls for read in readers(reads)}
        where, free = [], []
        for rank in range(len(calls)):
            back = [where[read] for read in readers(calls[rank - late] if rank >= late else ())
                    if ends[read] == rank - late and not (kept and read in wanted)] if again else []
            free += back if over else []
            where.append(free.pop() if free else max(where, default=-1) + 1)
            free += [] if over else back
        return where

    def wrong(**how):
        return lambda calls, wanted: greedy(calls, wanted, **how)

    return Exercise(
        "a function (calls, wanted), which returns a list of whole numbers, one for each call", look, greedy,
        [("no buffer is ever used again", wrong(again=False)),
         ("a buffer is given back by the first call that reads it, and others read it later", wrong(last=min)),
         ("a call writes over what it reads: give its arguments back after it has found a buffer of its own", wrong(over=True)),
         ("what is wanted at the end is given back, too", wrong(kept=False)),
         ("only what a call reads first is given back", wrong(readers=lambda reads: set(reads[:1]))),
         ("a call that reads a value twice gives its buffer back twice, and then two calls get it", wrong(readers=list)),
         ("buffers come back one call too late", wrong(late=1)),
         ("everything is written into one buffer", lambda calls, wanted: [0] * len(calls))])


@exercise("ex-labs-enough")
def enough():
    """Enough is enough: `enough(lab)`, which is called at each look and stops the lab in time. Exercise `ex-labs-enough`."""
    runs = {"for the number of looks at a loss that sinks slowly": [8.0, 7.0, 6.0, 5.0, 4.2, 3.9, 3.0, 1.9],
            "for the number of looks at a loss that sinks at once": [8.0, 1.0, 0.9, 0.4],
            "for the number of looks at a loss that rises before it sinks": [4.0, 9.0, 4.4, 2.1, 1.9, 1.0],
            "for the number of looks at a loss that hardly sinks": [4.0, 3.9, 3.8, 3.7, 3.6]}

    def look(answer):
        """At which look the lab was stopped, or how many there were, if it was not."""
        found = {}
        for place, losses in runs.items():
            stops = []
            for n in range(1, len(losses) + 1):
                lab = SimpleNamespace(stop=lambda n=n: stops.append(n))
                train = [losses[0] * 0.97 ** k for k in range(10 * n - 9)]        # sinks all the time, and says nothing
                lab.history = SimpleNamespace(train_loss=train, test_loss=losses[:n], test_steps=[10 * k for k in range(n)], stopped="")
                call(answer, lab, silent=True)
                if stops:
                    break
            found[place] = numbers(stops[0] if stops else len(losses) + 1)
        return found

    right = {}                           # by searching for the first look of all
    for place, losses in runs.items():
        right[place] = np.array(1.0 + next((n for n, loss in enumerate(losses) if 2 * loss < losses[0]), len(losses)))

    def when(condition):
        def answer(lab):
            if condition(lab.history):
                lab.stop()
        return answer

    def two(losses, least=2):
        return len(losses) >= least

    return Exercise(
        "a function (lab), which calls lab.stop() as soon as the test loss is below a half of the first one", look, right,
        [("it never stops: call the lab's method, with brackets", lambda lab: lab.stop),
         ("it stops at the first look, whatever the loss", when(lambda h: True)),
         ("this compares the latest loss with the one before: compare it with the first",
          when(lambda h: two(h.test_loss) and h.test_loss[-1] < h.test_loss[-2] / 2)),
         ("it stops at any fall: wait until the loss is halved", when(lambda h: h.test_loss[-1] < h.test_loss[0])),
         ("this looks at the training loss: look at the test loss", when(lambda h: h.train_loss[-1] < h.train_loss[0] / 2)),
         ("this compares with the largest loss so far: compare with the first",
          when(lambda h: h.test_loss[-1] < max(h.test_loss) / 2)),
         ("it stops at the second look, whatever the loss", when(lambda h: two(h.test_loss))),
         ("it waits for a quarter of the first loss: a half is enough", when(lambda h: h.test_loss[-1] < h.test_loss[0] / 4)),
         ("it stops while the loss is above a half, not below", when(lambda h: two(h.test_loss) and h.test_loss[-1] > h.test_loss[0] / 2)),
         ("it waits for a loss below a fixed number: a half of the first is meant", when(lambda h: h.test_loss[-1] < 0.5))])
