"""How much memory and time one workbook may take, whoever made it; the kernel sees to it."""

import resource
import signal
from typing import Final

MEGABYTE: Final = 1024 * 1024
# The least and the most that the process may map. In between it is what the content itself would explain: two cells in
# opposite corners of a sheet must not claim the rectangle between them.
LEAST_MEMORY: Final = 256 * MEGABYTE
MOST_MEMORY: Final = 768 * MEGABYTE
MEMORY_PER_BYTE: Final = 3
MOST_SECONDS: Final = 30  # of computing
LONGEST_PAUSE: Final = 60  # seconds by the clock from one answer to the next
LONGEST_WAIT: Final = 600  # seconds for somebody to take an answer; who waits for a database takes none for a while


def bound_memory(content: int) -> None:
    """No more memory than `content` bytes may need; what asks for more fails or aborts."""
    _, highest = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (min(LEAST_MEMORY + MEMORY_PER_BYTE * content, MOST_MEMORY), highest))


def bound_time() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
    signal.alarm(LONGEST_PAUSE)
