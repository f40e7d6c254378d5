"""Undo and redo: drafts one after another."""

from __future__ import annotations

from ecopark.app.park import Draft

# Drafts whose parks are kept built.
_BUILT = 3


class History:
    """Drafts one after another, with undo and redo. Not thread safe by itself.

    Parameters
    ----------
    first : Draft
    most : int
        Drafts kept; the oldest is let go.
    """

    def __init__(self, first: Draft, most: int = 200) -> None:
        self._drafts, self._place, self._most = [first], 0, max(most, 1)

    @property
    def now(self) -> Draft:
        """The present draft."""
        return self._drafts[self._place]

    @property
    def can_undo(self) -> bool:
        """Whether there is a draft before this one."""
        return self._place > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a draft after this one."""
        return self._place < len(self._drafts) - 1

    def do(self, draft: Draft) -> Draft:
        """Go on with a draft; what had been undone is let go. A draft equal to the present one adds nothing."""
        if draft != self.now:
            self._drafts = [*self._drafts[: self._place + 1], draft][-self._most :]
            self._place = len(self._drafts) - 1
            # A park that has been built takes a megabyte: of older drafts it is built anew when asked for.
            for old in self._drafts[:-_BUILT]:
                old.forget()
        return self.now

    def undo(self) -> Draft:
        """Go back by one; stays where it is at the first."""
        self._place = max(self._place - 1, 0)
        return self.now

    def redo(self) -> Draft:
        """Go forward by one; stays where it is at the last."""
        self._place = min(self._place + 1, len(self._drafts) - 1)
        return self.now
