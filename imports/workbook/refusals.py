"""A refusal inside the process, on its way to become an Unreadable outside."""


class Refused(Exception):
    def __init__(self, code: str, **params: int | str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params
