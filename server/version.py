"""Which Holdspace this is."""

from importlib.metadata import PackageNotFoundError, version


def holdspace_version() -> str:
    """Of the installed package, or of the checkout that runs without being installed."""
    try:
        return version("holdspace")
    except PackageNotFoundError:
        return "0.1.0"
