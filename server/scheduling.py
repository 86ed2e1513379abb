"""What may be written in the texts of a session."""

TEXT_LIMITS = {
    "title": 120,
    "discreet_title": 120,
    "waiting_message": 1_000,
    "guidelines": 8_000,
    "facilitators": 300,
    "resources": 8_000,
}


def text_fault(field: str, text: str) -> str | None:
    """One sentence where a text of this name is too long or cannot be shown."""
    longest = TEXT_LIMITS[field]
    if len(text) > longest:
        return f"Keep this to {longest} characters."
    if any(ord(c) < 32 and c not in "\n\r\t" for c in text):
        return "This text holds characters that cannot be shown."
    return None
