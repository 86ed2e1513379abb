"""A run that may come to nothing."""

import sys

from bench.rig.cases import Case
from bench.rig.contenders import CONTENDERS
from bench.rig.generator import USUAL, Receivers
from bench.rig.results import Run
from bench.rig.run import run


async def attempt(
    name: str,
    case: Case,
    seconds: float,
    seed: int,
    *,
    with_latecomer: bool = True,
    receivers: Receivers = USUAL,
) -> Run:
    """A run that is stuck, or a server that ends, is a run without figures and with a reason."""
    try:
        contender = CONTENDERS[name]()
        return await run(contender, case, seconds, seed, with_latecomer=with_latecomer, receivers=receivers)
    except Exception as fault:
        sys.stderr.write(f"{case} {name}: {type(fault).__name__} {fault}\n")
        return {"fault": f"{type(fault).__name__}: {fault}"}
