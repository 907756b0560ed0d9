"""The form of a connection. Secrets go in and never come out, not even the one that was just typed."""

import re
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from csp_link.certificates import BadCertificate, ends_on
from csp_link.clouds import Cloud
from csp_link.connecting import Wanted
from csp_link.models import Connection, CredentialKind, Mode
from organizations.forms import problems_of

_GUID: Final = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_NO_ID: Final = _("This is not an ID as Microsoft writes them: 8-4-4-4-12 digits and letters from a to f.")


class IdField(forms.CharField):
    """A GUID, with or without braces."""

    def clean(self, value: Any) -> uuid.UUID:
        text = str(super().clean(value)).strip().strip("{}")
        if not _GUID.fullmatch(text):
            raise forms.ValidationError(_NO_ID)
        return uuid.UUID(text)


class UnseenTextarea(forms.Textarea):
    def format_value(self, value: Any) -> str:
        return ""


class ConnectionForm(forms.Form):
    cloud = forms.ChoiceField(
        label=_("Cloud"), choices=Cloud.choices, help_text=_("In which your partner tenant was made.")
    )
    partner_id = IdField(
        label=_("Partner tenant ID"),
        error_messages={"required": _("Enter the ID of your own partner tenant.")},
        help_text=_("In Partner Center under Account settings › Organization profile › Microsoft ID."),
    )
    app_id = IdField(
        label=_("Application (client) ID"),
        error_messages={"required": _("Enter the ID of the app that you registered.")},
        help_text=_("In Microsoft Entra under App registrations › your app › Overview."),
    )
    mode = forms.ChoiceField(
        label=_("How to sign in"),
        choices=Mode.choices,
        help_text=_("“App and user” is what Microsoft recommends and can read more; it needs a sign-in, once."),
    )
    credential_kind = forms.ChoiceField(label=_("How the app proves itself"), choices=CredentialKind.choices)
    secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        max_length=1_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Where the app proves itself with one: its value, not its ID."),
    )
    credential_expires_on = forms.DateField(
        label=_("The secret expires on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        help_text=_("We remind you 30 days before."),
        error_messages={"invalid": _("This is not a date.")},
    )
    certificate = forms.CharField(
        label=_("Private key and certificate"),
        required=False,
        max_length=30_000,
        strip=True,
        widget=UnseenTextarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "Where the app proves itself with a certificate: both as PEM text, one after the other, the key without a"
            " passphrase."
        ),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, connection: Connection | None) -> None:
        names = ("cloud", "partner_id", "app_id", "mode", "credential_kind", "credential_expires_on")
        super().__init__(data, initial={name: getattr(connection, name) for name in names} if connection else None)
        self.kept = connection.credential_kind if connection and connection.sealed_credential else ""
        for name in ("secret", "certificate"):
            if self.kept == _kind(name):
                self.fields[name].help_text = _("One is stored. Leave this empty to keep it.")

    def clean_secret(self) -> str:
        secret: str = self.cleaned_data["secret"]
        if _GUID.fullmatch(secret):
            raise forms.ValidationError(_("This is the secret's ID. Enter its value, which Microsoft shows only once."))
        return secret

    def clean_certificate(self) -> str:
        pem: str = self.cleaned_data["certificate"]
        if pem:
            try:
                self.certificate_ends_on = ends_on(pem)
            except BadCertificate as bad:
                raise forms.ValidationError(bad.sentence) from None
        return pem

    def clean(self) -> None:
        name = self.cleaned_data.get("credential_kind", "")
        wanted = "certificate" if name == CredentialKind.CERTIFICATE else "secret"
        if name and name != self.kept and wanted not in self.errors and not self.cleaned_data.get(wanted):
            missing = _("Paste the key and the certificate.") if wanted == "certificate" else _("Enter the secret.")
            self.add_error(wanted, missing)

    @property
    def wanted(self) -> Wanted:
        """What a valid form says. A certificate tells itself when it ends."""
        given = self.cleaned_data
        kind = CredentialKind(given["credential_kind"])
        is_certificate = kind == CredentialKind.CERTIFICATE
        return Wanted(
            Cloud(given["cloud"]),
            given["partner_id"],
            given["app_id"],
            Mode(given["mode"]),
            kind,
            given["certificate" if is_certificate else "secret"],
            self._ends(is_certificate),
        )

    def _ends(self, is_certificate: bool) -> date | None:
        if not is_certificate:
            return self.cleaned_data["credential_expires_on"]  # type: ignore[no-any-return]
        return getattr(self, "certificate_ends_on", None) or self.initial.get("credential_expires_on")

    @property
    def problems(self) -> list[dict[str, str]]:
        return problems_of(self)


def _kind(name: str) -> CredentialKind:
    return CredentialKind.CERTIFICATE if name == "certificate" else CredentialKind.SECRET
