"""Sheets and columns of a planner's tables: what each holds, what must be given, what holds otherwise.

What lives here: the columns as data, read by the reader, the template and the test of the manual. What does
not: reading them (``workbook`` and its siblings).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column of a sheet, or a row of the sheet of settings.

    Attributes
    ----------
    name : str
        As in the header.
    meaning : str
        What it holds.
    default : str
        What holds where it is empty.
    needed : bool
        Whether every row must have it.
    """

    name: str
    meaning: str
    default: str = ""
    needed: bool = False


_PROVENANCE = (
    Column("source", "where the numbers of the row come from", "'stated in the tables without a source'"),
    Column("mark", "S seen in that source, M not checked, D derived", "M"),
    Column("note", "anything"),
)
_SITE = (
    Column("lon", "longitude, degrees"),
    Column("lat", "latitude, degrees"),
    Column("x", "metres to the east of a point of your choice"),
    Column("y", "metres to the north of it"),
)
_HAZARD = "none, low or hazardous"

SETTINGS = (
    Column("name", "title of the park", "the name of the folder"),
    Column("description", "text"),
    Column("start", "first month, such as 2025-01", "2025-01"),
    Column("end", "last month simulated", "20 years after the start"),
    Column("currency", "code of the money in all sheets", "EUR"),
    Column("price_year", "year of the prices in all sheets", "2010, the year of the library's prices"),
    Column("crs", "lonlat or metres", "what the columns of the sites are"),
    Column("distance", "straight, manhattan or corridor", "corridor if there are corridors, else straight"),
    Column("detour", "length of the way over that distance", "1.3"),
    Column("rate_eur", "value of one EUR in the park's currency", "mean of 2010, for DKK, GBP and USD"),
    Column("rate_gbp", "value of one GBP in the park's currency", "mean of 2010, for DKK, EUR and USD"),
    Column("rate_usd", "value of one USD in it; so for every other currency in the sheets", "none"),
    Column("transaction_cost", "what one agreement costs each side", "67 kEUR"),
)

SHEETS: dict[str, tuple[Column, ...]] = {
    "settings": (
        Column("setting", "one of the settings below", needed=True),
        Column("value", "its value", needed=True),
        *_PROVENANCE,
    ),
    "firms": (
        Column("firm", "short name, by which the other sheets refer to it", needed=True),
        Column("name", "full name", "the short name in words"),
        Column("short", "label in figures", "the full name"),
        Column("sector", "for colours and rules of access"),
        Column("archetype", "plant of the library whose streams it has"),
        Column("capacity", "size of the plant, such as 60 kt/yr or 40 MW", "the library's typical plant"),
        Column("unit", "unit of the capacity, where the cell holds the number only"),
        Column("utilisation", "share of the capacity used", "the archetype's, or 1"),
        Column("season", "flat, heating, cooling, agriculture, campaign, or twelve weights", "flat"),
        Column("import", "what a feed-driven plant draws from outside", "the library's usual share"),
        Column("drop", "streams of the archetype that it does not have"),
        *_SITE,
        Column("plot", "plot it stands on; then no coordinates are needed"),
        Column("movable", "whether the search for a layout may move it, yes or no", "no"),
        Column("area", "ground it needs, such as 3 ha"),
        Column("zones", "zones it can stand in", "all"),
        Column("noise_class", "how loud it is, 0 to 5", "0"),
        Column("hazard_class", _HAZARD, "none"),
        Column("opens", "month", "there from the start"),
        Column("closes", "month", "stays to the end"),
        Column("payback", "longest simple payback it accepts, such as 5 yr", "6 yr"),
        Column("hurdle_rate", "discount rate, such as 12 %/yr", "10 %/yr"),
        Column("attention", "projects at once", "2"),
        Column("openness", "readiness to talk, 0 to 1", "0.5"),
        Column("risk_aversion", "share of value lost per unit of risk", "0.5"),
        *_PROVENANCE,
    ),
    "streams": (
        Column("firm", "a firm of the sheet firms", needed=True),
        Column("direction", "have (a residual to give) or want (a need to be served)", needed=True),
        Column("resource", "a resource of the library or of the sheet resources", needed=True),
        Column("quantity", "amount per time at normal operation, such as 80 kt/yr", needed=True),
        Column("unit", "unit of the quantity, where the cell holds the number only"),
        Column("stream", "name of the stream, to tell two of one resource apart", "the resource"),
        Column("grade", "offered or required: degC, class of water 0 to 5, conformity 0 to 1", "any"),
        Column("route", "of a have: where it goes today", "the library's for the resource"),
        Column("fee", "of a have: what that costs today before tax, negative for a sale", "the library's"),
        Column("price", "of a want: what is paid for it today", "the library's"),
        Column("emission", "t CO2e of that route or supply, by unit", "the library's"),
        Column("season", "as of a firm", "the firm's"),
        Column("on_demand", "a have that is made only when taken, yes or no", "no"),
        Column("storage", "store of a have that has a taker, such as 500 t"),
        Column("max_share", "of a want: largest share that residuals may serve", "1"),
        Column("from", "first month", "opening of the firm"),
        Column("until", "month in which it ends", "closing of the firm"),
        *_PROVENANCE,
    ),
    "plots": (
        Column("plot", "name, by which the sheet firms refers to it", needed=True),
        *_SITE,
        Column("area", "such as 4 ha", "anything fits"),
        Column("zone", "use the plan allows, such as heavy"),
        Column("noise_class", "loudest class of firm allowed, 0 to 5", "5"),
        Column("hazard_class", f"highest class of firm allowed: {_HAZARD}", "hazardous"),
        *_PROVENANCE,
    ),
    "corridors": (
        Column("corridor", "name; its rows are its points, in order", needed=True),
        *_SITE,
        Column("note", "anything"),
    ),
    "pathways": (
        Column("giver", "resource given", needed=True),
        Column("taker", "resource it replaces", needed=True),
        Column("name", "title"),
        Column("yield", "units of taker made per unit arriving", "1"),
        Column("replacement", "bought units replaced per unit made", "1"),
        Column("max_share", "largest share of the need", "1"),
        Column("cost", "money per unit treated", "0"),
        Column("capital", "money per (unit/day) of capacity", "0"),
        Column("electricity", "MWh per unit treated", "0"),
        Column("emission", "t CO2e per unit treated", "0"),
        Column("lead_time", "time to build", "180 d"),
        Column("at", "where the conversion stands, giver or taker", "taker"),
        Column("needs", "lowest grade accepted", "any"),
        Column("from", "month from which it is known or allowed", "the start"),
        *_PROVENANCE,
    ),
    "resources": (
        Column("resource", "short name, by which the other sheets refer to it", needed=True),
        Column("kind", "material, energy, heat or water", needed=True),
        Column("name", "full name", "the short name in words"),
        Column("unit", "t, MWh or m3", "by the kind: t, MWh, MWh, m3"),
        Column(
            "transport",
            "modes that carry it, of the library",
            "by the kind: truck, none, hot_water_pipe, water_pipe",
        ),
        Column("hazard", _HAZARD, "none"),
        Column("route", "where it goes as a residual"),
        Column("fee", "what that costs before tax, by unit"),
        Column("price", "what is paid for it, by unit"),
        Column("emission", "t CO2e of that supply, by unit", "0"),
        *_PROVENANCE,
    ),
    "prices": (
        Column("item", "what changes by date, one of the items below", needed=True),
        Column("resource", "of the items that are by resource"),
        Column("date", "month from which the value holds", needed=True),
        Column("value", "such as 40 EUR/t", needed=True),
        Column("unit", "unit of the value, where the cell holds the number only"),
        Column("interpolate", "step, or linear for straight lines between the dates", "step"),
        *_PROVENANCE,
    ),
}

# Items of the sheet of prices: of policy, by resource in policy, and of a resource itself.
POLICY_ITEMS = (
    "landfill_tax",
    "incineration_tax",
    "discharge_levy",
    "water_levy",
    "carbon_price",
    "capital_grant",
    "carbon_commitment",
)
POLICY_ITEMS_BY_RESOURCE = ("feed_in_tariff", "subsidy")
RESOURCE_ITEMS = ("price", "fee")
