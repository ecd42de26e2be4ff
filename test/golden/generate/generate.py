#!/usr/bin/env python3
"""Makes golden files with a twin of the neuron in plain PyTorch, and checks the twin against those that exist."""

import argparse
import os
import sys
import warnings

sys.dont_write_bytecode = True
# PyTorch says so where NumPy is absent; nothing here uses it.
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")

GOLDEN = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

EPILOG = """\
examples:
  generate.py --check                                    all golden files
  generate.py --check test/golden/atif.json              one of them
  generate.py atif --cases my.json --out test/golden/atif_my.json
  generate.py train --cases run.json --out test/golden/train_my.json

exit status: 0 written, or all files agree; 1 the file or the twin is not within the tolerances; 2 nothing was computed:
wrong arguments, wrong input, or no PyTorch. README.md beside this file has the formats.
"""


def parser():
    parse = argparse.ArgumentParser(
        prog="generate.py", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parse.add_argument(
        "kind", nargs="?", choices=["atif", "ifsrl", "train"],
        help="what to make: cases of one of the neurons, or the trace of a training run",
    )
    parse.add_argument("--cases", metavar="FILE", help="what goes in: a list of cases, or one run to train")
    parse.add_argument("--out", metavar="FILE", help="the file to write; its name begins with the kind")
    parse.add_argument("--force", action="store_true", help="write over a file that is there")
    parse.add_argument(
        "--check", nargs="*", metavar="FILE",
        help="compute golden files (default: all) again and say how closely they agree",
    )
    return parse


def check(paths):
    """Prints a line per file. Returns the exit status."""
    from agreement import agreement_with

    status = 0
    for path in paths:
        found = agreement_with(path)
        verdict = "differs" if found.failures else "agrees"
        print(f"{os.path.basename(path)}: {verdict}: {found.sentence()}", flush=True)
        for failure in found.failures[:5]:
            print(f"  {failure}")
        if len(found.failures) > 5:
            print(f"  and {len(found.failures) - 5} more")
        status = 1 if found.failures else status
    return status


def make_cases(kind, given, path):
    """(content, sentences about cases that no test could hold)"""
    from golden_json import InputError
    from neuron_cases import Computed, NeuronCase

    cases = given.get("cases") if isinstance(given, dict) else given
    if not isinstance(cases, list) or not cases:
        raise InputError(f'{path}: has no cases; expected {{ "cases": [...] }} with at least one.')
    encoded, failures = [], []
    for i, case in enumerate(cases):
        computed = Computed(NeuronCase(case, f"{path}: cases[{i}]"), kind == "atif")
        encoded.append(computed.encoded())
        if not computed.is_finite():
            failures.append(f"{path}: cases[{i}]: a gradient is not finite; expected finite ones, which can be compared.")
            continue
        # Half of what the tests allow is left to the library.
        failures += [
            f"{path}: cases[{i}]: {name} in float32 is {part:.2g} of the tolerance away from float64; expected half of it "
            "at most. Choose another seed or fewer elements: the terms of the sum cancel."
            for name, part in computed.parting().items()
            if not part <= 0.5
        ]
    return {"cases": encoded}, failures


def make(kind, cases, out, force):
    """Writes a golden file. Returns the exit status."""
    import torch
    from agreement import kind_of
    from golden_json import InputError, read_json, write_json
    from training_trace import make_trace

    if kind_of(out) != kind:
        raise InputError(f"{out}: expected a name like {kind}_NAME.json, by which the tests know what it holds.")
    if os.path.exists(out) and not force:
        raise InputError(f"{out}: is there already; choose another name, or --force to write over it.")
    given, failures = read_json(cases), []
    if kind == "train":
        if not isinstance(given, dict):
            raise InputError(f"{cases}: is no object; expected one run to train.")
        content = make_trace(given, cases)
    else:
        content, failures = make_cases(kind, given, cases)
    for failure in failures:
        print(failure, file=sys.stderr)
    if failures:
        return 1
    write_json(out, {"made_by": f"test/golden/generate, PyTorch {torch.__version__.split('+')[0]}", **content})
    print(f"wrote {out}")
    return 0


def main(arguments):
    parse = parser()
    options = parse.parse_args(arguments)
    if options.check is None and (options.kind is None or options.cases is None or options.out is None):
        parse.error("expected --check, or a kind with --cases and --out")
    if options.check is not None and (options.kind or options.cases or options.out):
        parse.error("--check makes no file: expected no kind, --cases or --out beside it")
    try:
        import torch
    except ImportError:
        print("generate.py needs PyTorch: install it with `pip install torch` and try again.", file=sys.stderr)
        return 2
    # One order of every sum, on any machine with the same PyTorch.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    from golden_json import InputError

    try:
        if options.check is None:
            return make(options.kind, options.cases, options.out, options.force)
        names = sorted(name for name in os.listdir(GOLDEN) if name.endswith(".json"))
        return check(options.check or [os.path.join(GOLDEN, name) for name in names])
    except InputError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
