"""Which levers and barriers matter most: paired effects, in order of size."""

from ecopark.planning.ranking.ranking import Ranking, RankingPlan, rank_levers, read_ranking

__all__ = ["Ranking", "RankingPlan", "rank_levers", "read_ranking"]
