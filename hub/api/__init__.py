"""The JSON interface: the same workflows as the pages, for other programs."""
