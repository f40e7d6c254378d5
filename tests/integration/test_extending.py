"""Every example of ``docs/extending.md`` runs as it stands there, and does what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from small_parks import build, firm

from ecopark import Scenario, ScenarioError, simulate

PAGE = Path(__file__).parents[2] / "docs" / "extending.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.S)
USES = re.findall(r"^Use: `(.*?)`\.", PAGE.read_text(encoding="utf-8"), flags=re.M)
EAGER: dict[str, Any] = {"discovery": {"base": "400 %/yr"}}


def park(folder: Path, code: str, **blocks: Any) -> Scenario:
    """A plant with ash and two users, 3 and 9 km away, with an extension beside the scenario file."""
    (folder / "my_rules.py").write_text(code, encoding="utf-8")
    ash = {"resource": "ash", "coefficient": "0.5"}
    firms = {
        "plant": firm(outputs={"ash": {"resource": "ash", "coefficient": "1"}}),
        "near": firm((3000, 0), inputs={"ash": ash}),
        "far": firm((9000, 0), inputs={"ash": ash}),
    }
    blocks["agents"] = EAGER | blocks.get("agents", {})
    for name, changes in blocks.pop("firms", {}).items():
        firms[name] |= changes
    file = folder / "park.yaml"
    raw = build(firms, **blocks) | {"extensions": ["my_rules.py"]}
    file.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return Scenario.load(file)


def use(place: int) -> dict[str, Any]:
    """Blocks that the page names for an example."""
    return dict(yaml.safe_load(USES[place].replace("my_plant", "plant")))


def test_examples_are_short() -> None:
    assert len(BLOCKS) == 5
    for block in BLOCKS[:4]:
        assert len([line for line in block.splitlines() if line.strip()]) < 25


def test_a_protocol(tmp_path: Path) -> None:
    found = simulate(park(tmp_path, BLOCKS[0], **use(0)), 1).synergies
    nash = simulate(park(tmp_path, BLOCKS[0], agents={"negotiation": {"protocol": "nash"}}), 1).synergies
    ran = found["operating"].notna()
    assert ran.any()
    # Nash's solution of two equally strong parties is the half, one round earlier.
    assert found["price"][ran].tolist() == pytest.approx(nash["price"][ran].tolist())
    assert (found["operating"] > nash["operating"])[ran].all()


def test_a_kind_of_firm(tmp_path: Path) -> None:
    scenario = park(tmp_path, BLOCKS[1], **use(1))
    synergies = simulate(scenario, 1).synergies
    far = synergies[synergies["to_firm"] == "far"]
    assert len(far)
    assert set(far["reason"]) == {"distance"}
    assert "distance" not in set(synergies[synergies["to_firm"] == "near"]["reason"])
    assert synergies[synergies["to_firm"] == "near"]["operating"].notna().any()


def test_a_discovery_rule(tmp_path: Path) -> None:
    found = simulate(park(tmp_path, BLOCKS[2], agents=use(2)["agents"]), 1).synergies
    assert len(found)
    reach = {"discovery": use(2)["agents"]["discovery"] | {"distance": "2 km", "base": "400 %/yr"}}
    assert "far" not in set(simulate(park(tmp_path, BLOCKS[2], agents=reach), 1).synergies["to_firm"])


def test_another_kind_of_agent(tmp_path: Path) -> None:
    run = simulate(park(tmp_path, BLOCKS[3], **use(3)), 1)
    dates = run.events.loc[run.events["event"] == "newsletter", "date"]
    years = (run.flows["end"].max() - run.flows["start"].min()).days / 365.25
    assert len(dates) == int(2 * years - 1e-9)
    assert dates.diff().dropna().dt.days.between(182, 183).all()


@pytest.mark.slow
def test_mesa_from_inside() -> None:
    space: dict[str, Any] = {}
    exec(compile(BLOCKS[4], "extending.md", "exec"), space)
    frame = space["frame"]
    assert frame.index.get_level_values(0).nunique() == 36
    assert frame["partners"].ge(0).all()
    assert len(frame) == 36 * len(space["model"].firms)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ({"agents": {"negotiation": {"protocol": "fair_splt"}}}, r"fair_splt.*Did you mean .fair_split"),
        (
            {"agents": {"discovery": {"rule": "hazrd"}}},
            r"agents.discovery.rule: unknown discovery rule 'hazrd'",
        ),
        ({"agents": {"others": {"x": {"kind": "herald"}}}}, r"agents.others.x.kind: unknown kind of agent"),
        ({"firms": {"plant": {"behaviour": {"rule": "bold"}}}}, r"firms.plant.behaviour.rule: unknown kind"),
    ],
)
def test_unknown_names_are_refused_before_the_run(tmp_path: Path, block: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        simulate(park(tmp_path, BLOCKS[0], **block), 1)


def test_a_file_that_is_missing_or_fails_is_named(tmp_path: Path) -> None:
    scenario = park(tmp_path, "raise RuntimeError('no rules today')")
    with pytest.raises(ScenarioError, match=r"extensions\[0\].*RuntimeError: no rules today"):
        simulate(scenario, 1)
    (tmp_path / "my_rules.py").unlink()
    with pytest.raises(ScenarioError, match=r"there is no file .*my_rules.py"):
        simulate(scenario, 1)
