"""Where payloads lie that are too long to be sent; `swf.payload` offers them by name."""
