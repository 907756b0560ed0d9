"""What one cell says: its value, its error or its warnings, asked for in one word."""

from organizations.fields import Reading, read_value

PLAIN = Reading()


def value(name, text, reading=PLAIN, country=""):
    read, errors, _ = read_value(name, text, reading, country)
    assert errors == []
    return read


def error(name, text, reading=PLAIN, country=""):
    _, errors, _ = read_value(name, text, reading, country)
    assert len(errors) == 1, f"{text!r} was accepted"
    return errors[0].code


def warning(name, text, reading=PLAIN, country=""):
    read, errors, warnings = read_value(name, text, reading, country)
    assert errors == []
    return read, [problem.code for problem in warnings]
