"""`python -m bench [part…]`: measures, prints tables, writes `bench/out/latest.json`."""

from __future__ import annotations

import sys
import time

from bench import routing, sizes, sockets, start, utilisation
from bench.report import machine, table, write

PARTS = {
    "sizes": ("What the browser fetches", sizes.measure),
    "start": ("Starting", start.measure),
    "routing": ("Routing", routing.measure),
    "utilisation": ("Agents under a full line", utilisation.measure),
    "sockets": ("Through real sockets", sockets.measure),
}


def main() -> None:
    """Runs the named parts, or all of them."""
    names = sys.argv[1:] or list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        sys.exit(f"no such part: {', '.join(unknown)}; there are: {', '.join(PARTS)}")
    figures, tables = [], []
    for name in names:
        title, measure = PARTS[name]
        print(f"{title} …", flush=True)
        began = time.monotonic()
        found = measure()
        print(f"  {time.monotonic() - began:.0f} s", flush=True)
        figures += found
        tables.append(table(title, found))
    here = machine()
    print(f"\n{here.params['cpu']}, {here.value:g} cores, {here.params['os']}\n")
    print("\n".join(tables))
    print(f"written to {write(figures)}")


main()
