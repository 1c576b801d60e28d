"""Who acts. Knows no web framework."""
