"""The page on which somebody signs in at the stand-in and says yes or no."""

from collections.abc import Mapping
from html import escape

from csp_link.fake.partners import Partner

# Who may sign in, by the name that the page sends back.
CHOICES = {
    "member": "with multi-factor authentication",
    "no_mfa": "without multi-factor authentication",
    "guest": "somebody of another company",
}
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stand-in for Microsoft: permissions requested</title>
<style>
 body {{ font: 16px/1.5 system-ui, sans-serif; background: #f2f2f2; color: #1b1b1b; margin: 0; padding: 2rem 1rem }}
 main {{ background: #fff; max-width: 27rem; margin: auto; padding: 2rem; box-shadow: 0 2px 6px #0003 }}
 h1 {{ font-size: 1.4rem; margin: .5rem 0 1rem }} p, label {{ margin: .5rem 0; display: block }}
 .who {{ color: #5c3c00; background: #fff4d6; padding: .5rem .75rem }}
 button {{ font: inherit; padding: .5rem 1.5rem; margin: 1rem .5rem 0 0; border: 1px solid #666; background: #fff }}
 button[value=accept] {{ background: #0a5ea8; border-color: #0a5ea8; color: #fff }}
</style></head><body><main>
<p class="who">This is a stand-in for Microsoft's sign-in page. No real account is asked for.</p>
<h1>Permissions requested by {app}</h1>
<p>for {partner}: <em>Access Partner Center as you</em>, and <em>keep this access</em>.</p>
<form method="post" action="/{tenant}/oauth2/v2.0/consent">
{hidden}
<fieldset><legend>Sign in as</legend>{choices}</fieldset>
<button name="answer" value="accept">Accept</button><button name="answer" value="cancel">Cancel</button>
</form></main></body></html>"""


def page(partner: Partner, asked: Mapping[str, str]) -> str:
    hidden = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in asked.items()
    )
    choices = "".join(
        f'<label><input type="radio" name="as" value="{name}"{" checked" if name == "member" else ""}>'
        f" {escape(partner.user if name != 'guest' else 'somebody@elsewhere.example')} ({words})</label>"
        for name, words in CHOICES.items()
    )
    return PAGE.format(
        app="Cloudbroker", partner=escape(partner.name), tenant=partner.id, hidden=hidden, choices=choices
    )
