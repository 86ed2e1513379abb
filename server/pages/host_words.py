"""The words of hosts' pages about counts and about who leads. Pure."""

from collections.abc import Mapping, Sequence

from rooms.program.places import PlaceState
from server.store.dashboard import LeadFact

ACCEPTED, ASKED, DECLINED = "accepted", "asked", "declined"


def leading(leads: Sequence[LeadFact], is_peer_held: bool) -> str:
    """Who leads a date, in a sentence without an end: "Amina leads", "Nobody has said yes to lead it yet"."""
    if is_peer_held:
        return ""
    names = [lead.name for lead in leads if lead.state == ACCEPTED]
    if names:
        return f"{names[0]} leads" if len(names) == 1 else f"{listed(names)} lead"
    asked = [lead.name for lead in leads if lead.state == ASKED]
    if asked:
        return f"{listed(asked)} {'is' if len(asked) == 1 else 'are'} asked to lead"
    return "Nobody has said yes to lead it yet"


def is_led(leads: Sequence[LeadFact]) -> bool:
    return any(lead.state == ACCEPTED for lead in leads)


def own_answer(leads: Sequence[LeadFact], account: str) -> str:
    """What the reader said about leading a date; "asked" too where nobody leads it and they said nothing yet."""
    mine = next((lead.state for lead in leads if lead.account == account), "")
    if mine in (ACCEPTED, DECLINED):
        return mine
    return "" if is_led(leads) else ASKED


def placed(counts: Mapping[PlaceState, int]) -> str:
    """ "7 places taken, 2 on the waitlist, 1 to answer", or ""."""
    parts = (
        (counts.get(PlaceState.PLACE, 0), "{} place taken", "{} places taken"),
        (counts.get(PlaceState.WAITLIST, 0), "{} on the waitlist", "{} on the waitlist"),
        (counts.get(PlaceState.PENDING, 0), "{} to answer", "{} to answer"),
    )
    return ", ".join((one if count == 1 else more).format(count) for count, one, more in parts if count)


def people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def listed(names: Sequence[str]) -> str:
    """ "Amina", "Amina and Jo", "Amina, Jo and Rui"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
