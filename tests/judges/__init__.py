"""Other people's clients against an archive that the crawler has made: ``make judges``."""
