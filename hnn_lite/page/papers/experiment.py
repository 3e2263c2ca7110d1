"""What an experiment is: a task, the models that can learn it, their recipes, and how they are judged."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hnn_lite import validate


@dataclass(frozen=True)
class Recipe:
    """How a model is trained: the arguments of `fit`, and what task and model are built with besides size and seed."""

    steps: int = 2000
    batch: int | None = None
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    schedule: str = "constant"
    model: dict = field(default_factory=dict)
    task: dict = field(default_factory=dict)
    method: str = "adam"


@dataclass(frozen=True)
class Experiment:
    """One of the papers' experiments.

    Attributes
    ----------
    task : callable
        `(seed, **arguments of the recipe) -> task`.
    recipes : dict of str to Recipe, or to dict of str to Recipe
        By name, the default first; where each model has its own, by the model's name then. A recipe may be for some models only.
    judge : callable
        `(model, task) -> dict`: of `metrics.Estimate`, or of numbers and lists as they go into a record.
    models : dict of str to callable
        `(task, seed, **arguments of the recipe) -> model`.
    """

    task: Callable
    recipes: dict
    judge: Callable
    models: dict

    def recipe(self, name, model):
        """The recipe of this name for this model; the default one if `name` is None.

        Raises
        ------
        ValueError
            For an unknown model, or a recipe that there is not for it.
        """
        validate.choice("model", model, self.models)
        recipe = self.recipes[validate.choice("recipe", name or self.default(), self.recipes)]
        return recipe if isinstance(recipe, Recipe) else recipe[validate.choice(f"model for recipe {name!r}", model, recipe)]

    def able(self, name=None):
        """The models that have a recipe of this name."""
        recipe = self.recipes[validate.choice("recipe", name or self.default(), self.recipes)]
        return list(self.models if isinstance(recipe, Recipe) else recipe)

    def default(self):
        """The name of the default recipe."""
        return next(iter(self.recipes))
