"""`python -m bench [part…]`: measures, prints tables, writes `bench/out/latest.json`."""

from __future__ import annotations

import argparse
import time

from bench import calls, fairness, routing, scenarios, sizes, sockets, start, utilisation
from bench.report import machine, table, write

PARTS = {
    "sizes": ("What the browser fetches", sizes.measure),
    "start": ("Starting", start.measure),
    "routing": ("Routing", routing.measure),
    "scenarios": ("Scenarios to compare engines by", scenarios.measure),
    "fairness": ("Fairness", fairness.measure),
    "utilisation": ("Agents under a full line", utilisation.measure),
    "calls": ("Calls over SIP", calls.measure),
    "sockets": ("Through real sockets", sockets.measure),
}


def main() -> None:
    """Runs the named parts, or all of them."""
    options = argparse.ArgumentParser(prog="python -m bench")
    options.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}")
    options.add_argument("--runs", type=int, default=1, help="of each scenario (default 1)")
    options.add_argument(
        "--only", type=int, action="append", choices=range(1, 6), metavar="N",
        help="of the scenarios, this one; may be said again",
    )  # fmt: skip
    options.add_argument(
        "--quick", action="store_true", help="scenarios small and short, to see that they run"
    )
    asked = options.parse_args()
    names = asked.parts or list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        options.error(f"no such part: {', '.join(unknown)}; there are: {', '.join(PARTS)}")
    figures, tables = [], []
    for name in names:
        title, measure = PARTS[name]
        print(f"{title} …", flush=True)
        began = time.monotonic()
        found = (
            scenarios.measure(asked.runs, asked.only or (), quick=asked.quick)
            if name == "scenarios"
            else measure()
        )
        print(f"  {time.monotonic() - began:.0f} s", flush=True)
        figures += found
        tables.append(table(title, found))
    here = machine()
    print(f"\n{here.params['cpu']}, {here.value:g} cores, {here.params['os']}\n")
    print("\n".join(tables))
    print(f"written to {write(figures)}")


main()
