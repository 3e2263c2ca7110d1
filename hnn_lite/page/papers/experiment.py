"""What an experiment is: a task, the models that can learn it, their recipes, and how they are judged."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hnn_lite import validate
from hnn_lite.training import fit


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
        `(seed, **recipe.task) -> task`.
    recipes : dict of str to dict of str to Recipe
        By the recipe's name, the default first, and by the model's: a recipe may be for some models only.
    judge : callable
        `(model, task) -> dict`: of `metrics.Estimate`, or of numbers and lists as they go into a record.
    models : dict of str to callable
        `(task, seed, **recipe.model) -> model`.
    train : callable
        `(model, task, **the rest of the recipe, seed, progress) -> History`.
    """

    task: Callable
    recipes: dict
    judge: Callable
    models: dict
    train: Callable = fit

    def named(self, recipe=None):
        """A recipe's name, the default one's if None, and the recipe of each model that it is for.

        Raises
        ------
        ValueError
            For an unknown recipe.
        """
        recipe = validate.choice("recipe", next(iter(self.recipes)) if recipe is None else recipe, self.recipes)
        return recipe, self.recipes[recipe]

    def recipe(self, recipe, model):
        """A recipe's name, the default one's if None, and how it trains this model.

        Raises
        ------
        ValueError
            For an unknown model or recipe, or if the recipe is not for this model.
        """
        validate.choice("model", model, self.models)
        recipe, models = self.named(recipe)
        return recipe, models[validate.choice(f"model for recipe {recipe!r}", model, models)]
