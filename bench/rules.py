"""Generated rules, expanded by `rooms.program`, dateutil, icalendar and a reader of our own; a difference is an error.

python -m bench.rules [how many]
"""

import json
import sys
import time
from collections import Counter

from tests.support.rule_check import compare


def main(number: int) -> None:
    begin = time.perf_counter()
    kinds = Counter(compare(seed) for seed in range(number))
    took = time.perf_counter() - begin
    print(json.dumps({"rules": number, "kinds": dict(kinds), "seconds": round(took, 1)}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
