"""Who is asked to lead, whoever answers and whenever one looks."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rooms.ids import Instant
from rooms.program.authority import Position
from rooms.program.ids import AccountId
from rooms.program.leading import (
    ASKED_AHEAD_MS,
    DAY_MS,
    HURRY_MS,
    PATIENCE_MS,
    Answer,
    Candidate,
    Lead,
    LeadState,
    answered,
    in_order,
    leader_of,
    to_alert,
    to_ask,
    to_page,
)

START = Instant(1_800_000_000_000)
DAY = date(2027, 1, 15)
ACCOUNTS = [AccountId(f"h_{n}") for n in range(6)]

candidates = st.lists(
    st.builds(
        Candidate,
        account=st.sampled_from(ACCOUNTS),
        position=st.sampled_from(Position),
        rank=st.integers(0, 3),
        training_expires_on=st.none() | st.dates(DAY - timedelta(2), DAY + timedelta(2)),
        is_disabled=st.booleans(),
    ),
    max_size=10,
    unique_by=lambda each: (each.account, each.position),
)
instants = st.integers(START - ASKED_AHEAD_MS - DAY_MS, START + DAY_MS).map(Instant)
leads = st.lists(
    st.builds(
        Lead,
        account=st.sampled_from(ACCOUNTS),
        rank=st.integers(0, 3),
        state=st.sampled_from(LeadState),
        asked_at=st.none() | instants,
        answered_at=st.none() | instants,
    ),
    max_size=6,
    unique_by=lambda each: each.account,
)


@given(candidates, leads, instants)
def test_only_those_are_asked_who_may_lead_and_were_not_asked_before(
    staff: list[Candidate], known: list[Lead], now: Instant
) -> None:
    asked = to_ask(staff, known, DAY, START, now)
    assert all(each.may_lead_on(DAY) for each in asked)
    assert not {each.account for each in asked} & {lead.account for lead in known}
    assert len({each.account for each in asked}) == len(asked)
    if leader_of(known) is not None or not START - ASKED_AHEAD_MS <= now < START:
        assert asked == ()
    elif now < START - HURRY_MS:
        assert len(asked) <= 1


@given(candidates)
def test_asking_again_and_again_reaches_everybody_in_order(staff: list[Candidate]) -> None:
    known: list[Lead] = []
    asked: list[AccountId] = []
    now = Instant(START - ASKED_AHEAD_MS)
    while now < START:
        for each in to_ask(staff, known, DAY, START, now):
            asked.append(each.account)
            known.append(Lead(each.account, each.rank, LeadState.ASKED, now, None))
        now = Instant(now + PATIENCE_MS // 4)
    assert asked == list(dict.fromkeys(each.account for each in in_order(staff, DAY)))


@given(candidates, leads)
def test_calling_backups_ends_and_calls_everybody_who_may_lead_once(staff: list[Candidate], known: list[Lead]) -> None:
    paged: list[AccountId] = []
    for _ in range(20):
        called = to_page(staff, known, frozenset(paged), DAY)
        if not called:
            break
        paged += [each.account for each in called]
    able = {each.account for each in staff if each.may_lead_on(DAY)}
    assert set(paged) == able
    assert len(paged) == len(able)


def test_the_backups_come_before_everybody_but_whoever_said_yes() -> None:
    staff = [
        Candidate(AccountId("h_host"), Position.HOST, 0),
        Candidate(AccountId("h_late"), Position.FACILITATOR, 0),
        Candidate(AccountId("h_b2"), Position.BACKUP, 2),
        Candidate(AccountId("h_b1"), Position.BACKUP, 1),
    ]
    yes = [Lead(AccountId("h_late"), 0, LeadState.RELEASED, None, None)]
    first = to_page(staff, yes, frozenset(), DAY)
    assert [each.account for each in first] == ["h_late", "h_b1"]
    then = to_page(staff, yes, frozenset(each.account for each in first), DAY)
    assert [each.account for each in then] == ["h_b2"]


@given(candidates, leads, instants)
def test_the_alarm_goes_to_hosts_and_backups_in_the_last_day_alone(
    staff: list[Candidate], known: list[Lead], now: Instant
) -> None:
    told = to_alert(staff, known, DAY, START, now)
    assert all(each.position in (Position.HOST, Position.BACKUP) and not each.is_disabled for each in told)
    if told:
        assert leader_of(known) is None
        assert START - DAY_MS <= now < START


@given(leads, st.sampled_from(ACCOUNTS), st.booleans(), st.booleans(), st.booleans())
def test_an_answer_never_makes_two_leaders(
    known: list[Lead], account: AccountId, is_yes: bool, is_open: bool, may_lead: bool
) -> None:
    result = answered(known, account, is_yes, is_open, may_lead)
    assert (result is Answer.OVER) == (not is_open)
    if result is Answer.ACCEPTED:
        assert may_lead
        assert {lead.account for lead in known if lead.state is LeadState.ACCEPTED} <= {account, leader_of(known)}
        assert leader_of(known) in (None, account)
    if result is Answer.TAKEN:
        assert leader_of(known) not in (None, account)
