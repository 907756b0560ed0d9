"""Wherever a request begins on the interpreter's stack, no loop in it has the system map memory at every call."""

import resource

from django.http import HttpResponse
from django.test import Client

from cloudbroker import health

DEEPER = 200  # calls, which take more than the 16 kB of a chunk: somewhere among them the loop is at the end of one
TURNS = 300


def test_no_page_pays_for_where_on_the_stack_it_happens_to_be_made(monkeypatch):
    faults = []

    def page(request):
        before = _faults()
        for _turn in range(TURNS):
            _calls(10)
        faults.append(_faults() - before)
        return HttpResponse()

    monkeypatch.setitem(health.ANSWERS, "/livez", page)
    client = Client()
    for depth in range(DEEPER):
        _below(depth, lambda: client.get("/livez"))
    assert len(faults) == DEEPER
    assert max(faults) < TURNS / 2


def _calls(depth):
    if depth:
        _calls(depth - 1)


def _below(depth, call):
    return _below(depth - 1, call) if depth else call()


def _faults():
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
