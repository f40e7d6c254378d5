"""Figures, closing table and report of a run.

Nothing is imported here, so that ``import ecopark`` loads no plotting library. Indicators are not
computed in this package: it draws and prints what the run's tables hold.
"""
