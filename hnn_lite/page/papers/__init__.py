"""The papers' experiments, each a task, models, recipes and metrics; and the command that runs them again."""

from hnn_lite.page.papers.experiment import Experiment, Recipe
from hnn_lite.page.papers.hnn_paper import judge_films
from hnn_lite.page.papers.lifted import Lifted, drop, lift
from hnn_lite.page.papers.runs import EXPERIMENTS, GROUPS, RunsFailed, read, reproduce, run

__all__ = ["EXPERIMENTS", "GROUPS", "Experiment", "Lifted", "Recipe", "RunsFailed", "drop", "judge_films", "lift", "read", "reproduce", "run"]
