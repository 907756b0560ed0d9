"""Northwind's webhook to the receiver: made through the verb, worked on by workers' turns here and now."""

from accounts.tenancy import acting_for
from events.models import Event
from jobs.models import Job
from webhooks.endpoints import Wanted, get_endpoint, make_endpoint, send_test
from webhooks.kinds import OFFERED
from webhooks.models import Delivery, Endpoint
from webhooks.sending import SEND
from webhooks.tasks import send, tick


def wanted(url="https://erp.example/hook", **changes):
    given = {"name": "ERP", "url": url, "kinds": frozenset(kind.value for kind in OFFERED)}
    return Wanted(**given | changes)


class Webhook:
    """`now` is the endpoint as it is; `log` its deliveries, oldest first."""

    def __init__(self, cast, receiver, **changes):
        self.cast, self.receiver = cast, receiver
        with acting_for(cast.northwind.pk):
            made, self.secret = make_endpoint(cast.admin, wanted(receiver.url, **changes))
        self.pk, self.public_id = made.pk, made.public_id

    @property
    def now(self):
        with acting_for(self.cast.northwind.pk):
            return Endpoint.objects.get(pk=self.pk)

    @property
    def log(self):
        with acting_for(self.cast.northwind.pk):
            return list(Delivery.objects.filter(endpoint=self.pk).order_by("pk"))

    def do(self, verb, *args):
        with acting_for(self.cast.northwind.pk):
            return verb(self.cast.admin, get_endpoint(self.cast.admin, self.public_id), *args)

    def test(self):
        self.do(send_test)
        return self.turn()

    def turn(self):
        """One worker's turn at the job that was noted; returns the log."""
        send(self.cast.northwind.pk, self.pk)
        return self.log

    def work(self):
        """What beat and a worker do for it."""
        tick()
        return self.turn()

    def set(self, **values):
        with acting_for(self.cast.northwind.pk):
            Endpoint.objects.filter(pk=self.pk).update(**values)

    def put(self, **values):
        """The same for every delivery."""
        with acting_for(self.cast.northwind.pk):
            Delivery.objects.filter(endpoint=self.pk).update(**values)

    @property
    def jobs(self):
        return Job.objects.filter(task=SEND, object_id=self.pk).count()

    def events(self, kind):
        with acting_for(self.cast.northwind.pk):
            return list(Event.objects.filter(kind=kind).order_by("id"))
