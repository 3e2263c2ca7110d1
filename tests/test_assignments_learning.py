"""The assignments that train a network, graded; see `grading.Graded`."""

import pytest
from grading import NAMES, NO_SOURCES, Graded

pytestmark = pytest.mark.skipif(not NAMES, reason=NO_SOURCES)


class TestLearning(Graded):
    names = NAMES[3:]
