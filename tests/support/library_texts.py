"""What the library for signing in says and our catalogues say instead: its German calls people du, ours says Sie.

Our catalogues come first for Django, so these win wherever the library says them.
"""

TEXTS = (
    "Please type your current password.",
    "Too many failed login attempts. Try again later.",
    "Your primary email address must be verified.",
    "Be patient, you are sending too many requests.",
    "You must type the same password each time.",
    "You must type the same email each time.",
    "An account already exists with this email address."
    " Please sign in to that account first, then connect your %s account.",
    "Your account has no password set up.",
    "Your account has no verified email address.",
    "Thank you for using %(site_name)s!\n%(site_domain)s",
    "Please Confirm Your Email Address",
    "Your password has been changed.",
    "You're receiving this email because you or someone else has requested a password reset for your user account.\n"
    "It can be safely ignored if you did not request a password reset. Click the link below to reset your password.",
    "Your email address is still pending verification.",
    "Are you sure you want to sign out?",
    "You have confirmed %(email)s.",
    "You have signed out.",
    "Your password is now changed.",
    "You are already logged in as %(user_display)s.",
    "You are about to generate a new set of recovery codes for your account.",
    "You are about to deactivate authenticator app based authentication. Are you sure?",
    "You are about to connect a new third-party account from %(provider)s.",
    "You are about to sign in using a third-party account from %(provider)s.",
    "You decided to cancel logging in to our site using one of your existing accounts."
    ' If this was a mistake, please proceed to <a href="%(login_url)s">sign in</a>.',
)
