"""ecopark: agent-based simulator of eco-industrial parks."""
