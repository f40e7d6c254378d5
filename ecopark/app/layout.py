"""The page's components, before anybody has come: header, levers, maps, results, dialogs.

What lives here: what stands where. What does not: what changes with a visitor (``panels``, ``cards``, ``sheets``),
what happens at a press (``callbacks``), the look (``assets/page.css``).
"""

from __future__ import annotations

from typing import Any

import dash_cytoscape as cyto
import pandas as pd
from dash import dcc, html

from ecopark.app.downloads import figure_names
from ecopark.report.layout_ground import CORRIDOR
from ecopark.report.style import INK, QUIET

ACCENT = "#0B5C8C"
TABS = {
    "sankey": "Flows",
    "exchanges": "Exchanges",
    "timeline": "Timeline",
    "avoided": "Avoided",
    "money": "Money",
    "indicators": "Network",
    "difference": "Compare",
}
GRAPH = {"displaylogo": False, "displayModeBar": False, "responsive": True}
# How often the page asks where its runs stand: while they go on, and while many stand before them.
OFTEN_MS, SELDOM_MS = 500, 2000
_REPLICATES = (1, 3, 5, 10)
_LETTERS = 'system-ui, "DejaVu Sans", sans-serif'
MAP_STYLE: list[dict[str, Any]] = [
    {"selector": "node.firm", "style": {
        "background-color": ACCENT, "border-color": ACCENT, "width": 11, "height": 11, "color": INK,
        "font-family": _LETTERS, "text-background-color": "#ffffff", "text-background-opacity": 0.8,
        "text-max-width": 200, "overlay-opacity": 0, "z-index": 20}},
    {"selector": "node.closed", "style": {
        "background-color": "#ffffff", "border-color": "#9AA0A5", "border-style": "dotted", "color": QUIET}},
    {"selector": "node.far", "style": {"shape": "diamond"}},
    {"selector": "node.added", "style": {"shape": "round-rectangle"}},
    {"selector": "node.off", "style": {
        "background-color": "#ffffff", "border-color": "#9AA0A5", "color": QUIET, "opacity": 0.75}},
    {"selector": "node.chosen", "style": {"background-color": "#ffffff", "border-color": ACCENT, "z-index": 30}},
    {"selector": "node.plot", "style": {
        "shape": "polygon", "shape-polygon-points": "data(points)", "width": "data(width)", "height": "data(height)",
        "background-color": "data(tint)", "border-color": "#9AA5AD", "events": "no", "label": "data(text)",
        "font-family": _LETTERS, "color": QUIET, "text-valign": "bottom", "z-index": 1}},
    {"selector": "node.target", "style": {"border-color": ACCENT, "border-width": 4, "background-color": "#E8F1F7"}},
    {"selector": "node.bend", "style": {"width": 0.01, "height": 0.01, "events": "no", "opacity": 0}},
    {"selector": "edge.corridor", "style": {
        "line-color": CORRIDOR, "curve-style": "straight", "events": "no", "z-index": 2}},
    {"selector": "edge.exchange", "style": {
        "line-color": "data(colour)", "target-arrow-color": "data(colour)", "target-arrow-shape": "triangle",
        "curve-style": "bezier", "opacity": 0.88, "color": INK, "font-family": _LETTERS, "overlay-opacity": 0,
        "text-background-color": "#ffffff", "text-background-opacity": 0.88, "z-index": 10}},
    {"selector": "edge.chosen", "style": {"opacity": 1, "z-index": 25}},
]  # fmt: skip


def build_layout(plants: pd.DataFrame, first: int, last: int) -> html.Div:
    """All components of the page.

    Parameters
    ----------
    plants : pandas.DataFrame
        Archetypes to choose from, see ``archetypes.available``.
    first, last : int
        Years of the scenario.

    Returns
    -------
    dash.html.Div
    """
    return html.Div(
        [
            html.A("To the map", href="#map-left-box", className="skip"),
            *_stores(),
            _bar(),
            html.Main(
                [_side(plants, first, last), _centre(first, last), _results()], id="main",
                **{"aria-label": "Park, map and results"},
            ),
            _files(), _downloads(), _help(),
        ],
        id="page",
    )  # fmt: skip


def _stores() -> list[Any]:
    sided = [f"{what}-{side}" for what in ("scene", "net", "live", "picked") for side in ("left", "right")]
    names = [
        "recalled",
        "visitor",
        "rev",
        "moved",
        "picked",
        "shown",
        "settled",
        "letters",
        "idle",
        "sink",
        *sided,
    ]
    return [
        *(dcc.Store(id=name) for name in names),
        dcc.Interval(id="beat", interval=OFTEN_MS, disabled=True),
        dcc.Download(id="download"),
    ]


def button(text: str, name: str | dict[str, str], label: str = "", **more: Any) -> html.Button:
    """A button with a text, and a longer label for those who do not see where it stands."""
    said = {"aria-label": label} if label else {}
    return html.Button(text, id=name, n_clicks=0, type="button", title=label or None, **said, **more)


def choice(name: str, options: dict[str, str], value: str, label: str, look: str = "") -> html.Div:
    """One of a few, side by side; the arrow keys change it."""
    items = [{"label": text, "value": key} for key, text in options.items()]
    return html.Div(
        dcc.RadioItems(items, value, id=name, inline=True),
        className=f"choice {look}", role="group", **{"aria-label": label},
    )  # fmt: skip


def _bar() -> html.Header:
    return html.Header(
        [
            html.H1("ecopark", className="word"),
            html.Span(id="park-title", className="park"),
            html.Div([
                choice("setup", {"A": "Park A"}, "A", "Which park is being edited"),
                button("Copy A to B", "copy", "Begin a second park as a copy of A, to compare"),
                button("Side by side", "double", "Show both parks side by side", disabled=True),
            ], className="group"),
            html.Div([
                button("Undo", "undo", "Undo the last change (Ctrl+Z)", disabled=True),
                button("Redo", "redo", "Redo (Ctrl+Shift+Z)", disabled=True),
                button("Reset", "reset", "Put everything back to the scenario as it came; can be undone"),
            ], className="group"),
            html.Div([
                html.Button("Save, open", type="button", id="files-open", **{"data-opens": "files"}),
                html.Button("Download", type="button", id="downloads-open", **{"data-opens": "downloads"}),
                html.Button("Larger type", id="larger", type="button", title="For a projector",
                            **{"aria-pressed": "false"}),
                html.Button("Help", type="button", id="help-open", **{"data-opens": "help"}),
            ], className="group"),
        ],
        className="bar",
    )  # fmt: skip


def _side(plants: pd.DataFrame, first: int, last: int) -> html.Aside:
    return html.Aside(
        [
            html.Div(choice("side-tab", {"levers": "Levers", "firms": "Firms"}, "levers", "Levers or firms", "tabs"),
                     className="head"),
            html.Div([
                html.Div(id="levers"),
                html.Div([html.Div(id="firms"), _add(plants)], id="firms-side", hidden=True),
            ], className="scroll"),
            _run_box(first, last),
        ],
        className="side", **{"aria-label": "Levers and firms"},
    )  # fmt: skip


def field(label: str, content: Any) -> html.Label:
    """A control under its label."""
    return html.Label([html.Span(label), content], className="field")


def _add(plants: pd.DataFrame) -> html.Details:
    options = [
        {"label": f"{row['label']} ({row['sector']})", "value": row["archetype"]}
        for row in plants.to_dict("records")
    ]
    return html.Details(
        [
            html.Summary("Add a firm"),
            field("Kind of plant", dcc.Dropdown(options, id="add-plant", placeholder="choose or type")),
            html.P(id="add-about", className="small quiet"),
            field("Name", dcc.Input(id="add-name", type="text", placeholder="as its kind")),
            html.Div([
                field("Capacity, with unit", dcc.Input(id="add-capacity", type="text", placeholder="usual size")),
                field("Opens in", dcc.Input(id="add-opens", type="text", placeholder="start")),
            ], className="row"),
            html.P([button("Add to the map", "add")], style={"marginTop": "0.6rem"}),
        ],
        className="group", id="add-box",
    )  # fmt: skip


def _run_box(first: int, last: int) -> html.Section:
    return html.Section(
        [
            html.Div(id="problems", className="problems", role="alert"),
            html.Div([
                field("Luck (seed)", dcc.Input(id="seed", type="number", min=0, step=1, value=1, debounce=True)),
                field("Run until", dcc.Input(id="until", type="number", min=first, max=last, step=1, value=last,
                                             debounce=True)),
            ], className="luck"),
            html.Div([
                html.Span("Replicates", className="small quiet", title="Runs of each park, each with other luck"),
                html.Div(dcc.RadioItems([{"label": str(n), "value": n} for n in _REPLICATES], 1, id="replicates",
                                        inline=True),
                         className="choice", role="group", **{"aria-label": "Replicates"}),
            ], className="press"),
            html.Div([
                html.Button("Run", id="run", className="main", n_clicks=0, type="button"),
                button("Cancel", "cancel", "Give the run up", disabled=True),
            ], className="press"),
            html.Div(html.Div(id="bar", style={"width": "0%"}), className="progress", id="progress",
                     role="progressbar", **{"aria-label": "Progress of the run", "aria-valuemin": "0",
                                            "aria-valuemax": "100", "aria-valuenow": "0"}),
            html.P(id="words", className="words"),
            html.P(id="said", className="sr", role="status", **{"aria-live": "polite"}),
            html.Ul(id="changes", className="changes", **{"aria-label": "What differs from the scenario"}),
        ],
        className="run-box", **{"aria-label": "Run"},
    )  # fmt: skip


def _map(side: str) -> html.Div:
    name = f"map-{side}"
    keys = (
        "Map of the park. Keys: N and P choose the next and previous firm, arrow keys move the chosen firm by "
        "100 metres (with Shift 1 km), plus and minus zoom, 0 shows all."
    )
    return html.Div(
        [
            html.Div([
                html.Span(id=f"{name}-badge"),
                html.Span(id=f"{name}-year", className="year"),
                html.Span(id=f"{name}-note", className="small quiet"),
            ], className="map-title"),
            html.Div(
                [
                    cyto.Cytoscape(id=name, elements=[], layout={"name": "preset", "fit": False},
                                   stylesheet=MAP_STYLE, style={"width": "100%", "height": "100%"},
                                   responsive=False),
                    html.Div(id=f"{name}-scale", className="scale"),
                    html.Div(id=f"{name}-tip", className="tip", hidden=True),
                ],
                id=f"{name}-box", className="map-box", tabIndex="0", role="application",
                **{"aria-label": keys, "data-map": name},
            ),
            html.Div([
                html.Button("+", type="button", **{"data-zoom": "in", "aria-label": "Zoom in"}),
                html.Button("\u2212", type="button", **{"data-zoom": "out", "aria-label": "Zoom out"}),
                html.Button("all", type="button", className="fit",
                            **{"data-zoom": "fit", "aria-label": "Show the whole park"}),
            ], className="zoom"),
            html.Ul(id=f"{name}-key", className="key", **{"aria-label": "Resources on the map"}),
        ],
        className=f"map-frame {side}-map",
    )  # fmt: skip


def _centre(first: int, last: int) -> html.Section:
    marks = {year: str(year) for year in range(-(-first // 10) * 10, last + 1, 10)}
    slider = dcc.Slider(
        first, last, 1, value=last, id="year", marks=marks, updatemode="drag", allow_direct_input=False,
        tooltip={"placement": "top", "always_visible": False},
    )  # fmt: skip
    return html.Section(
        [
            html.Div([_map("left"), _map("right")], className="maps"),
            html.Div([
                html.Button("Play", id="play", type="button", title="Play through the years"),
                html.Div(slider, role="group", **{"aria-label": "Year shown on map, flows and books"}),
            ], className="when"),
        ],
        className="centre", **{"aria-label": "Map"},
    )  # fmt: skip


def _results() -> html.Section:
    return html.Section(
        [
            html.Div([
                choice("tab", TABS, "sankey", "Results", "tabs"),
                html.Button("Wide", id="wider", type="button", title="Give the results the room of the map"),
            ], className="head"),
            html.Div(id="sheet", tabIndex="0", role="region", **{"aria-label": "Results"}),
            html.Div(id="card", className="card", hidden=True, role="region", **{"aria-label": "Books and contract"}),
        ],
        className="results", **{"aria-label": "Results"},
    )  # fmt: skip


def _dialog(name: str, title: str, content: list[Any]) -> html.Div:
    top = html.Div([
        html.H2(title, id=f"{name}-title"),
        html.Button("Close", type="button", className="close", **{"data-closes": name}),
    ], className="top")  # fmt: skip
    return html.Div(
        html.Section([top, *content], role="dialog", **{"aria-modal": "true", "aria-labelledby": f"{name}-title"}),
        id=name, className="dialog", hidden=True,
    )  # fmt: skip


def _files() -> html.Div:
    return _dialog("files", "Save and open parks", [
        html.P("A park is saved as a scenario folder that every command reads, such as ecopark run.",
               className="quiet"),
        html.Div([
            field("Name", dcc.Input(id="save-name", type="text", placeholder="my park")),
            button("Save", "save", "Save the park that is being edited"),
        ], className="row"),
        dcc.Checklist([{"label": " replace one of that name", "value": "yes"}], [], id="overwrite"),
        html.P(id="file-words", className="words", role="status", **{"aria-live": "polite"}),
        html.H3("Saved parks"),
        html.Ul(id="saved", className="saved"),
    ])  # fmt: skip


def _downloads() -> html.Div:
    figures = [{"label": name.replace("_", " "), "value": name} for name in figure_names()]
    formats = ("png", "svg", "pdf")
    return _dialog("downloads", "Download results", [
        html.P("Of the run that is shown; maps and flows of the year of the slider.", className="quiet"),
        html.H3("Figure"),
        html.Div([
            field("Figure", dcc.Dropdown(figures, figures[0]["value"], id="figure", clearable=False)),
            field("Format", html.Div(dcc.RadioItems([{"label": f.upper(), "value": f} for f in formats], "png",
                                                    id="figure-form", inline=True), className="choice")),
            button("Download figure", "get-figure"),
        ], className="row"),
        html.H3("Tables"),
        html.Div([
            button("CSV and Parquet (zip)", "get-tables"),
            button("Excel workbook", "get-excel"),
        ], className="row"),
        html.P(id="download-words", className="words", role="status", **{"aria-live": "polite"}),
    ])  # fmt: skip


def _help() -> html.Div:
    keys = [
        ("Tab", "from control to control; the map is one stop"),
        ("N, P", "on the map: next and previous firm"),
        ("Arrows", "on the map: move the chosen firm by 100 m, with Shift by 1 km"),
        ("+ \u2212 0", "on the map: zoom, show all"),
        ("Ctrl+Z", "undo; with Shift redo"),
        ("Esc", "close a card or a window"),
    ]
    return _dialog("help", "How this page works", [
        html.P("Move a firm by dragging it, switch it off or add one under Firms, set taxes and the rest under "
               "Levers, then press Run. The network grows on the map while the years go by. Afterwards the slider "
               "under the map goes through the years; click a firm or an exchange to see its books, its contract and "
               "how it was negotiated. Copy A to B to change one thing in B and compare both with the same luck."),
        html.P("Firms drawn as diamonds on the border lie farther away than the map reaches.",
               style={"marginTop": "0.4rem"}),
        html.Div([part for key, does in keys for part in (html.Span(html.Kbd(key)), html.Span(does))],
                 className="keys"),
    ])  # fmt: skip
