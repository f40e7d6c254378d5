"""Interactive figures: the same flows, colours and units as the printed ones, drawn by plotly.

Every figure is built as a plain description first (``describe_...``, dictionaries and lists), which the HTML
report and the browser page can send as it is, and turned into a ``plotly.graph_objects.Figure`` by the public
function of the same module. Nothing here is fetched from a network.
"""

from ecopark.report.interactive.avoided import avoided_figure
from ecopark.report.interactive.indicators import indicators_figure
from ecopark.report.interactive.money import money_figure
from ecopark.report.interactive.network import map_figure, network_figure, network_slider
from ecopark.report.interactive.sankey import sankey_figure, sankey_slider
from ecopark.report.interactive.timeline import timeline_figure

__all__ = [
    "avoided_figure",
    "indicators_figure",
    "map_figure",
    "money_figure",
    "network_figure",
    "network_slider",
    "sankey_figure",
    "sankey_slider",
    "timeline_figure",
]
