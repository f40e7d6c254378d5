"""The commands by subject: each module adds its own to the parser and calls the library. No logic."""
