"""Trust between two firms: rises with what was delivered, falls with what was broken."""

from __future__ import annotations


def update_trust(trust: float, kept: float, gain: float, loss: float, years: float) -> float:
    """Trust after some time of delivering a share of what was promised.

    Parameters
    ----------
    trust : float, 1
        Before, 0 to 1.
    kept : float, 1
        Delivered over promised quantity, 0 to 1.
    gain, loss : float, 1/yr
        Speed towards full trust where all was kept, and towards none where nothing was.
    years : float, yr
        Time passed.

    Returns
    -------
    float, 1
        ``trust + (kept x gain x (1 - trust) - (1 - kept) x loss x trust) x years``, kept
        within 0 and 1.

    Examples
    --------
    >>> update_trust(0.5, 1.0, 0.1, 0.4, 1.0)
    0.55
    """
    change = kept * gain * (1.0 - trust) - (1.0 - kept) * loss * trust
    return min(max(trust + change * years, 0.0), 1.0)


def break_trust(trust: float, loss: float) -> float:
    """Trust after a breach: the share `loss` of it is gone."""
    return trust * (1.0 - loss)
