"""Who decides: firms, the regulator, the facilitator, and what they look at."""
