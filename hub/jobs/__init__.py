"""Background work: plans are solved here, never in a request."""
