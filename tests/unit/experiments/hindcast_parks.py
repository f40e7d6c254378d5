"""A park of three firms with a record, in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from study_models import park_raw

LINKS = "from_firm,to_firm,resource,start_year\nplant,user,ash,1990\nother,user,ash,1992\n"
# 100 t/day x 0.1 in a year of 365 days.
VOLUMES = (
    "item,from_firm,to_firm,resource,quantity,unit,year\n"
    "ash,plant,user,ash,3650,t,1993\nfuels,,,,100,t CO2e,1993\n"
)


def write_recorded_park(folder: Path, links: str = LINKS, volumes: str = VOLUMES, **observed: Any) -> Path:
    """Scenario with a record; `observed` is laid over the block."""
    raw = park_raw()
    # As a user writes it: only then are tables read.
    del raw["resolved"]
    raw["resources"] = {"use": [], "define": raw["resources"]}
    raw["transport"] = {"use": [], **raw["transport"]}
    raw["observed"] = {"links": "links.csv", "volumes": "volumes.csv", "until": 1992} | observed
    (folder / "links.csv").write_text(links, encoding="utf-8")
    (folder / "volumes.csv").write_text(volumes, encoding="utf-8")
    file = folder / "park.yaml"
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return file
