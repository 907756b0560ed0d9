"""People at the production portal without a browser: they sign in, hand in files, and keep clicking."""

import re
import time
import traceback
from functools import partial

import requests
from urllib3 import encode_multipart_formdata

from support.cast import customer
from support.files import table
from support.going_on import GoingOn

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Visitor:
    """One person with a cookie jar; any refusal, and any broken connection, is noted as a failure."""

    def __init__(self, production, email, password, headers=None):
        self.session = requests.Session()
        self.session.headers.update(headers or {})
        self.session.trust_env = False  # the machine's own authorities and proxies
        self.session.verify = str(production.authority)
        self.url, self.failures, self.requests = production.url, [], 0
        self.post("/accounts/login/", {"login": email, "password": password})

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, data, page=None, **options):
        """Through the form on `page` (or on the path itself), as a browser does."""
        (token, *_) = TOKEN.findall(self.get(page or path).text)
        headers = {"Referer": self.url + path}
        return self.ask("POST", path, data=data | {"csrfmiddlewaretoken": token}, headers=headers, **options)

    def ask(self, method, path, **options):
        self.requests += 1
        try:
            answer = self.session.request(method, self.url + path, timeout=40, **options)
        except requests.RequestException as error:
            self.failures.append(f"{method} {path}: {error!r}")
            raise
        if answer.status_code >= 400:
            self.failures.append(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer

    def hand_in(self, text, name="customers.csv"):
        """The path of the import's page."""
        path = "/organizations/create-multiple/"
        answer = self.post(path, {}, files={"file": (name, text.encode(), "text/csv")})
        assert "/imports/" in answer.url, answer.text
        return answer.url.removeprefix(self.url)

    def start(self, path):
        return self.post(f"{path}start/", {}, page=path)

    def await_words(self, path, words, within=60):
        give_up = time.monotonic() + within
        while words not in (text := self.get(path).text):
            assert time.monotonic() < give_up, text
            time.sleep(0.3)


class SlowFile:
    """A body that a slow line delivers in some four seconds."""

    def __init__(self, content):
        self.content, self.step = content, len(content) // 20 + 1

    def __len__(self):
        return len(self.content)

    def read(self, _size=-1):
        time.sleep(0.2)
        part, self.content = self.content[: self.step], self.content[self.step :]
        return part


class Stream(GoingOn):
    """Visitors who go on until they are told to stop; `failures` says what went wrong for any of them."""

    def __init__(self, make, *, readers):
        what = [self.read] * readers + [self.choose_themes] * readers + [self.import_files, self.hand_in_slowly]
        self.visitors = [make() for _ in what]  # one after the other: the door lets nobody in twice at the same instant
        super().__init__(*(partial(self.go, *pair) for pair in zip(what, self.visitors, strict=True)))
        self.failures, self.rows = [], 0

    @property
    def requests(self):
        return sum(visitor.requests for visitor in self.visitors)

    def await_rows(self, more, within=60):
        """Until so many more rows were imported."""
        wanted, give_up = self.rows + more, time.monotonic() + within
        while self.rows < wanted and not self.failures:
            assert time.monotonic() < give_up, f"only {self.rows} rows came"
            time.sleep(0.1)
        assert self.failures == [], "\n".join(self.failures)

    def go(self, what, visitor):
        try:
            what(visitor)
        except BaseException as error:
            self.failures.append("".join(traceback.format_exception(error)))
        finally:
            self.failures += visitor.failures

    def read(self, visitor):
        while not self.over.is_set():
            assert "Organizations" in visitor.get("/organizations/").text
            time.sleep(0.05)

    def choose_themes(self, visitor):
        """What a proxy may not send twice, all the time."""
        (token, *_) = TOKEN.findall(visitor.get("/organizations/").text)
        form = {"theme": "dark", "next": "/help/", "csrfmiddlewaretoken": token}
        while not self.over.is_set():
            headers = {"Referer": f"{visitor.url}/organizations/"}
            answer = visitor.ask("POST", "/theme/", data=form, headers=headers, allow_redirects=False)
            assert answer.headers["Location"] == "/help/"
            time.sleep(0.05)

    def hand_in_slowly(self, visitor):
        path = "/organizations/create-multiple/"
        while not self.over.is_set():
            (token, *_) = TOKEN.findall(visitor.get(path).text)
            form = {"csrfmiddlewaretoken": token, "file": ("slow.csv", table(count=20))}
            body, kind = encode_multipart_formdata(form)
            headers = {"Referer": visitor.url + path, "Content-Type": kind}
            assert "/imports/" in visitor.ask("POST", path, data=SlowFile(body), headers=headers).url

    def import_files(self, visitor):
        while not self.over.is_set():
            name = f"stream{self.rows}"
            path = visitor.hand_in(table(*(customer(f"{name} {number}") for number in range(20))))
            visitor.await_words(path, "Check the rows, then start")
            visitor.start(path)
            visitor.await_words(path, "The import has finished")
            self.rows += 20
