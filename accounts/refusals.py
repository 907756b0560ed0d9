"""What a verb raises when it understands the request, and the state of things does not allow it."""


class Refused(Exception):
    """Answered with 409; the sentence tells the person why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
