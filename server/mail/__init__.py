"""Letters: what each says, in whose language, and how it gets there."""
