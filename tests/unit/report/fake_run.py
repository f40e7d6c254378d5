"""Tables of an invented run, in the shape a real run leaves, for trying and testing the figures.

Volumes are of the order of the Kalundborg record; who trades with whom, and when, is drawn from a
fixed seed. The 5-firm park is small enough to check by hand, the 40-firm park is crowded on purpose.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecopark.report.tables import RunTables

# name, sector, km east, km north, first year
_FIRMS = [
    ("asnaes", "Asnæs power station", "energy", 0.0, 0.0, 1959),
    ("refinery", "Kalundborg refinery", "petroleum", 1.1, 0.3, 1961),
    ("gyproc", "Gyproc plasterboard works", "minerals", 2.2, 0.2, 1970),
    ("novo_nordisk", "Novo Nordisk", "pharma", 2.2, 1.1, 1959),
    ("aalborg_portland", "Aalborg Portland", "minerals", -63.0, 155.7, 1959),
    ("municipality", "Kalundborg municipality", "utility", 1.3, 1.7, 1959),
    ("lake_tisso", "Lake Tissø", "water source", 13.0, -9.7, 1959),
    ("town", "Kalundborg town", "households", 1.0, 2.1, 1959),
    ("farms", "Arable farms round Kalundborg", "agriculture", 6.0, 5.0, 1959),
    ("pig_farms", "Pig farms", "agriculture", 8.0, -3.0, 1959),
    ("kemira", "Kemira sulphuric acid works, Fredericia", "chemicals", -83.0, -24.0, 1959),
    ("fish_farm", "Fish farm by the cooling-water outlet", "agriculture", -0.3, -0.4, 1980),
    ("soil_cleaner", "Bioteknisk Jordrens, later RGS 90", "waste", 2.9, 0.7, 1986),
    ("waste_company", "Noveren waste company", "waste", 3.1, 1.6, 1990),
    ("greenhouses", "Greenhouses", "agriculture", 0.6, -0.7, 1990),
    ("inbicon", "Inbicon straw ethanol", "chemicals", 0.35, -0.15, 2009),
    ("bioenergy", "Kalundborg Bioenergy", "energy", 2.6, 1.35, 2018),
    ("novozymes", "Novozymes", "pharma", 2.45, 1.0, 2000),
]
_EXTRA = [
    ("sawmill", "wood"),
    ("brewery", "food"),
    ("dairy", "food"),
    ("foundry", "metals"),
    ("glassworks", "minerals"),
    ("paper mill", "pulp and paper"),
    ("tannery", "textiles"),
    ("brickworks", "minerals"),
    ("paint factory", "chemicals"),
    ("feed mill", "food"),
    ("rendering plant", "food"),
]

# id: name, kind, unit, typical yearly volume, avoided t CO2e per unit
_RESOURCES = {
    "fly_ash": ("fly ash", "material", "t", 130_000, 0.02),
    "fgd_gypsum": ("gypsum from the scrubber", "material", "t", 85_000, 0.01),
    "bio_sludge": ("biological sludge", "material", "t", 900_000, 0.004),
    "yeast_slurry": ("yeast slurry", "material", "t", 90_000, 0.03),
    "sulphur": ("sulphur", "material", "t", 3_000, 0.1),
    "waste_plasterboard": ("waste plasterboard", "material", "t", 6_000, 0.01),
    "straw": ("straw", "material", "t", 30_000, 0.05),
    "steam": ("process steam", "heat", "MWh", 155_000, 0.25),
    "hot_water": ("district heat", "heat", "MWh", 162_000, 0.27),
    "warm_water": ("warm cooling water", "heat", "MWh", 20_000, 0.2),
    "flare_gas": ("flare gas", "energy", "MWh", 190_000, 0.3),
    "biogas": ("biogas", "energy", "MWh", 70_000, 0.2),
    "surface_water": ("surface water", "water", "m3", 2_500_000, 0.0001),
    "cooling_water": ("used cooling water", "water", "m3", 700_000, 0.0001),
    "treated_waste_water": ("treated waste water", "water", "m3", 200_000, 0.0001),
}
_REPLACES = {
    "fgd_gypsum": "natural_gypsum",
    "fly_ash": "clay",
    "flare_gas": "fuel_oil",
    "bio_sludge": "nitrogen_fertiliser",
}
# giver, taker, resource, year of first talk
_RECORD = [
    ("asnaes", "gyproc", "fgd_gypsum", 1990),
    ("asnaes", "aalborg_portland", "fly_ash", 1975),
    ("asnaes", "novo_nordisk", "steam", 1979),
    ("asnaes", "refinery", "steam", 1979),
    ("refinery", "gyproc", "flare_gas", 1969),
    ("refinery", "asnaes", "cooling_water", 1984),
    ("refinery", "asnaes", "treated_waste_water", 1989),
    ("novo_nordisk", "asnaes", "biogas", 1998),
    ("lake_tisso", "municipality", "surface_water", 1959),
    ("municipality", "asnaes", "surface_water", 1971),
    ("municipality", "novo_nordisk", "surface_water", 1985),
    ("asnaes", "town", "hot_water", 1977),
    ("asnaes", "fish_farm", "warm_water", 1980),
    ("novo_nordisk", "farms", "bio_sludge", 1973),
    ("novo_nordisk", "pig_farms", "yeast_slurry", 1986),
    ("refinery", "kemira", "sulphur", 1988),
    ("waste_company", "gyproc", "waste_plasterboard", 1993),
    ("farms", "inbicon", "straw", 2009),
]
_STAGES = ["identified", "screened", "negotiating", "permitting", "building", "operating", "ended"]
_REASONS = ["economics", "quality", "permit", "no-agreement", "partner-withdrew", "information", "distance"]


def fake_run(firms: int = 5, *, years: int = 65, segments_per_year: int = 12, seed: int = 1) -> RunTables:
    """Invented run with `firms` firms (5 or 40) over `years` years from 1960."""
    rng = np.random.default_rng(seed)
    firm_table = _firms(firms, rng)
    ideas = [idea for idea in _RECORD if idea[0] in firm_table.index and idea[1] in firm_table.index]
    ideas = [idea for idea in ideas if idea[3] < 1958 + years]
    ideas += _more_ideas(firm_table, 0 if firms <= 5 else 26, years, rng)
    synergies = _synergies(ideas, firm_table, years, 4 if firms <= 5 else 90, rng)
    flows = _flows(synergies, years, segments_per_year, rng)
    resources = pd.DataFrame.from_dict(
        {key: value[:3] for key, value in _RESOURCES.items()},
        orient="index",
        columns=["name", "kind", "unit"],
    )
    for giver, replaced in _REPLACES.items():
        name, kind, unit = replaced.replace("_", " "), *_RESOURCES[giver][1:3]
        resources.loc[replaced] = [name, kind, unit]
    return RunTables(
        firms=firm_table,
        flows=flows,
        synergies=synergies,
        indicators=_indicators(flows, synergies),
        resources=resources.rename_axis("resource"),
        accounts=_accounts(flows),
        currency="DKK",
        price_year=2010,
    )


def _firms(count: int, rng: np.random.Generator) -> pd.DataFrame:
    rows = list(_FIRMS[:count])
    sites = iter(rng.uniform([-0.6, -0.9], [3.6, 2.6], size=(count, 2)))
    for number in range(count - len(rows)):
        kind, sector = _EXTRA[number % len(_EXTRA)]
        round_ = "Øst" if number >= len(_EXTRA) else "Nord"
        x, y = next(sites)
        opens = int(rng.integers(1959, 1995))
        rows.append((f"extra_{number}", f"{kind.capitalize()} {round_}", sector, x, y, opens))
    table = pd.DataFrame(rows, columns=["firm", "name", "sector", "x_km", "y_km", "opens"]).set_index("firm")
    table["opens"] = pd.to_datetime(table["opens"].astype(str) + "-03-01").astype("datetime64[s]")
    table["closes"] = pd.Series(pd.NaT, index=table.index, dtype="datetime64[s]")
    if "inbicon" in table.index:
        table.loc["inbicon", "closes"] = pd.Timestamp("2015-01-01")
    table["lon"] = 11.0792 + table["x_km"] / 62.8
    table["lat"] = 55.6621 + table["y_km"] / 111.2
    return table


def _more_ideas(
    firms: pd.DataFrame, count: int, years: int, rng: np.random.Generator
) -> list[tuple[str, str, str, int]]:
    names, resources = list(firms.index), list(_RESOURCES)
    ideas = []
    for _ in range(count):
        giver, taker = rng.choice(len(names), size=2, replace=False)
        first = int(rng.integers(1962, 1955 + years))
        ideas.append((names[giver], names[taker], resources[int(rng.integers(len(resources)))], first))
    return ideas


def _synergies(
    ideas: list[tuple[str, str, str, int]],
    firms: pd.DataFrame,
    years: int,
    lost: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    rows = []
    end = np.datetime64(f"{1960 + years}-01-01", "s")
    names = list(firms.index)
    for giver, taker, resource, first in ideas:
        row = _idea(len(rows), giver, taker, resource, firms, rng)
        dates = np.datetime64(f"{first}-01-01", "s") + np.cumsum(rng.integers(40, 500, size=6)).astype(
            "timedelta64[D]"
        )
        state = str(rng.choice(["operating", "operating", "operating", "expired", "breached", "closed"]))
        ended = dates[-1] + np.timedelta64(int(rng.integers(6, 25)) * 365, "D")
        closes = firms["closes"][[giver, taker]].min()
        if closes == closes and np.datetime64(closes) < ended:
            ended, state = np.datetime64(closes, "s"), "closed"
        stages = dict(zip(_STAGES, dates, strict=False)) | {"ended": ended}
        if state == "operating" or ended >= end:
            stages["ended"], state = np.datetime64("NaT", "s"), "operating"
        rows.append(
            row | {key: (day if day < end else np.datetime64("NaT", "s")) for key, day in stages.items()}
        )
        rows[-1] |= {"state": state, "reason": "closure" if state == "closed" else ""}
    for _ in range(lost):
        giver, taker = rng.choice(names, size=2, replace=False)
        row = _idea(len(rows), str(giver), str(taker), str(rng.choice(list(_RESOURCES))), firms, rng)
        reached = int(rng.integers(1, 5))
        start = np.datetime64(f"{int(rng.integers(1961, 1955 + years))}-06-01", "s")
        dates = start + np.cumsum(rng.integers(40, 300, size=reached + 1)).astype("timedelta64[D]")
        stages = dict.fromkeys(_STAGES, np.datetime64("NaT", "s")) | dict(
            zip(_STAGES[:reached], dates[:-1], strict=True)
        )
        rows.append(row | stages | {"ended": dates[-1], "state": "lost", "reason": str(rng.choice(_REASONS))})
    table = pd.DataFrame(rows)
    for stage in _STAGES:
        table[stage] = table[stage].astype("datetime64[s]")
    return table


def _idea(
    number: int, giver: str, taker: str, resource: str, firms: pd.DataFrame, rng: np.random.Generator
) -> dict[str, object]:
    gap = firms.loc[giver, ["x_km", "y_km"]] - firms.loc[taker, ["x_km", "y_km"]]
    _, _, unit, volume, _ = _RESOURCES[resource]
    return {
        "synergy": f"s{number:03d}",
        "from_firm": giver,
        "to_firm": taker,
        "resource": resource,
        "to_resource": _REPLACES.get(resource, resource),
        "pathway": "direct",
        "mode": "pipe" if unit != "t" else "truck_bulk",
        "distance_km": 1.3 * float(np.hypot(*gap.to_numpy(dtype=float))),
        "price": float(rng.normal(5, 10)),
        "investment": float(rng.uniform(1e5, 3e7)),
        "term_years": 15.0,
        "quantity_per_year": volume * float(rng.lognormal(-0.2, 0.5)),
        "unit": unit,
    }


def _flows(synergies: pd.DataFrame, years: int, segments: int, rng: np.random.Generator) -> pd.DataFrame:
    bounds = np.array(
        [
            np.datetime64(f"{1960 + year}-01-01", "s") + np.timedelta64(365 * 86400 * part // segments, "s")
            for year in range(years)
            for part in range(segments)
        ]
    )
    pieces = []
    for row in synergies[synergies["operating"].notna()].itertuples():
        ended = np.datetime64("2999-01-01") if pd.isna(row.ended) else np.datetime64(row.ended)
        runs = (bounds >= np.datetime64(row.operating)) & (bounds < ended)
        amount = row.quantity_per_year / segments * rng.lognormal(0, 0.25, size=len(bounds))
        shared = {
            "start": bounds,
            "end": bounds + np.timedelta64(30, "D"),
            "kind": _RESOURCES[row.resource][1],
        }
        for route, source, target, resource, share in (
            ("exchange", row.from_firm, row.to_firm, row.resource, np.where(runs, 0.8, 0.0)),
            (
                "disposal",
                row.from_firm,
                "landfill" if row.unit == "t" else "environment",
                row.resource,
                np.where(runs, 0.2, 1.0),
            ),
            (
                "virgin",
                f"market: {row.to_resource.replace('_', ' ')}",
                row.to_firm,
                row.to_resource,
                np.where(runs, 0.3, 1.1),
            ),
        ):
            piece = pd.DataFrame(shared | {"quantity": amount * share, "resource": resource})
            piece = piece.assign(from_firm=source, to_firm=target, unit=row.unit, route=route)
            exchanged = route == "exchange"
            piece["synergy"] = row.synergy if exchanged else None
            piece["delivered"] = piece["quantity"] if exchanged else np.nan
            piece["delivered_resource"] = row.to_resource if exchanged else None
            piece["instead_of"] = ("landfill" if row.unit == "t" else "environment") if exchanged else None
            pieces.append(piece[piece["quantity"] > 0])
    return pd.concat(pieces, ignore_index=True)


def _accounts(flows: pd.DataFrame) -> pd.DataFrame:
    """Money and carbon by exchange and month: prices of no place, but of a likely order."""
    traded = flows[flows["route"] == "exchange"]
    worth = traded["quantity"].to_numpy() * traded["unit"].map({"t": 40.0, "MWh": 60.0, "m3": 4.0}).to_numpy()
    factor = traded["resource"].map({name: facts[4] for name, facts in _RESOURCES.items()}).to_numpy()
    carbon = traded["quantity"].to_numpy() * factor
    first = ~traded["synergy"].duplicated().to_numpy()
    built = np.where(first, 60.0 * worth, 0.0)
    parts = [
        ("avoided_disposal", 0.4 * worth, 0.0 * worth, "DKK", None),
        ("avoided_virgin", 0.0 * worth, 0.9 * worth, "DKK", None),
        ("payment", 0.2 * worth, -0.2 * worth, "DKK", None),
        ("haulage", 0.0 * worth, -0.1 * worth, "DKK", None),
        ("treatment", 0.0 * worth, -0.05 * worth, "DKK", None),
        ("investment", -0.5 * built, -0.5 * built, "DKK", None),
        ("avoided_disposal", 0.2 * carbon, 0.0 * carbon, "t CO2e", "scope 3"),
        ("avoided_virgin", 0.0 * carbon, carbon, "t CO2e", "scope 1"),
        ("burden", -0.3 * carbon, 0.0 * carbon, "t CO2e", "scope 1"),
    ]
    keys = traded[["start", "end", "synergy", "from_firm", "to_firm"]].reset_index(drop=True)
    rows = [
        keys.assign(item=item, giver=giver, taker=taker, unit=unit, scope=scope)
        for item, giver, taker, unit, scope in parts
    ]
    table = pd.concat(rows, ignore_index=True)
    return table[(table["giver"] != 0.0) | (table["taker"] != 0.0)].reset_index(drop=True)


def _indicators(flows: pd.DataFrame, synergies: pd.DataFrame) -> pd.DataFrame:
    traded = flows[flows["route"] == "exchange"]
    year = traded["start"].dt.year
    rows = []
    volumes = traded.groupby([year, traded["resource"]])["quantity"].sum()
    for (when, resource), value in volumes.items():
        _, kind, unit, _, factor = _RESOURCES[str(resource)]
        period, scope = pd.Timestamp(int(when), 1, 1), f"resource:{resource}"
        rows.append((period, scope, "exchanged", value, unit))
        rows.append((period, scope, "avoided_co2", value * factor - 200.0 * (unit == "m3"), "t CO2e"))
        name = {
            "material": "avoided_waste",
            "water": "avoided_water",
            "heat": "avoided_heat",
            "energy": "avoided_fuel",
        }
        rows.append((period, scope, name[kind], value, unit))
        rows.append((period, scope, "joint_gain", value * {"t": 40.0, "MWh": 60.0, "m3": 4.0}[unit], "DKK"))
    table = pd.DataFrame(rows, columns=["period", "scope", "indicator", "value", "unit"])
    keys = ["period", "indicator", "unit"]
    park = table.groupby(keys, as_index=False)["value"].sum().assign(scope="park")
    park = park[park["indicator"] != "exchanged"]
    for when in sorted(set(traded["start"].dt.year)):
        day = pd.Timestamp(int(when), 12, 31)
        ended = synergies["ended"].isna() | (synergies["ended"] > day)
        count = int(((synergies["operating"] <= day) & ended).sum())
        park.loc[len(park) + len(table)] = {
            "period": pd.Timestamp(int(when), 1, 1),
            "indicator": "operating_synergies",
            "unit": "1",
            "value": count,
            "scope": "park",
        }
    return pd.concat([table, park[table.columns]], ignore_index=True)
