"""Run copies of the book's notebooks with other seeds: how often does each claim hold, and by how much?

    python book/seeds.py --seeds 101 102                         every notebook
    python book/seeds.py mechanics/x.ipynb --seeds 101 102       these only (paths as the shell sees them)

A claim that fails does not stop its page: at the end all of them are listed, and a table of every claim is written. A page that
stops with another error is recorded as such, and its other claims count as not run. Each run of a notebook leaves a record, so
a second call goes on where the first one ended; a record of a notebook or a library that has changed since is not used.
The notebooks run beside a copy of the library, so both may be edited meanwhile.
"""

import argparse
import concurrent.futures
import hashlib
import json
import math
import os
import pathlib
import re
import shutil
import statistics
import sys
import tempfile
import time

import execute
import margins
import nbformat
from IPython.core.inputtransformer2 import TransformerManager

ROOT = execute.BOOK.parent
RECORDS = ROOT / "_build" / "seeds"
SAY_SOMETHING = 60          # seconds
BEFORE = "__import__('margins').install(get_ipython(), {file!r}, {cells})"


def cells_of(path):
    """The code cells that run, as pairs (number in the notebook, source)."""
    cells = nbformat.read(path, as_version=4).cells
    return [(number, cell.source) for number, cell in enumerate(cells, 1) if cell.cell_type == "code" and cell.source.strip()]


def claims_of(path):
    """Every claim in a notebook's source, in its order; see `margins.Rewriter`."""
    rewriter = margins.Rewriter()
    for rewriter.cell, source in cells_of(path):
        rewriter.visit(margins.ast.parse(TransformerManager().transform_cell(source)))
    return sorted(rewriter.claims, key=lambda claim: [int(part) for part in claim["place"].split(":")])


def state_of(path, root=ROOT):
    """A digest of what a run of this notebook depends on: its code, the library, the stored results."""
    files = [*sorted((root / "hnn_lite").rglob("*.py")), *sorted((root / "book/results").glob("*")), pathlib.Path(margins.__file__)]
    digest = hashlib.sha256(json.dumps(cells_of(path)).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def run(path, seed, part):
    """Run one notebook with one seed; return what its claims came to and the error that stopped it, if any."""
    part.touch()
    os.environ["HNN_LITE_SEED"] = str(seed)
    notebook, start, error = nbformat.read(path, as_version=4), time.perf_counter(), None
    before = BEFORE.format(file=str(part), cells=[number for number, _ in cells_of(path)])
    try:
        execute.run_cells(notebook, path.parent, before)
    except execute.RunError as problem:
        error = str(problem)
    claims = [json.loads(line) for line in part.read_text(encoding="utf-8").splitlines()]
    part.unlink()
    return {"seconds": round(time.perf_counter() - start, 1), "error": error, "claims": claims}


def margin(tree, pairs):
    """The margin of one claim over seeds, or None where no two sides were seen.

    Parameters
    ----------
    tree : list
        The claim's condition; see `margins.Rewriter`.
    pairs : dict
        For each seed the sides {comparison: [low, high]}.

    Returns
    -------
    dict
        `worst` and `mean`: how many spreads (standard deviations over the seeds) the worst seed and the mean of the seeds are
        from the threshold, on a log scale where all sides are positive, infinite if no seed differs from another; `nearest`:
        the pair of the worst seed; `seed`: that seed.
    """
    if isinstance(tree, str):
        seen = [(seed, *sides[tree]) for seed, sides in pairs.items() if tree in sides]
        if not seen:
            return None
        positive = tree.isdecimal() and all(low > 0 and high > 0 for _, low, high in seen)
        gaps = [math.log(high) - math.log(low) if positive else high - low for _, low, high in seen]
        gaps = [-math.inf if math.isnan(gap) else gap for gap in gaps]
        worst = min(range(len(seen)), key=lambda i: gaps[i])
        spread = statistics.stdev(gaps) if len(gaps) > 1 and all(map(math.isfinite, gaps)) else 0.0
        far = [gap / spread if spread else math.copysign(math.inf, gap) if gap else 0.0
               for gap in (gaps[worst], statistics.fmean(gaps))]
        return {"worst": far[0], "mean": far[1], "nearest": seen[worst][1:], "seed": seen[worst][0]}
    parts = [part for part in (margin(branch, pairs) for branch in tree[1:]) if part]
    return (min if tree[0] == "all" else max)(parts, key=nearness, default=None)


def nearness(found):
    return found["worst"], margins.relative(*found["nearest"])


def rows(name, path, records):
    """One row for each claim in the source of a notebook; a claim in a loop is shown where it was nearest to failing."""
    made = []
    for claim in claims_of(path):
        runs = {seed: [one for one in record["claims"] if one["place"] == claim["place"]] for seed, record in records.items()}
        runs = {seed: each for seed, each in runs.items() if each}
        found = []
        for turn in range(max(map(len, runs.values()), default=0)):
            seeds = [seed for seed, each in runs.items() if len(each) > turn]
            at = margin(claim["tree"], {seed: runs[seed][turn]["sides"] for seed in seeds})
            failed = [seed for seed in seeds if not runs[seed][turn]["held"]]
            seed = failed[0] if failed else at["seed"] if at else seeds[0]
            found.append((not failed, *(nearness(at) if at else (math.inf, math.inf)), turn, at, runs[seed][turn]["statement"]))
        *_, at, statement = min(found, key=lambda one: one[:4], default=(None, claim["source"]))
        cell, line, column = map(int, claim["place"].split(":"))
        made.append({"notebook": name, "cell": cell, "line": line, "column": column, "statement": statement, "margin": at,
                     "ran": len(runs), "held": sum(all(one["held"] for one in each) for each in runs.values()),
                     "not run": len(records) - len(runs)})
    return made


def order(row):
    """Failures first, the most frequent at the top; then by the margin of the worst seed, the smallest at the top."""
    near = nearness(row["margin"]) if row["margin"] else (math.inf, math.inf)
    return row["held"] - row["ran"], *near, row["notebook"], row["cell"], row["line"], row["column"]


def table(found):
    """The rows as a Markdown table."""
    lines = ["| claim | notebook, cell | held | smallest margin | worst seed, spreads | mean, spreads |", "|:--|:--|--:|:--|--:|--:|"]
    for row in sorted(found, key=order):
        at, held = row["margin"], f"{row['held']} of {row['ran']}" + f", {row['not run']} not run" * bool(row["not run"])
        near = "{:.2g} ({:.4g} < {:.4g}, seed {})".format(margins.relative(*at["nearest"]), *at["nearest"], at["seed"]) if at else ""
        far = [f"{at[key]:.1f}".replace("inf", "∞") if at else "" for key in ("worst", "mean")]
        statement = " ".join(row["statement"].split()).replace("|", r"\|")
        lines.append(f"| {statement} | {row['notebook']}, {row['cell']} | {held} | {near} | {far[0]} | {far[1]} |")
    return "\n".join(lines)


def failures(name, records):
    """One line for each claim that failed and each error that stopped a page."""
    lines = []
    for seed, record in records.items():
        who = f"{name}, HNN_LITE_SEED={seed}"
        for one in record["claims"]:
            if not one["held"]:
                measured = "" if one["measured"] is None else f" (measured {one['measured']})"
                lines.append(f"{who}, cell {one['place'].split(':')[0]}: this does not hold: {one['statement']}{measured}")
        if record["error"]:
            lines.append(f"{who}: {record['error'].splitlines()[0]} {record['error'].splitlines()[-1]}")
    return lines


def report(notebooks, records):
    """The whole text of the table's file, and the failures."""
    found = [row for name, path in notebooks.items() for row in rows(name, path, records[name])]
    failed = [line for name in notebooks for line in failures(name, records[name])]
    seeds = sorted({seed for each in records.values() for seed in each})
    text = [f"# {len(found)} claims, {len(notebooks)} notebooks, seeds {', '.join(map(str, seeds))}", "",
            f"{len(failed)} failures. A page that stops with an error fails once, and its other claims count as not run.",
            *(f"- {line}" for line in failed), "", table(found), "",
            "The smallest margin is that of the worst seed, as a share of the larger side. A spread is the standard deviation over the "
            "seeds, on a log scale where both sides are positive; ∞ stands for a claim that does not depend on the seed. Claims "
            "without a comparison of two numbers have no margin."]
    return "\n".join(text) + "\n", failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=pathlib.Path, metavar="NOTEBOOK")
    parser.add_argument("--seeds", nargs="+", type=int, required=True, metavar="SEED", help="values of HNN_LITE_SEED")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="notebooks at the same time (default: 1)")
    parser.add_argument("--records", type=pathlib.Path, default=RECORDS, metavar="FOLDER", help="records and table (default: _build/seeds)")
    wanted = parser.parse_args()
    paths = execute.existing(wanted.notebooks)
    execute.ours(paths)
    execute.prepare()
    records = wanted.records.resolve()
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder).resolve()
        shutil.copy(margins.__file__, copy)
        for part in ("book", "hnn_lite"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("_build", ".ipynb_checkpoints", "__pycache__"))
        os.environ["PYTHONPATH"] = os.pathsep.join([str(copy), *filter(None, [os.environ.get("PYTHONPATH")])])
        notebooks = {path.relative_to(execute.BOOK).as_posix(): copy / "book" / path.relative_to(execute.BOOK) for path in paths}
        found = collect(notebooks, sorted(set(wanted.seeds)), records, copy, max(1, wanted.jobs))
        text, failed = report(notebooks, found)
    (records / "table.md").write_text(text, encoding="utf-8")
    print(f"The table is in {os.path.relpath(records / 'table.md')}")
    if failed:
        sys.exit("\n".join([*failed, f"{len(failed)} failures"]))
    print("All claims hold.")


def collect(notebooks, seeds, records, copy, jobs):
    """Run what has no record yet, longest notebooks first; return {name: {seed: record}}."""
    times = json.loads((execute.BOOK / "execution_times.json").read_text())
    found, states, missing = {name: {} for name in notebooks}, {name: state_of(path, copy) for name, path in notebooks.items()}, []
    for name in sorted(notebooks, key=lambda name: (-times.get(name, 0), name)):
        for seed in seeds:
            file = records / f"{name.removesuffix('.ipynb')}.{seed}.json"
            record = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
            if record.get("of") == states[name]:
                found[name][seed] = record
            else:
                missing.append((name, seed, file))
    done = total = len(notebooks) * len(seeds)
    done -= len(missing)
    if done:
        print(f"{done} of {total} runs are there already", flush=True)
    (copy / "parts").mkdir()
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        running = {pool.submit(run, notebooks[name], seed, copy / "parts" / f"{re.sub('/', ', ', name)}, seed {seed}"): (name, seed, file)
                   for name, seed, file in missing}
        while running:
            finished, _ = concurrent.futures.wait(running, SAY_SOMETHING, concurrent.futures.FIRST_COMPLETED)
            for future in finished:
                name, seed, file = running.pop(future)
                record = found[name][seed] = {"of": states[name], **future.result()}
                file.parent.mkdir(parents=True, exist_ok=True)
                execute.replace(file, json.dumps(record))
                done += 1
                failed = len(failures(name, {seed: record}))
                print(f"{done} of {total}: {name}, seed {seed}, {record['seconds']:.0f} s, {len(record['claims'])} claims"
                      + f", {failed} FAILED" * bool(failed), flush=True)
            if not finished:
                print(f"{done} of {total}; running: {'; '.join(sorted(part.name for part in (copy / 'parts').iterdir()))}", flush=True)
    return {name: dict(sorted(each.items())) for name, each in found.items()}


if __name__ == "__main__":
    main()
