"""Values of dated paths, beside their value asked day by day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from ecopark.scenario.paths import Path
from ecopark.scenario.units import Quantity


@pytest.mark.parametrize("linear", [False, True])
@pytest.mark.parametrize("first", [date(1, 1, 1), date(1999, 12, 1), date(2000, 3, 1)])
def test_a_path_has_its_value_of_the_day_on_every_day(first: date, linear: bool) -> None:
    dates = (first, date(2000, 4, 1), date(2000, 4, 2), date(2000, 6, 1), date(2011, 1, 1))
    path = Path(dates, tuple(Quantity(float(value)) for value in (3, 1, 4, 1, 5)), linear)
    start, days = date(2000, 1, 1), np.arange(0, 200, 3)
    expected = [path.at(start + timedelta(days=int(day))) for day in days]
    np.testing.assert_array_equal(path.sample(days, start), expected)
    assert path.sample(days, start) is not path.sample(days, start)


def test_a_path_of_one_value_has_it_always() -> None:
    path = Path((date(2000, 6, 1),), (Quantity(2.5),))
    assert path.sample(np.arange(3), date(1990, 1, 1)).tolist() == [2.5, 2.5, 2.5]
