"""What a programme has brought about, on every basis."""

from ecopark.planning.programme.reporting import ProgrammeReport, account_of, report_programme

__all__ = ["ProgrammeReport", "account_of", "report_programme"]
