"""One file that reports a run or a study: sections of words, tables and figures, as a page or on paper."""
