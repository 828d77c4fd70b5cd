"""Where the trouble is, on lines of two hops whose truth is known: a place is named when it is shown, and not else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from checks.line.interface_traffic import OtherTraffic
from checks.line.link.facts import Link
from checks.line.nearby.messages import Nearby
from checks.line.where import Evidence, Place, Placed, Reason, place
from protocol.messages import ReflectorCounts
from tests.checks.line.simulated import FAR, WELL, Both, Home, Router, look
from tests.lab.router.ways import Way

SEEDS = range(6)


def at(delay_ms: float, kind: str) -> Both:
    """One kind of trouble, both ways."""
    one = {
        "jitter": Way(delay_ms, jitter_ms=15),
        "waves": Way(delay_ms, jitter_ms=25, correlation=0.9, keep_order=True),
        "loss": Way(delay_ms, loss_percent=4),
        "bursts": Way(delay_ms, loss_percent=8, loss_burst=4),
        "pauses": Way(delay_ms, spike_every_s=1, spike_ms=100),
        "long": Way(delay_ms + 100),
    }[kind]
    return one, one


KINDS = ("jitter", "waves", "loss", "bursts", "pauses", "long")


def places(home: Home) -> set[Place]:
    return {place(look(home, seed)).place for seed in SEEDS}


@pytest.mark.parametrize("kind", KINDS)
def test_trouble_at_home_is_placed_there(kind: str) -> None:
    assert places(Home(lan=at(1, kind), seconds=17)) == {Place.HOME}


@pytest.mark.parametrize("kind", KINDS)
def test_trouble_beyond_the_router_is_placed_there(kind: str) -> None:
    assert places(Home(wan=at(10, kind), seconds=17)) == {Place.BEYOND}


@pytest.mark.parametrize("kind", KINDS)
def test_a_silent_router_leaves_it_open(kind: str) -> None:
    for home in (Home(wan=at(10, kind)), Home(lan=at(1, kind))):
        placed = place(look(replace(home, router=Router(silent=True))))
        assert placed.place is Place.CANNOT_TELL
        assert placed.reasons == (Reason.ROUTER_SILENT,)


@pytest.mark.parametrize("kind", KINDS)
def test_a_router_that_is_sparing_with_answers_is_not_taken_for_a_lossy_home(kind: str) -> None:
    assert places(Home(wan=at(10, kind), router=Router(drops_percent=60))) <= {Place.BEYOND, Place.CANNOT_TELL}


@pytest.mark.parametrize("kind", KINDS)
def test_a_router_that_is_slow_to_answer_now_and_then_is_not_taken_for_the_trouble(kind: str) -> None:
    slow = Router(slow_every_s=0.7, slow_ms=80)
    assert places(Home(wan=at(10, kind), router=slow)) <= {Place.BEYOND, Place.CANNOT_TELL}


def test_a_line_without_trouble_has_none_wherever_the_router_dawdles() -> None:
    assert places(Home()) == {Place.NOWHERE}
    assert places(Home(router=Router(slow_every_s=0.5, slow_ms=200))) == {Place.NOWHERE}
    assert places(Home(router=Router(drops_percent=50))) == {Place.NOWHERE}


def test_bursts_at_the_same_moments_make_it_sure() -> None:
    bursts, even = (place(look(Home(lan=at(1, kind), seconds=17))) for kind in ("pauses", "jitter"))
    assert Reason.SAME_MOMENTS in bursts.reasons
    assert bursts.sure
    assert not even.sure


def test_a_queue_behind_the_router_that_others_at_home_fill_is_beyond_it() -> None:
    filled = Home(wan=(Way(10, rate_mbit_s=1.6), Way(10)), fill_up_mbit_s=1.55)
    assert places(filled) == {Place.BEYOND}


def test_different_troubles_in_two_places_are_not_told_apart() -> None:
    assert places(Home(lan=at(1, "jitter"), wan=at(10, "loss"), seconds=17)) == {Place.CANNOT_TELL}


COMPANY = Way(5, jitter_ms=15), Way(5, jitter_ms=15)


@pytest.mark.parametrize("router", [Router(), Router(silent=True), Router(drops_percent=60)])
def test_a_second_target_that_is_well_shows_that_it_is_nobodys_home(router: Router) -> None:
    home = Home(to_company=COMPANY, second=True, router=router, seconds=17)
    assert places(home) == {Place.TOWARD_COMPANY}
    assert place(look(home)).sure


def test_a_second_target_that_suffers_too_changes_nothing() -> None:
    assert places(Home(lan=at(1, "jitter"), second=True)) == {Place.HOME}
    assert Reason.SECOND_SAME in place(look(Home(wan=at(10, "jitter"), second=True))).reasons
    silent = Home(wan=at(10, "jitter"), second=True, router=Router(silent=True))
    assert places(silent) == {Place.CANNOT_TELL}, "home and provider are both on the way to it"


def test_a_vpn_is_named_only_for_what_the_home_does_not_show() -> None:
    vpn = Link(kind="wifi", vpn=True)
    assert places(Home(wan=at(10, "jitter"), link=vpn)) == {Place.VPN}
    assert places(Home(lan=at(1, "jitter"), link=vpn)) == {Place.HOME}
    assert places(Home(wan=at(10, "jitter"), link=vpn, router=Router(silent=True))) == {Place.VPN}
    assert places(Home(link=vpn)) == {Place.NOWHERE}


def said(evidence: Evidence) -> Placed:
    return place(evidence)


def test_this_computer_first() -> None:
    late = said(look(Home(wan=at(10, "jitter"), late_ms=[30.0, 0.0] * 200)))
    assert (late.place, late.reasons) == (Place.THIS_COMPUTER, (Reason.SENT_LATE,))
    queued = said(look(Home(queued_ms=15)))
    assert (queued.place, queued.reasons) == (Place.THIS_COMPUTER, (Reason.OWN_QUEUE,))


def test_lateness_of_the_line_just_when_this_computer_was_late_is_this_computers() -> None:
    """As where no kernel stamps the packets: one in forty is late itself, too few to void everything."""
    pausing = look(Home(wan=at(10, "pauses"), seconds=8))
    slow = pausing.rows.rtt_ms > 60
    late = replace(pausing, rows=replace(pausing.rows, late_ms=np.where(slow, 9.0, 0.0).astype(np.float64)))
    assert said(late).place is Place.THIS_COMPUTER
    assert said(pausing).place is Place.BEYOND


def test_the_servers_own_word() -> None:
    counts = ReflectorCounts(received=400, unique=400, reflected=400, highest_sequence=399, unwell=True)
    assert said(look(Home(lan=at(1, "jitter"), counts=counts))).place is Place.COMPANY
    held = said(look(Home(held_ms=60, held_every=40)))
    assert (held.place, held.reasons) == (Place.COMPANY, (Reason.SERVER_HELD,))
    both = said(look(Home(wan=at(10, "jitter"), held_ms=60, held_every=40)))
    assert (both.place, both.reasons) == (Place.CANNOT_TELL, (Reason.SERVER_HELD, Reason.SEVERAL))
    at_home = said(look(Home(lan=at(1, "jitter"), held_ms=60, held_every=40)))
    assert at_home.place is Place.HOME, "what the server holds back is no part of the round trips"


def test_own_traffic_is_told_before_anybody_is_blamed() -> None:
    busy = said(look(Home(wan=at(10, "jitter"), others=OtherTraffic(up_mbit_s=1.5, down_mbit_s=0.1))))
    assert (busy.place, busy.reasons) == (Place.CANNOT_TELL, (Reason.OWN_TRAFFIC,))


def test_without_anything_near_nothing_is_told() -> None:
    evidence = replace(look(Home(wan=at(10, "jitter"))), nearby=Nearby())
    assert (said(evidence).place, said(evidence).reasons) == (Place.CANNOT_TELL, (Reason.NO_ROUTER,))


def test_too_short_a_look_at_rare_trouble_is_too_little() -> None:
    rare = Home(wan=(Way(10, loss_percent=1.5), Way(10)), seconds=8)
    assert places(rare) <= {Place.CANNOT_TELL, Place.NOWHERE}


def test_a_line_without_any_answer_is_nobodys_fault_yet() -> None:
    assert said(look(Home(wan=(Way(10, loss_percent=100), Way(10))))).place is Place.CANNOT_TELL
    assert said(look(Home(lan=WELL, wan=FAR, seconds=0))).place is Place.NOWHERE


def test_sizes_are_those_of_the_whole_way() -> None:
    lossy = said(look(Home(wan=(Way(10, loss_percent=10), Way(10)))))
    assert lossy.lost_percent == pytest.approx(10, abs=4)
    pausing = said(look(Home(wan=at(10, "pauses"))))
    assert pausing.late_ms > 40
