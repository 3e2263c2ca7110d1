"""The command line: python -m hnn_lite ..."""

import argparse
import json
import sys

from hnn_lite import experiments
from hnn_lite.datasets import recordings
from hnn_lite.models import MODELS


def main(arguments=None):
    """Run a command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m hnn_lite", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("reproduce", help="train and judge the paper's experiments over several seeds")
    command.add_argument("experiments", nargs="+", choices=experiments.EXPERIMENTS, metavar="EXPERIMENT",
                         help=", ".join(experiments.EXPERIMENTS))
    command.add_argument("--model", default="all", choices=[*MODELS, "all"])
    command.add_argument("--recipe", default="published")
    command.add_argument("--seeds", type=int, nargs="+", default=[0])
    command.add_argument("--steps", type=int, help="instead of the recipe's")
    command.add_argument("--jobs", type=int, default=1, help="runs at a time")
    command.add_argument("--out", help="JSON file of records; what it holds already is not run again")
    options = parser.parse_args(arguments)
    try:
        records = experiments.reproduce(options.experiments, list(MODELS) if options.model == "all" else [options.model],
                                        options.seeds, options.recipe, options.steps, options.jobs, options.out)
    except (ValueError, OSError, recordings.DataUnavailable) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; what was finished is in the results file" if options.out else "stopped", file=sys.stderr)
        return 130
    if not options.out:
        print(json.dumps(records, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
