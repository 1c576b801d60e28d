"""Mail: how a letter reads, and how it is handed to a server."""
