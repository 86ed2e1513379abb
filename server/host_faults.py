"""Where something unforeseen happened, without a word of what was in it: messages of exceptions may quote people."""

import traceback


def where(error: BaseException) -> str:
    """`file:line` of the last calls, innermost first."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames))
