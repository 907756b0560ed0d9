"""/control/…, by which tests and demonstrations switch the stand-in's behaviour and change its world.

GET behaviour, requests, world; POST behaviour {switch: value}, world {partner, resize | vanish | come_back | change |
move_domain}, certificates {pem}, reset.
"""

import json
from collections import deque
from typing import Any

from csp_link.fake import assertions
from csp_link.fake.exchange import Answer, Asked, as_json
from csp_link.fake.login import Login
from csp_link.fake.partner_api import PartnerCenter


class Controls:
    def __init__(self, api: PartnerCenter, login: Login, log: deque[dict[str, Any]]) -> None:
        self.world, self.switches = api.world, api.switches
        self.api, self.login, self.log = api, login, log

    def answer(self, asked: Asked) -> Answer | None:
        if not asked.path.startswith("/control/"):
            return None
        verb = getattr(self, f"_{asked.method.lower()}_{asked.path.removeprefix('/control/')}", None)
        if verb is None:
            return as_json({"error": "there is no such control"}, 404)
        try:
            return as_json(verb(json.loads(asked.body or b"{}")))
        except (ValueError, KeyError, TypeError) as error:
            return as_json({"error": repr(error)}, 422)

    def _get_behaviour(self, given: Any) -> Any:
        return self.switches.shown()

    def _post_behaviour(self, given: Any) -> Any:
        self.switches.change(given)
        return self.switches.shown()

    def _get_requests(self, given: Any) -> Any:
        return list(self.log)

    def _get_world(self, given: Any) -> Any:
        sizes = {partner: len(customers) for partner, customers in self.world.customers.items()}
        return {"customers": sizes, "mutations": list(self.world.mutations)}

    def _post_world(self, given: Any) -> Any:
        partner = given["partner"]
        if "resize" in given:
            self.world.resize(partner, int(given["resize"]))
        self.world.vanish(partner, given.get("vanish", ()))
        self.world.come_back(partner, given.get("come_back", ()))
        for which, values in given.get("change", {}).items():
            self.world.change(partner, which, **values)
        for source, target in given.get("move_domain", ()):
            self.world.move_domain(partner, source, target)
        return self._get_world(given)

    def _post_certificates(self, given: Any) -> Any:
        self.login.certificates.add(assertions.thumbprint(given["pem"]))
        return {}

    def _post_reset(self, given: Any) -> Any:
        self.world.reset()
        self.switches.reset()
        self.api.calls.clear()
        self.login.certificates.clear()
        self.log.clear()
        return {}
