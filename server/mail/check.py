"""Whether the mail server of the settings can be spoken to; for `doctor`."""

from server.config import Config
from server.doctor_ways import Finding
from server.mail.smtp import Smtp, Verdict


async def mail(config: Config) -> Finding:
    """Connects and signs in, and sends nothing."""
    if config.smtp_host is None:
        return Finding("Mail", True, "not set up: hosts see links and QR codes instead (HOLDSPACE_SMTP_HOST)")
    where = f"{config.smtp_host}:{config.smtp_port_in_use}"
    try:
        answer = await Smtp(config).greet()
    except OSError as error:
        return Finding("Mail", False, f"HOLDSPACE_SMTP_CA cannot be read ({error.strerror})")
    if answer.verdict is Verdict.ACCEPTED:
        how = "without TLS, on this machine" if config.smtp_security == "none" else "with TLS"
        signed_in = ", signed in" if config.smtp_user else ""
        return Finding("Mail", True, f"{where} answers, {how}{signed_in}")
    return Finding("Mail", False, f"{where} does not take letters ({answer.reply}). They wait until it does")
