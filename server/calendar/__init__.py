"""Calendar files, feeds and links: what of a session may stand in somebody's calendar."""
