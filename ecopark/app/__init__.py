"""The browser page: a park that can be changed, run and looked at, served on this machine only."""
