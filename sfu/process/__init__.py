"""The media process and the two ends of the Unix socket that connects it to control."""
