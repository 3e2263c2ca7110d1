"""The papers' experiments, each a task, models, recipes and metrics; and the command that runs them again."""

from hnn_lite.experiments.experiment import Experiment, Recipe
from hnn_lite.experiments.fields import judge_films
from hnn_lite.experiments.runs import EXPERIMENTS, read, reproduce, run

__all__ = ["EXPERIMENTS", "Experiment", "Recipe", "judge_films", "read", "reproduce", "run"]
