"""The published arithmetic of symbiosis programmes: bases, ratios, costs, stage rates.

Figures as published: the British programme's annual and lifetime totals (Parliament memorandum 2007; edie
award page about 2010; EC EcoAP 2011; Birmingham Post on the West Midlands), the Korean programme's funnel 2005-13
(JKSEE 36(12), 2014) and Ulsan's account to 2010.
"""

from __future__ import annotations

import pandas as pd
import pytest

from ecopark.indicators import funnel, lifetime_factor, ratios

ANNUAL_2006 = {"landfill": 1.13e6, "co2": 1.33e6, "virgin": 1.89e6, "hazardous": 0.425e6}
LIFETIME_2011 = {"landfill": 35e6, "co2": 30e6, "virgin": 49e6, "hazardous": 1.8e6}
WEST_MIDLANDS = {"landfill": 0.578e6, "co2": 0.956e6, "cost_saved": 7.9e6, "sales": 63e6}
ULSAN = {"cost_saved": 11.42e9, "sales": 71.24e9, "investment": 119.18e9, "public_cost": 12.9e9}


def test_the_lifetime_headline_is_five_undecayed_years() -> None:
    stated = 30 / 6.038
    assert stated == pytest.approx(4.97, abs=5e-3)
    # nearer to five flat years than to any decayed form of the economic report
    assert lifetime_factor(5) == 5.0
    assert lifetime_factor(5, 0.2) == pytest.approx(3.0)
    assert abs(stated - lifetime_factor(5)) < 0.04 < abs(stated - lifetime_factor(5, 0.2))


@pytest.mark.parametrize(
    ("totals", "name", "published", "digits"),
    [
        (ANNUAL_2006, "co2_per_landfill", 1.18, 2),
        (ANNUAL_2006, "virgin_per_landfill", 1.67, 2),
        (ANNUAL_2006, "hazardous_per_landfill", 0.38, 2),
        (LIFETIME_2011, "co2_per_landfill", 0.86, 2),
        (LIFETIME_2011, "virgin_per_landfill", 1.40, 2),
        (LIFETIME_2011, "hazardous_per_landfill", 0.05, 2),
        (WEST_MIDLANDS, "co2_per_landfill", 1.65, 2),
        (WEST_MIDLANDS, "saved_per_landfill", 13.7, 1),
        (WEST_MIDLANDS, "sales_per_landfill", 109, 0),
        (ULSAN, "leverage", 9.2, 1),
        (ULSAN, "payback", 1.4, 1),
        (ULSAN | {"sales": 0.0}, "payback", 10.4, 1),
    ],
)
def test_published_ratio(totals: dict[str, float], name: str, published: float, digits: int) -> None:
    assert ratios(totals)[name] == pytest.approx(published, abs=0.5 * 10.0**-digits + 1e-12)


def test_ratios_leave_out_what_is_not_known() -> None:
    assert list(ratios({"landfill": 0.0, "co2": 1.0}).index) == ["co2_per_landfill"]
    assert ratios({"landfill": 0.0, "co2": 1.0}).isna().all()


def test_korean_stage_rates_from_the_funnel() -> None:
    # 449 explored, 296 supported, 244 completed their study, 118 became commercial
    stages = ["identified", "screened", "negotiating", "permitting", "building", "operating"]
    reached = {"identified": 449, "screened": 296, "negotiating": 244, "permitting": 118, "building": 118}
    reached["operating"] = 118
    when = pd.Timestamp("2005-01-01")
    rows = [{stage: when if k < reached[stage] else pd.NaT for stage in stages} for k in range(449)]
    table = funnel(pd.DataFrame(rows).assign(state=["operating"] * 118 + ["lost"] * 331))
    assert table["reached"].tolist() == [449, 296, 244, 118, 118, 118]
    assert table["stage_rate"].round(2).tolist()[1:4] == [0.66, 0.82, 0.48]
    assert table.loc["operating", "overall_rate"] == pytest.approx(0.26, abs=5e-3)
    assert table["lost"].tolist() == [153, 52, 126, 0, 0, 0]
