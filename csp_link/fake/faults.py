"""The ways in which an answer of Partner Center or of the login server goes wrong, in each of the shapes they have."""

from csp_link.fake.behaviour import Fault
from csp_link.fake.exchange import Answer, as_json, as_page, moved

# Code of a Partner Center error: status and description.
CODES = {
    "2000": (400, "The request is invalid."),
    "3000": (400, "The property is invalid."),
    "400": (401, "Access denied."),
    "800001": (401, "The partner's token is missing in the context."),
    "900420": (401, "Tokens for the audience https://graph.windows.net are no longer accepted."),
    "900421": (401, "Multi-factor authentication is required: the token carries no MFA claim."),
    "1002": (403, "Authorization Failed"),
    "2032": (403, "Access denied."),
    "20002": (403, "There is no commerce relationship between the partner and the customer."),
    "900150": (403, "The user's role lacks rights."),
    "900308": (403, "Insufficient privileges."),
    "900309": (403, "Blocked by Conditional Access."),
    "900329": (403, "This operation doesn't support application-only authentication."),
    "900124": (403, "The partner hasn't accepted the Microsoft Partner Agreement."),
    "1000": (404, "The resource was not found."),
    "60003": (404, "The tenant was not found."),
    "900278": (409, "Another operation is pending."),
    "800003": (500, "An unexpected error occurred."),
}
OUTAGE = "<html><head><title>Service Unavailable</title></head><body><h2>The service is unavailable.</h2></body></html>"


def api_error(code: str) -> Answer:
    """The documented shape; the code is a number there, whatever the documents say."""
    status, description = CODES[code]
    body = {"code": int(code), "description": description, "data": [], "source": "PartnerFD"}
    answer = as_json(body, status)
    if status in (401, 403):
        answer.headers["WWW-Authenticate"] = "OAuth realm=urn:cpsvc:cpid:00000000-0000-4000-8000-000000000000"
    return answer


def gateway_error(status: int, message: str) -> Answer:
    """The shape of the gateway in front of it."""
    return as_json({"statusCode": status, "message": message}, status)


def throttled(seconds: str) -> Answer:
    answer = gateway_error(429, f"Rate limit is exceeded. Try again in {seconds} seconds.")
    answer.headers["Retry-After"] = seconds
    return answer


def of_the_line(fault: Fault, good: Answer) -> Answer | None:
    """What is wrong below the protocol, and so the same for both servers; None when it is something else."""
    match fault.kind:
        case "drop":
            return Answer(drop=True)
        case "slow":
            good.delay = fault.seconds
            return good
        case "truncated":  # fewer bytes than were announced
            good.cut = True
            return good
        case "cut_json":  # as many bytes as were announced, and no JSON
            good.body = good.body[: len(good.body) // 2]
            return good
        case "302":
            return moved(fault.to)
        case "429":
            return throttled(fault.retry_after or "40")
        case "500":
            return as_json({"code": 800003, "description": "An unexpected error occurred.", "data": []}, 500)
        case "501":
            return as_json({"code": 0, "description": "exception not defined"}, 501)
        case "502":
            return Answer(502)
        case "503" | "504":
            return as_page(OUTAGE, int(fault.kind))
    return None


def of_the_api(fault: Fault, good: Answer) -> Answer:
    return of_the_line(fault, good) or api_error(fault.kind)
