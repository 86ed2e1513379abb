"""Who will be told of a change, said before anything is pressed."""

from rooms.program.group import Group
from rooms.program.places import PlaceState
from server.pages.host_words import people
from server.services import Services


async def telling(services: Services, group: Group) -> str:
    """Who will be told of a change, and how, before anything is pressed."""
    taken = [place for place in await services.places.of_group(group.id) if place.state is PlaceState.PLACE]
    reached = sum(place.email is not None and place.bounced_at is None for place in taken)
    if not taken:
        return "Nobody has a place in this group, so nobody is written to. The session page tells whoever opens it."
    if not services.post.is_configured:
        return (
            f"Mail is not set up here: of {people(len(taken))} with a place nobody is written to. Tell them yourself."
        )
    told = f"When you press the button, {people(reached)} with a place and whoever leads are written to at once"
    rest = len(taken) - reached
    more = f" {people(rest)} gave no address that works: tell them yourself." if rest else ""
    return f"{told}; calendars that follow the group change by themselves.{more}"
