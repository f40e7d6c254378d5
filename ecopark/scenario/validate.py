"""From raw data to validated blocks, with every mistake in words a user understands.

What lives here: the call of pydantic, the translation of its messages, and the repair of a broken
scenario just so far that the cross-checks can look at the rest. What does not: the cross-checks
themselves (``check``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ecopark.scenario.located import (
    Items,
    Loc,
    Problems,
    Section,
    Where,
    copy_node,
    find_place,
    get,
    own_path,
)
from ecopark.scenario.paths import Context, PathError, constant
from ecopark.scenario.schema import Shape, fields_of, process_keys, shape_of
from ecopark.scenario.types import Block, Firm, Park
from ecopark.scenario.units import Quantity, nearest

_MAX_REPAIRS = 8
_EXAMPLES = {
    "name": "name: Kalundborg",
    "time": "time: {start: 1959-01, end: 2025-12}",
    "start": "start: 1959-01",
    "end": "end: 2025-12",
    "currency": "currency: {code: DKK, price_year: 2010}",
    "code": "code: DKK",
    "price_year": "price_year: 2010",
    "firms": "firms: {asnaes: {name: Asnæs power station, site: [11.08, 55.66], ...}}",
    "site": "site: [11.08, 55.66]",
    "capacity": "capacity: 80 kt/yr",
    "coefficient": "coefficient: 0.055 t/MWh",
    "kind": "kind: material",
    "unit": "unit: t",
    "giver": "giver: fgd_gypsum",
    "taker": "taker: natural_gypsum",
    "route": "route: landfill",
    "penalty": "penalty: 200 DKK/t",
    "from": "from: 1996-01",
    "cv": "cv: 5 %",
    "until": "until: 1993",
    "mean_time_between": "mean_time_between: 2 yr",
    "mean_duration": "mean_duration: 10 d",
}
_STAND_INS: dict[str, Any] = {
    "name": "unnamed",
    "time": {"start": "1960-01", "end": "2000-12"},
    "start": "1000-01",
    "end": "3000-12",
    "currency": {"code": "XXX", "price_year": 2000},
    "code": "XXX",
    "price_year": 2000,
    "site": (0.0, 0.0),
    "route": "landfill",
    "resources": {},
    "transport": {},
    "firms": {},
}
_NOTHING = Quantity(1.0, "?")
# Fields that stand in a column of another name.
_COLUMNS = {"coefficient": "unit"}
_WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "model_type": "a block of fields",
    "model_attributes_type": "a block of fields",
    "dict_type": "a block of named entries",
    "mapping_type": "a block of named entries",
    "tuple_type": "a list",
    "list_type": "a list",
    "date_type": "a date such as 1959-06",
}


class Report:
    """Notes problems by their place in the scenario, each place once.

    Parameters
    ----------
    raw : Section
        Scenario in the shape of the types, which knows file and line of everything.
    problems : Problems
        Collector.

    Attributes
    ----------
    calls : int
        How often a mistake was brought forward, known or not: unchanged over a check that found nothing.
    """

    def __init__(self, raw: Section, problems: Problems) -> None:
        self.raw = raw
        self.calls = 0
        self._problems = problems
        self._broken: set[Loc] = set()

    def add(self, loc: Sequence[str | int], message: str) -> None:
        """Note a mistake at `loc`, unless that place is already known to be broken."""
        self.calls += 1
        loc = tuple(loc)
        if self.is_broken(loc):
            return
        self._broken.add(loc)
        where = find_place(self.raw, loc)
        self._problems.add(where, show_field(loc, where), message)

    def add_at(self, where: Where, field: str, message: str) -> None:
        """Note a mistake whose place in a file is known."""
        self.calls += 1
        self._problems.add(where, field, message)

    def is_broken(self, loc: Sequence[str | int]) -> bool:
        """Whether a mistake was noted at `loc` or inside it."""
        loc = tuple(loc)
        return any(known[: len(loc)] == loc or loc[: len(known)] == known for known in self._broken)


def show_field(loc: Loc, where: Where) -> str:
    """Dotted field as the user wrote it: without the process ``main`` of a firm, with a table's column."""
    steps = [str(step) for step in loc]
    if steps[2:4] == ["processes", "main"] and len(steps) > 4 and steps[4] in process_keys():
        steps = [*steps[:2], *steps[4:]]
    shown = ".".join(steps)
    if not where.file.endswith(".csv"):
        return shown
    column = _COLUMNS.get(steps[-1], steps[-1])
    if steps[-2:-1] == ["site"]:
        column = "xy"[int(steps[-1])]
    return f"column {column} ({shown})"


def validate(raw: Section, context: Context, report: Report) -> Park | None:
    """Park from raw data.

    Parameters
    ----------
    raw : Section
        Scenario in the shape of the types.
    context : Context
        Units and series.
    report : Report
        Collector of problems.

    Returns
    -------
    Park or None
        The park; where problems were noted, a park without the broken parts that is good for nothing
        but finding further problems, or None where not even that is possible.
    """
    tree: Section = copy_node(raw)
    for key in ("series", "resolved"):
        tree.pop(key, None)
    for _ in range(_MAX_REPAIRS):
        try:
            return Park.model_validate(tree, context=context)
        except ValidationError as failure:
            errors = [(_place(error), error) for error in failure.errors(include_url=False)]
            for loc, error in errors:
                for place, message in _messages(error, loc):
                    report.add(place, message)
            # From the back, so that leaving out one entry of a list does not move the next.
            repaired = [_repair(tree, loc) for loc, _ in reversed(errors)]
            if not all(repaired):
                return None
    return None


def _place(error: Any) -> Loc:
    return tuple(step for step in error["loc"] if step != "[key]")


# --------------------------------------------------------------------------- words
def _messages(error: Any, loc: Loc) -> list[tuple[Loc, str]]:
    """Places and messages of one pydantic error, in our words."""
    kind, found, details = error["type"], error.get("input"), error.get("ctx", {})
    inner = details.get("error")
    if isinstance(inner, PathError):
        return [((*loc, key), message) for key, message in inner.faults]
    if kind == "value_error":
        return [(("time", "end") if loc == ("time",) else loc, str(inner))]
    if kind == "extra_forbidden":
        return [(loc, _unknown_field(loc))]
    if kind == "missing":
        return [(loc, _missing(loc))]
    if kind == "literal_error":
        return [(loc, _not_among(details["expected"], found))]
    if kind == "string_pattern_mismatch":
        return [(loc, _bad_pattern(loc, found, is_key="[key]" in error["loc"]))]
    return [(loc, _other(kind, found, details))]


def _other(kind: str, found: Any, details: Mapping[str, Any]) -> str:
    shown = describe(found)
    if kind in _WANTED:
        return f"expected {_WANTED[kind]}, found {shown}"
    if kind in ("too_long", "too_short"):
        size = details.get("max_length", details.get("min_length"))
        return f"expected {size} entries, found {details['actual_length']}: {shown}"
    if kind == "string_too_long":
        return f"has more than {details['max_length']} characters"
    for sign, words in (("gt", "more than"), ("ge", "at least"), ("lt", "less than"), ("le", "at most")):
        if sign in details:
            return f"must be {words} {details[sign]}, found {shown}"
    return f"does not fit here: {shown} ({kind.replace('_', ' ')})"


def describe(value: Any) -> str:
    """A found value in a few words."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return f"a block with {', '.join(repr(str(key)) for key in list(value)[:4]) or 'nothing in it'}"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if len(value) > 4 else f"the list {list(value)!r}"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _unknown_field(loc: Loc) -> str:
    model = model_at(loc[:-1])
    valid = [*fields_of(model)] if model else []
    hinted = [*valid, *(process_keys() if model is Firm else ()), *(["changes"] if model is Firm else ())]
    hinted += ["firm_table", "include", "region", "series", "streams"] if model is Park else []
    found = str(loc[-1])
    return f"unknown field {found!r}{nearest(found, hinted)}; fields here: {', '.join(sorted(hinted))}"


def _missing(loc: Loc) -> str:
    field = str(loc[-1])
    if isinstance(loc[-1], int):
        return "expected one more entry, such as [11.08, 55.66]"
    example = _EXAMPLES.get(field)
    return "is missing" + (f"; write for example '{example}'" if example else "")


def _not_among(expected: str, found: Any) -> str:
    valid = [part.strip("' ") for part in expected.replace(" or ", ", ").split(",")]
    valid = [name for name in valid if name]
    return f"expected one of {', '.join(valid)}; found {describe(found)}{nearest(str(found), valid)}"


def _bad_pattern(loc: Loc, found: Any, *, is_key: bool) -> str:
    if "currency" in loc:
        return f"expected a currency code of three capital letters such as DKK, found {describe(found)}"
    what = "a name" if is_key else "the name of an entry"
    return (
        f"expected {what} of lower case letters a-z, digits and _ (such as fly_ash), found {describe(found)}"
    )


def model_at(loc: Sequence[str | int]) -> type[Block] | None:
    """Type of the block at a place, None where there is none."""
    shape = shape_at(loc)
    return shape.model if shape and shape.kind == "block" else None


def shape_at(loc: Sequence[str | int]) -> Shape | None:
    """Shape of a place in a scenario, None where the types know no such place."""
    shape: Shape | None = Shape("block", Park)
    for step in loc:
        if shape is None or shape.kind in ("number", "other"):
            return None
        if shape.kind == "block" and shape.model:
            shape = shape_of(shape.model, str(step)) if step in fields_of(shape.model) else None
        else:
            shape = Shape("number") if shape.kind == "numbers" else Shape("block", shape.model)
    return shape


# --------------------------------------------------------------------------- repair
def _repair(tree: Section, loc: Loc) -> bool:
    """Make the place of an error harmless so that the rest can be validated; False where it cannot be.

    A required field gets a stand-in where there is one, else its block goes with it; everything else
    is left out.
    """
    if get(tree, loc[:-1]) is None:
        return True
    while loc:
        parent, step = own_path(tree, loc[:-1]), loc[-1]
        if _is_required(loc):
            stand_in = _stand_in(loc)
            if stand_in is not None and isinstance(parent, Section):
                parent[str(step)] = stand_in
                return True
        elif isinstance(parent, Section) and str(step) in parent:
            del parent[str(step)]
            return True
        elif isinstance(parent, Items) and isinstance(step, int) and shape_at(loc) is not None:
            del parent[step]
            return True
        loc = loc[:-1]
    return False


def _is_required(loc: Loc) -> bool:
    model = model_at(loc[:-1])
    known = fields_of(model) if model else {}
    return str(loc[-1]) in known and known[str(loc[-1])].is_required()


def _stand_in(loc: Loc) -> Any:
    """Harmless value of a required field; None where the block cannot do without the right one."""
    model = model_at(loc[:-1])
    if model and shape_of(model, str(loc[-1])).kind == "number":
        annotation = fields_of(model)[str(loc[-1])].annotation
        return _NOTHING if annotation is Quantity else constant(_NOTHING)
    return _STAND_INS.get(str(loc[-1]))
