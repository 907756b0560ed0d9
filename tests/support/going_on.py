"""Calls that go on in threads of their own while a test does something else."""

import threading


class GoingOn:
    """They begin with `with`, and end after it: each looks at `over`, and is waited for."""

    def __init__(self, *calls):
        self.over = threading.Event()
        self.threads = [threading.Thread(target=call) for call in calls]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        for thread in self.threads:
            thread.join(90)
