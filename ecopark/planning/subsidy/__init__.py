"""What it would take to make good exchanges happen that do not pay."""

from ecopark.planning.subsidy.studying import SubsidyStudy, study_subsidies
from ecopark.planning.subsidy.value import SocialTerms

__all__ = ["SocialTerms", "SubsidyStudy", "study_subsidies"]
