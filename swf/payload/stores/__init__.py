"""Where payloads lie that are too long to be sent."""
