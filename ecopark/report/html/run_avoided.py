"""Sections of a run's report on what was avoided, who may claim it, and who gained."""

from __future__ import annotations

from ecopark.report.avoided import draw_avoided
from ecopark.report.html.document import Cell, Paragraph, Picture, Section, Table, amount, plain_number, words
from ecopark.report.html.gathered import Gathered
from ecopark.report.html.run_asked import BASIS
from ecopark.report.interactive.avoided import describe_avoided
from ecopark.report.interactive.money import describe_money, gain_by_firm
from ecopark.report.money import draw_money

_ROWS = (
    ("Waste kept from disposal", ("avoided_waste",), "t"),
    ("Residual water not discharged", ("avoided_discharge",), "m3"),
    ("Gas not flared", ("avoided_flare",), "MWh"),
    ("Heat not sent to cooling", ("avoided_cooling",), "MWh"),
    ("Virgin materials not bought", ("avoided_virgin",), "t"),
    ("Fresh water not drawn", ("avoided_water",), "m3"),
    ("Heat not made from fuel", ("avoided_heat",), "MWh"),
    ("Fuel and power not bought", ("avoided_fuel",), "MWh"),
    ("Greenhouse gases avoided, net", ("avoided_co2",), "t CO2e"),
)
_RULES = (
    ("credit_cut_off", "cut-off"),
    ("credit_half", "50/50"),
    ("credit_price", "by price"),
    ("credit_shapley", "Shapley"),
)


def avoided_section(gathered: Gathered) -> Section:
    """What was avoided, with its basis, and the credit rules side by side."""
    tables = gathered.tables
    first, last = tables.span
    years = max(last - first + 1, 1)
    picture = Picture(
        "avoided",
        f"Four bar charts by year from {first} to {last}: waste kept from disposal, fresh water not drawn, heat, fuel "
        "and power not bought, greenhouse gases avoided, each stacked by resource.",
        "Avoided per year, stacked by the resource given; sums over the run at the right.",
        describe_avoided(tables),
        lambda: draw_avoided(tables),
    )
    table = Table(
        "avoided",
        "What exchanges avoided, on three bases",
        ("", f"cumulative, {first} to {last}", "yearly mean", f"in {last}"),
        tuple(
            (
                words(title),
                amount(gathered.total(*names), unit),
                amount(gathered.total(*names) / years, unit, "yr"),
                amount(gathered.last(*names), unit),
            )
            for title, names, unit in _ROWS
        ),
    )
    note = (
        "Basis matters: programmes quote cumulative, yearly or lifetime figures, gross or attributed, and differ "
        "several times over by that alone. Greenhouse gases are net of haulage, treatment, inputs bought for an "
        "exchange and the building of pipes."
    )
    return Section(
        "avoided",
        "What was avoided",
        (Paragraph(BASIS), picture, table, Paragraph(note), *_credits(gathered)),
    )


def _credits(gathered: Gathered) -> tuple[Paragraph | Table, ...]:
    """Who may claim the avoided greenhouse gases under four rules."""
    table = gathered.credits
    if table.empty:
        return (Paragraph("No exchange, so no greenhouse gas to credit to anyone."),)
    table = table.reindex(columns=[rule for rule, _ in _RULES]).fillna(0.0)
    order = sorted(table.index, key=lambda firm: (-float(table.loc[firm].abs().to_numpy().max()), firm))
    rows = [
        (
            words(gathered.tables.firm_name(firm)),
            *(amount(float(table.loc[firm, rule]), "t CO2e") for rule, _ in _RULES),
        )
        for firm in order
    ]
    sums = tuple(amount(float(table[rule].sum()), "t CO2e") for rule, _ in _RULES)
    explained = (
        "The same avoided greenhouse gases, credited by four rules. **Cut-off**: the giver gets the disposal avoided, "
        "the taker the virgin supply avoided less what the exchange causes. **50/50**: half of the net figure each. "
        "**By price**: as the partners share their gain in money; an exchange without a joint gain is credited to "
        "nobody, so the sum may differ. **Shapley**: equal parts to all firms an exchange needs. Only one rule may be "
        "used at a time, or tonnes are counted twice."
    )
    caption = "Greenhouse gases avoided over the run, credited to firms"
    head = ("firm", *(title for _, title in _RULES))
    return Paragraph(explained), Table("credits", caption, head, (*rows, (words("Sum"), *sums)))


def money_section(gathered: Gathered) -> Section:
    """Gain of each firm, and how evenly it is shared."""
    tables, run = gathered.tables, gathered.run
    first, last = tables.span
    gains = gain_by_firm(tables)
    picture = Picture(
        "money",
        f"Heat map of the gain of each of {len(gains)} firms by year, and bars of their sums from {first} to {last}.",
        f"Gain of each firm from its exchanges, {tables.money_unit}, against the same firm without exchange; not "
        "discounted, investment in the year it was made. Colour grows with the square root of the amount.",
        describe_money(tables),
        lambda: draw_money(tables),
    )
    spent = _by_item(gathered)
    total = gains.sum(axis=1)
    rows = tuple(
        (
            words(tables.firm_name(str(firm))),
            amount(float(total[firm]), run.currency),
            amount(float(gains.loc[firm].clip(upper=0).sum()), run.currency),
            amount(float(gains.loc[firm, last]), run.currency),
        )
        for firm in gains.index
    )
    firms = Table(
        "gains",
        f"Gain by firm, {tables.money_unit}",
        ("firm", f"{first} to {last}", "sum of losing years", f"in {last}"),
        (
            *rows,
            (
                words("Sum"),
                *(amount(sum(row[at].value or 0.0 for row in rows), run.currency) for at in (1, 2, 3)),
            ),
        ),
    )
    blocks: tuple[Paragraph | Picture | Table, ...] = (picture, firms, spent)
    if len(gains):
        fair = gathered.fair
        evenness = (
            f"Evenness: Gini coefficient of the gains {plain_number(float(fair['gain_gini'])).text} (0: all gain "
            f"alike, 1: one firm gains all), distance from the Shapley value "
            f"{plain_number(float(fair['shapley_distance'])).text} (0: shared by it, 1: entirely otherwise)."
        )
        blocks = (*blocks, Paragraph(evenness))
    return Section("money", "Who gained", blocks)


def _by_item(gathered: Gathered) -> Table:
    """Where the money came from and went, over both partners."""
    rows = gathered.accounts
    rows = rows[rows["unit"] == gathered.run.currency]
    joint = (rows["giver"] + rows["taker"]).groupby(rows["item"].astype(str)).sum()
    joint = joint[joint.abs() > 1e-6 * max(float(joint.abs().max()), 1.0)] if len(joint) else joint
    order = sorted(joint.index, key=lambda item: (-float(joint[item]), item))
    cells: list[tuple[Cell, ...]] = [
        (words(item.replace("_", " ")), amount(float(joint[item]), gathered.run.currency)) for item in order
    ]
    cells.append((words("Joint gain"), amount(float(joint.sum()), gathered.run.currency)))
    caption = f"Where it came from and went, over both partners and all years, {gathered.tables.money_unit}"
    return Table("items", caption, ("item", "sum"), tuple(cells))
