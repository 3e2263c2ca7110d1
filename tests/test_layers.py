"""The library's own rules: who may import whom, how long the core may be, what is documented, and that nothing is unpickled."""

import ast
import importlib
import inspect
import io
import pathlib
import re
import tokenize

import pytest

import hnn_lite

PACKAGE = pathlib.Path(hnn_lite.__file__).parent
CORE_LINES, READING_LINES = 2650, 750          # of code in the core and in `READ`, without docstrings, comments and blank lines
NATIVE_LINES = 530          # of the optional engine, which nothing imports unasked (`test_native`), and which is not counted in the core

# the core from the ground up: a module imports only from the rows above its own, or from its own package
LAYERS = [
    {"validate", "progress", "tree"},
    {"engine"},
    {"integrate"},
    {"mechanics", "networks"},
    {"systems", "actions", "shears", "metrics"},
    {"scaling"},
    {"batches"},
    {"models"},
    {"training", "data"},
    {"page"},
    {"__main__"},
]
RANK = {name: rank for rank, row in enumerate(LAYERS) for name in row}
MODULES = sorted(PACKAGE.rglob("*.py"))


def dotted(path):
    """The module's name, such as hnn_lite.networks.mlp."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted(path) for path in MODULES}


def imported(path):
    """The modules of the library that a module imports, wherever in it: hnn_lite.x for `from hnn_lite import x` too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "hnn_lite")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            if node.module.split(".")[0] == "hnn_lite":
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    yield inner if inner in NAMES else node.module


def test_every_module_has_a_layer():
    found = {dotted(path).split(".")[1] for path in MODULES if path.parent != PACKAGE or path.stem != "__init__"}
    assert found == set(RANK), "the table of layers and the package differ"


@pytest.mark.parametrize("path", [path for path in MODULES if dotted(path) != "hnn_lite"], ids=dotted)
def test_a_module_imports_only_from_lower_layers(path):
    own = dotted(path).split(".")[1]
    for name in imported(path):
        assert name != "hnn_lite", f"{dotted(path)} imports the whole library"
        other = name.split(".")[1]
        assert other == own or RANK[other] < RANK[own], f"{dotted(path)} must not import {name}"


def test_the_lower_layers_are_seen():
    """The reader of imports finds what is there."""
    assert set(imported(PACKAGE / "mechanics.py")) == {"hnn_lite.validate", "hnn_lite.integrate", "hnn_lite.engine"}
    assert "hnn_lite.networks" in set(imported(PACKAGE / "models" / "hnn.py"))
    assert all(RANK[name] < RANK["page"] for name in RANK.keys() - {"page", "__main__"}), "the core must not know the pages"


def test_no_module_imports_itself_by_a_detour():
    """Inside packages too, and inside functions."""
    below = {dotted(path): {name for name in imported(path) if name in NAMES} for path in MODULES}

    def reached(name, seen):
        for other in below[name] - seen:
            seen.add(other)
            reached(other, seen)
        return seen

    circles = [name for name in below if name in reached(name, set())]
    assert not circles, f"these import each other: {', '.join(circles)}"


def lines_of_code(source):
    documented = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            documented |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in skipped:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - documented)


READ = ("mechanics", "networks", "tree", "shears", "scaling", "batches", "training", "models.base", "models.hnn", "models.baseline",
        "models.action_angle")          # what the page on the library says one reads to understand HNN and AAN


OPTIONAL = "engine.native"


def lines_in(*parts):
    """Lines of code of the modules and packages of these names; of the optional engine only if it is one of them."""
    names = tuple(f"hnn_lite.{part}" for part in parts)
    return sum(lines_of_code(path.read_text(encoding="utf-8")) for path in MODULES
               if (dotted(path) in names or dotted(path).startswith(tuple(f"{name}." for name in names)))
               and (OPTIONAL in parts or not dotted(path).startswith(f"hnn_lite.{OPTIONAL}")))


def test_the_core_can_be_held_in_the_head():
    assert lines_in(*RANK.keys() - {"page", "__main__"}) <= CORE_LINES
    assert lines_in(*READ) <= READING_LINES
    assert 0 < lines_in(OPTIONAL) <= NATIVE_LINES


def test_the_map_on_the_page_on_the_library_is_right():
    """It says that each module imports only from those above it."""
    page = (PACKAGE.parent / "book" / "reference" / "api.md").read_text(encoding="utf-8")
    rows = [re.findall(r"`(\w+)`", row) for row in re.findall(r"^\| (`[^|]*) \|", page, re.M)]
    place = {name: number for number, row in enumerate(rows) for name in row}
    assert place.keys() == RANK.keys() - {"page", "__main__", "progress"}
    for path in MODULES:
        own = dotted(path).split(".")[1] if path.parent != PACKAGE or path.stem != "__init__" else None
        for name in imported(path) if own in place else ():
            other = name.split(".")[1]
            assert other == "progress" or place[other] <= place[own], f"{own} imports {other}, which stands below it"


def test_the_page_on_the_library_counts_right():
    page = (PACKAGE.parent / "book" / "reference" / "api.md").read_text(encoding="utf-8")
    told = re.search(r"`action_angle`: ([\d,]+) lines of code.*? that is ([\d.]+) hours.*?has ([\d,]+) lines, of which the engine takes "
                     r"([\d,]+) and the data sets ([\d,]+)", page, re.S).groups()
    read, hours, core, engine, data = (float(number.replace(",", "")) for number in told)
    counted = lines_in(*READ), lines_in(*RANK.keys() - {"page", "__main__"}), lines_in("engine"), lines_in("data")
    assert (read, core, engine, data) == pytest.approx(counted, abs=10)
    assert hours == pytest.approx(read / 300, abs=0.1)


def public(path):
    """Public classes and functions that a module defines, and the public methods of its public classes."""
    module = importlib.import_module(dotted(path))
    for name, thing in vars(module).items():
        if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(thing) or inspect.isfunction(thing):
            yield f"{dotted(path)}.{name}", thing
        if inspect.isclass(thing):
            for method, function in vars(thing).items():
                if not method.startswith("_") and inspect.isfunction(function):
                    yield f"{dotted(path)}.{name}.{method}", getattr(thing, method)


@pytest.mark.parametrize("path", [path for path in MODULES if path.read_text(encoding="utf-8").strip()], ids=dotted)
def test_everything_public_is_documented(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), f"{dotted(path)} has no docstring"
    bare = [name for name, thing in public(path) if not inspect.getdoc(thing)]          # or its parent's
    assert not bare, f"without a docstring: {', '.join(bare)}"


def test_every_public_name_exists():
    for name in hnn_lite.__all__:
        assert getattr(hnn_lite, name) is not None
    assert len(set(hnn_lite.__all__)) == len(hnn_lite.__all__)


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_nothing_is_pickled_or_unpickled(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            modules = {getattr(node, "module", None), *(alias.name for alias in node.names)}
            assert not modules & {"pickle", "cPickle", "dill", "shelve", "marshal"}
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            assert name not in {"eval", "exec", "compile", "joblib.load", "joblib.dump"}
            allowed = [word.value for word in node.keywords if word.arg == "allow_pickle"]
            if name in {"np.load", "numpy.load"}:
                assert allowed, "numpy.load without allow_pickle=False"
            assert all(isinstance(value, ast.Constant) and value.value is False for value in allowed)
