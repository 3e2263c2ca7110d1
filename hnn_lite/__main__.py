"""The command line: python -m hnn_lite ..."""

import argparse
import json
import sys

from hnn_lite.page import benchmark, papers


def main(arguments=None):
    """Run a command; returns the exit status."""
    models = dict.fromkeys(name for experiment in papers.EXPERIMENTS.values() for name in experiment.models)
    parser = argparse.ArgumentParser(prog="python -m hnn_lite", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("reproduce", help="train and judge the papers' experiments over several seeds")
    command.add_argument("experiments", nargs="+", choices=[*papers.EXPERIMENTS, *papers.GROUPS], metavar="EXPERIMENT",
                         help=", ".join([*papers.EXPERIMENTS, *papers.GROUPS]))
    command.add_argument("--model", default="all", help="all that the experiment has, or: " + ", ".join(models))
    command.add_argument("--recipe", help="if not given, the experiment's first")
    command.add_argument("--seeds", type=int, nargs="+", default=[0])
    command.add_argument("--steps", type=int, help="instead of the recipe's")
    command.add_argument("--jobs", type=int, default=1, help="runs at a time")
    command.add_argument("--out", help="JSON file of records, to which several commands may add; what it holds already is not run again")
    command.add_argument("--weights", help="folder in which to store the trained models")
    command = commands.add_parser("benchmark", help="time a training step, beside autograd's, PyTorch's and JAX's")
    command.add_argument("--cases", nargs="+", default=list(benchmark.CASES), choices=benchmark.CASES, metavar="CASE",
                         help=", ".join(benchmark.CASES))
    command.add_argument("--repeats", type=int, default=9)
    command.add_argument("--out", help="JSON file")
    options = parser.parse_args(arguments)
    try:
        return _reproduce(options) if options.command == "reproduce" else _benchmark(options)
    except (ValueError, OSError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        kept = options.command == "reproduce" and options.out
        print(f"stopped; the runs that had ended are in {kept}" if kept else "stopped", file=sys.stderr)
        return 130


def _reproduce(options):
    models = None if options.model == "all" else [options.model]
    status = 0
    try:
        records = papers.reproduce(options.experiments, models, options.seeds, options.recipe, options.steps, options.jobs,
                                   options.out, options.weights)
    except papers.RunsFailed as problem:
        records, status = problem.records, 1
        print(f"error: {problem}", file=sys.stderr)
    if not options.out:
        print(json.dumps(records, indent=1))
    return status


def _benchmark(options):
    out = options.out if options.out is None else papers.runs.file("out", options.out)
    result = benchmark.benchmark(options.cases, options.repeats, progress=lambda text: print(text, file=sys.stderr))
    text = json.dumps(result, indent=1)
    if out:
        out.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
