"""Watchdogs that work at the same time: they end in any order, what stood before stands after, and each still bites."""

import signal
import subprocess
import sys
import time

import pytest

from ludens.arena.watchdog import Hung, Watchdog


@pytest.fixture(autouse=True)
def before():
    """Keep the alarm that the test run itself may have set."""
    handler, timer = signal.getsignal(signal.SIGALRM), signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, *timer)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)], ids=str)
def test_whatever_ends_first_nothing_is_left_behind(order):
    dogs = [Watchdog(limit).__enter__() for limit in (40.0, 20.0, 60.0)]
    assert signal.getitimer(signal.ITIMER_REAL)[1] == pytest.approx(5.0)
    for number in order:
        dogs[number].__exit__(None, None, None)
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_one_bites_after_another_that_began_first_has_ended():
    first, second = Watchdog(30.0).__enter__(), Watchdog(0.2).__enter__()
    first.__exit__(None, None, None)
    second.begin()
    with pytest.raises(Hung, match=r"no move after 0\.2 s"):
        time.sleep(20)
    second.__exit__(None, None, None)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_process_outlives_its_watchdogs():
    lines = (
        "from ludens.arena.watchdog import Watchdog",
        "one, two = Watchdog(0.05).__enter__(), Watchdog(0.05).__enter__()",
        "one.__exit__(None, None, None)",
        "two.__exit__(None, None, None)",
        "import atexit, time",
        "time.sleep(0.2)",
    )
    done = subprocess.run([sys.executable, "-P", "-c", "\n".join(lines)], check=False, timeout=60)
    assert done.returncode == 0
