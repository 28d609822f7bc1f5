"""`python -m bench [part…]`: measures, prints tables, writes `bench/out/latest.json`.

With `--publish` the tables of docs/performance.md are replaced by those of this run.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from typing import TYPE_CHECKING

from bench import calls, fairness, page, routing, scenarios, sizes, sockets, start, utilisation
from bench.report import machine, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.report import Figure

PARTS: dict[str, tuple[str, Callable[[], list[Figure]]]] = {
    "sizes": ("What the browser fetches", sizes.measure),
    "start": ("Starting", start.measure),
    "routing": ("Routing", routing.measure),
    "scenarios": ("Scenarios to compare engines by", list),
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
        "--only", type=int, action="append", choices=list(scenarios.TITLES), metavar="N",
        help="of the scenarios, this one; may be said again",
    )  # fmt: skip
    options.add_argument(
        "--quick", action="store_true", help="scenarios small and short, to see that they run"
    )
    options.add_argument(
        "--publish", action="store_true", help="write the tables into docs/performance.md"
    )
    asked = options.parse_args()
    names = asked.parts or list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        options.error(f"no such part: {', '.join(unknown)}; there are: {', '.join(PARTS)}")
    if asked.publish and asked.quick:
        options.error("figures of --quick mean nothing: they are not published")
    here, figures, sections = machine(), [], []
    for name, title, command, measure in _wanted(names, asked):
        print(f"{title} …", flush=True)
        began = time.monotonic()
        found = measure()
        print(f"  {time.monotonic() - began:.0f} s", flush=True)
        figures += found
        sections.append(page.section(title, command, here, found))
        if asked.publish and found:
            page.publish(name, sections[-1])
    print("\n" + "\n".join(sections))
    print(f"written to {write(here, figures)}")


def _wanted(
    names: list[str], asked: argparse.Namespace
) -> Iterator[tuple[str, str, str, Callable[[], list[Figure]]]]:
    """Each measurement: its name on the page, its title, how to ask for it, and itself."""
    for name in names:
        title, measure = PARTS[name]
        if name != "scenarios":
            yield name, title, f'make bench ARGS="{name}"', measure
            continue
        for number in sorted(set(asked.only or scenarios.TITLES)):
            command = f'make bench ARGS="scenarios --only {number} --runs {asked.runs}"'
            yield (
                f"scenario {number}",
                f"Scenario {number}: {scenarios.TITLES[number].lower()}",
                command,
                partial(scenarios.measure, number, asked.runs, quick=asked.quick),
            )


if __name__ == "__main__":
    main()
