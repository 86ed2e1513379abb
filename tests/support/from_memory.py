"""Where pages that a test answers from memory seem to be, and what their files are."""

ORIGIN = "http://localhost:8080"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json"}
