"""Run by grade.py in a student's kernel: remembers the library as it is, and puts back what a student's code changed in it."""

import sys
import types

WATCHED = ("builtins", "math", "numpy", "numpy.linalg", "autograd", "autograd.numpy")


class Guard:
    """What the modules that tests use, and the names that a notebook imported, were before a student's code ran."""

    def __init__(self, names):
        self.names, self.modules, self.kept = names, {}, {}

    def look(self):
        """Remember modules that are new, their functions and classes, and what the classes hold."""
        self.modules |= {name: value for name, value in self.names.items() if isinstance(value, types.ModuleType)}
        for name, module in list(sys.modules.items()):
            if name not in self.kept and (name in WATCHED or name.partition(".")[0] == "hnn_lite"):
                own = {word: value for word, value in vars(module).items() if callable(value) and word[0] != "_" and word != "input"}
                self.kept[name] = module, own
                for word, value in own.items():
                    if isinstance(value, type) and value.__module__ == name and name.startswith("hnn_lite"):
                        self.kept[f"{name}.{word}"] = value, {each: held for each, held in vars(value).items() if callable(held)}

    def put_back(self):
        """Undo changes, and print a line that names them."""
        changed = [name for name, module in self.modules.items() if not isinstance(self.names.get(name), types.ModuleType)]
        self.names.update({name: self.modules[name] for name in changed})
        for name, (holder, own) in self.kept.items():
            for word, value in own.items():
                if vars(holder).get(word) is not value:
                    setattr(holder, word, value)
                    changed.append(f"{name}.{word}")
        if changed:
            print("put back before this test:", ", ".join(changed))


get_ipython().guard = Guard(get_ipython().user_ns)          # noqa: F821 (IPython provides it)
get_ipython().guard.look()          # noqa: F821
