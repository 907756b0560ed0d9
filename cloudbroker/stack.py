"""Room for the interpreter's own stack, taken once for each request.

CPython keeps the frames of calls in chunks of 16 kB, and gives one back as soon as its first frame returns. A loop that
happens to run at the end of a chunk has the system map and clear a new one at every call: for a list of organizations,
whose template is nested just as deep, that took a seventh of the time. Whether it befalls a page depends on how many
callers are above it, so on the server and on each middleware. CPython 3.15 keeps a chunk for the next call
(github.com/python/cpython/issues/142183); those before have to be asked for a larger one.
"""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Words of a frame that needs more than half of 256 kB: the chunk for it has as much again for everybody whom it calls.
WORDS: Final = 2**14


def stack_middleware(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    def with_room(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    with_room.__code__ = with_room.__code__.replace(co_stacksize=WORDS)  # never touched, so it costs no memory
    return with_room
