"""The partners that the stand-in knows, each with one registered app. All of it is made up and meant to be known."""

from dataclasses import dataclass
from typing import Final

PUBLIC, GOVERNMENT, CHINA = "public", "government", "china"
LOGIN_HOSTS: Final = {
    "login.microsoftonline.com": PUBLIC,
    "login.microsoftonline.us": GOVERNMENT,
    "login.partner.microsoftonline.cn": CHINA,
    "login.chinacloudapi.cn": CHINA,
}
API_HOSTS: Final = ("api.partnercenter.microsoft.com", "partner.partnercenterapi.microsoftonline.cn")


@dataclass(frozen=True)
class Partner:
    name: str
    id: str
    app_id: str
    secret: str
    domain: str
    cloud: str = PUBLIC

    @property
    def user(self) -> str:
        return f"integration@{self.domain}"


NORTHWIND: Final = Partner(
    "Northwind Cloud",
    "0a11ce00-1111-4000-8000-000000000001",
    "a9900000-1111-4000-8000-000000000001",
    "northwind-demo-secret",
    "northwindcloud.onmicrosoft.com",
)
FABRIKAM: Final = Partner(
    "Fabrikam Services",
    "0a11ce00-2222-4000-8000-000000000002",
    "a9900000-2222-4000-8000-000000000002",
    "fabrikam-demo-secret",
    "fabrikamservices.onmicrosoft.com",
)
POTOMAC: Final = Partner(
    "Potomac Public Sector",
    "0a11ce00-3333-4000-8000-000000000003",
    "a9900000-3333-4000-8000-000000000003",
    "potomac-demo-secret",
    "potomac.onmicrosoft.us",
    GOVERNMENT,
)
HUANGPU: Final = Partner(
    "Huangpu Networks",
    "0a11ce00-4444-4000-8000-000000000004",
    "a9900000-4444-4000-8000-000000000004",
    "huangpu-demo-secret",
    "huangpu.partner.onmschina.cn",
    CHINA,
)
PARTNERS: Final = {partner.id: partner for partner in (NORTHWIND, FABRIKAM, POTOMAC, HUANGPU)}
