"""The network that came about in a run, in the columns of a problem.

What lives here: reading flows and building out of the tables of a run. What does not: its worth (``solving``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecopark.errors import DomainError
from ecopark.market.pairs import synergy_name
from ecopark.planning.optimum.network import Network
from ecopark.planning.optimum.problem import Problem
from ecopark.run import Run

_Floats = NDArray[np.float64]


def emergent_network(problem: Problem, run: Run) -> Network:
    """Flows and building of a run, as a network of a problem of the same scenario and seed.

    Parameters
    ----------
    problem : Problem
    run : Run

    Returns
    -------
    Network

    Raises
    ------
    DomainError
        If the run is of another scenario or seed, or ends before the problem.

    Notes
    -----
    What a synergy sent is summed by block. Where its terms differ from those of the link (a pipe laid along
    others' trenches, a heat pump planned for other temperatures), as much is counted as neither takes more from
    the giver nor serves more of the need than in the run. A pipe counts with the largest rate it ever carried, begun
    in the block of its first flow; one that is rebuilt, in the first block in which the old one no longer stands and
    something flows; one that was taken over from a plant that closed is still there. What never carried
    anything is left out.
    """
    _check(problem, run)
    links, lines, blocks = problem.links, problem.lines, problem.blocks
    quantities = np.zeros((blocks.count, links.count))
    built = np.zeros((blocks.count, lines.count))
    root, again = _chains(run), _rebuilt(run)
    sent = _sent(problem, run)
    sent["chain"] = [root.get(name, name) for name in sent["synergy"]]
    for _, rows in sent.groupby("chain", sort=True):
        np.add.at(quantities, (rows["block"].to_numpy(), rows["link"].to_numpy()), rows["counted"].to_numpy())
        flows = np.bincount(rows["block"], weights=rows["counted"], minlength=blocks.count) > 0.0
        line = int(links.line[int(rows["link"].iloc[0])])
        if line >= 0 and flows.any():
            peak = float((rows["counted"] / rows["days"]).max())
            _build(
                problem, built, line, flows, peak, sum(again.get(name, 0) for name in set(rows["synergy"]))
            )
    return Network(quantities, np.minimum(built, lines.largest[None, :]))


def _build(
    problem: Problem,
    built: _Floats,
    line: int,
    flows: NDArray[np.bool_],
    peak: float,
    again: int,
) -> None:
    """Enter a pipe and those that replace it, in place."""
    block = int(np.argmax(flows))
    for _ in range(1 + again):
        built[block, line] += peak
        after = int(problem.lines.until[block, line]) + 1
        later = np.flatnonzero(flows[after:])
        if not later.size:
            return
        block = after + int(later[0])


def _sent(problem: Problem, run: Run) -> pd.DataFrame:
    """What every synergy sent in every segment: ``synergy, link, block, days, counted``."""
    blocks, links = problem.blocks, problem.links
    start = pd.Timestamp(problem.reference.calendar.start)
    flows = run.flows[run.flows["synergy"].notna()]
    # What a conversion loses leaves the taker's treatment: of the rows of a giver only the loss on the way.
    givers = run.synergies.set_index("synergy")["from_firm"]
    mine = flows["from_firm"].astype(str) == flows["synergy"].map(givers).astype(str)
    flows = flows[mine & flows["route"].isin(["exchange", "loss"])]
    keys = [flows["synergy"].astype(str), flows["start"], flows["end"]]
    whole = flows["quantity"].groupby(keys).sum().rename("sent").reset_index()
    day = (whole["start"] - start).dt.days.to_numpy()
    inside = (day >= blocks.bounds[0]) & (day < blocks.bounds[-1])
    whole, day = whole[inside].copy(), day[inside]
    whole["link"] = whole["synergy"].map(_links_of(problem, run))
    lost = sorted(set(whole.loc[whole["link"].isna(), "synergy"]))
    if lost:
        raise DomainError(
            f"the problem has no link for {', '.join(lost)}, which operated in the run: an error of the program, "
            "not of your scenario; please report it with the scenario and the seed"
        )
    delivered = _delivered(flows)
    whole = whole.merge(delivered, on=["synergy", "start"], how="left")
    whole["link"] = whole["link"].astype(np.int64)
    whole["block"] = np.searchsorted(blocks.bounds, day, side="right") - 1
    whole["days"] = (whole["end"] - whole["start"]).dt.total_seconds() / 86_400.0
    gain = links.gain[whole["block"], whole["link"]]
    served = np.divide(whole["delivered"], gain, out=np.full(len(whole), np.inf), where=gain > 0.0)
    found: pd.DataFrame = whole.assign(counted=np.fmin(whole["sent"], served))
    return found


def _delivered(flows: pd.DataFrame) -> pd.DataFrame:
    """Virgin supply replaced by every synergy in every segment; missing where the taker is feed-driven."""
    rows = flows[flows["route"] == "exchange"]
    keys = [rows["synergy"].astype(str), rows["start"]]
    return rows["delivered"].groupby(keys).sum(min_count=1).rename("delivered").reset_index()


def _links_of(problem: Problem, run: Run) -> dict[str, int]:
    """Link of every synergy of a run that the problem knows."""
    pairs, table = problem.reference.pairs, problem.links.table
    known: dict[tuple[str, str], int] = {}
    for link, row in enumerate(table.itertuples(index=False)):
        key = pairs.key(int(problem.links.pair[link]))
        known[synergy_name(str(row.out_port), str(row.in_port), 0, key), str(row.mode)] = link
    found = {}
    for row in run.synergies.itertuples(index=False):
        name, _, rest = str(row.synergy).partition("#")
        key = rest.partition(":")[2]
        first = f"{name}#0:{key}" if key else f"{name}#0"
        if (first, str(row.mode)) in known:
            found[str(row.synergy)] = known[first, str(row.mode)]
    return found


def _rebuilt(run: Run) -> dict[str, int]:
    """How often what a synergy needs was built again."""
    events = run.events
    names = events.loc[events["event"] == "rebuilt", "synergy"].astype(str)
    return {str(name): int(count) for name, count in names.value_counts().items()}


def _chains(run: Run) -> dict[str, str]:
    """First synergy of each that was carried on from plant to plant."""
    events = run.events[run.events["event"] == "taken over"]
    before = {
        str(row.synergy): str(row.detail).removeprefix("from ") for row in events.itertuples(index=False)
    }
    found = {}
    for name in before:
        first = name
        while first in before:
            first = before[first]
        found[name] = first
    return found


def _check(problem: Problem, run: Run) -> None:
    if run.seed != problem.seed:
        raise DomainError(f"the run has seed {run.seed}, the problem seed {problem.seed}; give them the same")
    # A run read back from its folder holds the resolved scenario, which has a hash of its own.
    asked_of = problem.scenario.sha256
    if asked_of not in (run.manifest.get("scenario_sha256"), run.scenario.sha256):
        raise DomainError(
            f"the run is of another scenario ({run.name}) than the problem ({problem.scenario.name}), "
            "or of another version of it"
        )
    calendar = problem.reference.calendar
    ran, asked = calendar.period_bounds[int(run.manifest["periods"])], problem.blocks.bounds[-1]
    if ran < asked:
        raise DomainError(
            f"the run ends on {calendar.date(float(ran))}, the problem on {calendar.date(float(asked))}; run it as "
            "long, or give the problem an earlier end (until)"
        )
