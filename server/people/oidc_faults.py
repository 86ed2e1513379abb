"""Why nobody was signed in by the identity provider. Apart from it, since it is loaded only where it is configured."""


class ProviderTrouble(Exception):
    """The provider does not answer, or not as it should. The reason is for the log."""


class NotKnown(Exception):
    """The provider knows them, and nobody here invited them."""
