"""Every URL, by area, each with who may use it; and the one guard that sees to it."""
