"""The organisation as its admins change it: name and directory, colour and logo, words for a crisis, retention."""

from dataclasses import replace

from aiohttp import web

from rooms.program.colours import palette, read_colour
from rooms.program.organisation import BadOrganisation, Branding, Crisis, Organisation, Retention, check_lines
from server.pages.account import letter_languages
from server.pages.answer import RENDERER, file_of, see_other, services_of, show, values_of
from server.routes.guard import account_of
from web.countries import country_names
from web.forms import BadForm, Filled, read_form
from web.people_forms import WORDS, BrandingForm, CrisisForm, OrganisationForm, RetentionForm
from web.people_pages import BrandingPage, CrisisPage, OrganisationPage, RetentionPage
from web.times import zone_choices

SAVED = "Saved."
SPARE_ROWS = 3
PARTS = ("country", "name", "number", "note")
OURS = "#1f6663"


async def _known(request: web.Request) -> Organisation:
    """Raises 303 to the first start where there is no organisation yet."""
    organisation = await services_of(request).organisation.get()
    if organisation is None:
        raise web.HTTPSeeOther("/start")
    return organisation


async def _change(request: web.Request, wanted: Organisation, act: str) -> None:
    await services_of(request).organisation.change(wanted, account_of(request).id, act)


def _said(request: web.Request) -> str:
    return SAVED if "saved" in request.query else ""


# --- name, zone, directory ---------------------------------------------------------------------------------------
async def show_organisation(request: web.Request) -> web.Response:
    known = await _known(request)
    values = {
        "name": known.name,
        "zone": known.zone,
        "language": known.language,
        "directory": "public" if known.has_directory else "private",
    }
    return show(request, _organisation(Filled(values), _said(request)))


async def save_organisation(request: web.Request) -> web.Response:
    known, values = await _known(request), await values_of(request)
    try:
        form = read_form(OrganisationForm, values, WORDS)
        is_public = form.directory == "public"
        wanted = replace(known, name=form.name, zone=form.zone, language=form.language, has_directory=is_public)
        await _change(request, wanted, "organisation-changed")
    except (BadForm, BadOrganisation) as error:
        return show(request, _organisation(_filled(values, error)), status=422)
    return see_other("/admin/organisation?saved")


def _organisation(form: Filled, said: str = "") -> OrganisationPage:
    return OrganisationPage(form=form, zones=zone_choices(), languages=letter_languages(), said=said)


# --- colour and logo ---------------------------------------------------------------------------------------------
async def show_branding(request: web.Request) -> web.Response:
    known = await _known(request)
    return show(request, BrandingPage(form=_colour(known), shades=_shades(known.branding.colour), said=_said(request)))


async def save_branding(request: web.Request) -> web.Response:
    known, values = await _known(request), await values_of(request)
    try:
        form = read_form(BrandingForm, values, WORDS)
        colour = form.colour.strip().lower() if form.own_colour == "yes" else ""
        await _change(request, replace(known, branding=Branding(colour)), "branding-changed")
    except (BadForm, BadOrganisation) as error:
        return show(request, BrandingPage(form=_filled(values, error)), status=422)
    return see_other("/admin/branding?saved")


async def save_logo(request: web.Request) -> web.Response:
    known, content = await _known(request), await file_of(request, "logo")
    try:
        if not content:
            raise BadOrganisation({"logo": "Choose a file first."})
        await services_of(request).organisation.set_logo(content, account_of(request).id)
    except BadOrganisation as error:
        page = BrandingPage(form=Filled(_colour(known).values, error.errors), shades=_shades(known.branding.colour))
        return show(request, page, status=422)
    return see_other("/admin/branding?saved")


async def remove_logo(request: web.Request) -> web.Response:
    await _known(request)
    await services_of(request).organisation.set_logo(None, account_of(request).id)
    return see_other("/admin/branding?saved")


def _colour(known: Organisation) -> Filled:
    colour = known.branding.colour
    return Filled({"own_colour": "yes" if colour else "", "colour": colour or OURS})


def _shades(colour: str) -> str:
    """What became of a colour that could not be read as it is."""
    if not colour or read_colour(colour) is None:
        return ""
    light = palette(colour).light.accent
    if light == colour:
        return "It can be read as it is. On a dark screen we use a lighter shade of it."
    return f"So that everybody can read it, we use the darker shade {light}, and a lighter one on a dark screen."


# --- words for a crisis ------------------------------------------------------------------------------------------
async def show_crisis(request: web.Request) -> web.Response:
    known = await _known(request)
    values = {"text": known.crisis.text}
    for at, line in enumerate(known.crisis.lines):
        values |= {f"{part}-{at}": getattr(line, part) for part in PARTS}
    return show(request, _crisis(request, Filled(values), len(known.crisis.lines), _said(request)))


async def save_crisis(request: web.Request) -> web.Response:
    known, values = await _known(request), await values_of(request)
    count = 0
    while f"name-{count}" in values:
        count += 1
    rows = [tuple(values.get(f"{part}-{at}", "") for part in PARTS) for at in range(count)]
    try:
        form = read_form(CrisisForm, values, WORDS)
        lines = check_lines((country, name, number, note) for country, name, number, note in rows)
        await _change(request, replace(known, crisis=Crisis(form.text, lines)), "crisis-changed")
    except (BadForm, BadOrganisation) as error:
        return show(request, _crisis(request, _filled(values, error), max(0, count - SPARE_ROWS)), status=422)
    return see_other("/admin/crisis?saved")


def _crisis(request: web.Request, form: Filled, used: int, said: str = "") -> CrisisPage:
    default = request.app[RENDERER].site.crisis_text
    return CrisisPage(form=form, rows=used + SPARE_ROWS, default_text=default, countries=country_names(), said=said)


# --- retention ---------------------------------------------------------------------------------------------------
async def show_retention(request: web.Request) -> web.Response:
    kept = (await _known(request)).retention
    values = {
        "sessions": str(kept.sessions),
        "places": str(kept.places),
        "mail": str(kept.mail),
        "audit": str(kept.audit),
    }
    return show(request, RetentionPage(form=Filled(values), said=_said(request)))


async def save_retention(request: web.Request) -> web.Response:
    known, values = await _known(request), await values_of(request)
    try:
        form = read_form(RetentionForm, values, WORDS)
        wanted = Retention(sessions=form.sessions, places=form.places, mail=form.mail, audit=form.audit)
        await _change(request, replace(known, retention=wanted), "retention-changed")
    except (BadForm, BadOrganisation) as error:
        return show(request, RetentionPage(form=_filled(values, error)), status=422)
    return see_other("/admin/retention?saved")


def _filled(values: dict[str, str], error: BadForm | BadOrganisation) -> Filled:
    errors = dict(error.errors)
    problem = errors.pop("problem", "")
    return Filled(values, errors, problem)
