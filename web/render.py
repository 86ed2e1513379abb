"""From a typed page to HTML: Jinja with autoescape and strict names. A page that lacks a value fails in the tests."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rooms.program.organisation import Organisation
from web.face import Face
from web.pages import NOBODY, Page, Viewer
from web.site import Site
from web.zone_options import zone_options

TEMPLATES = Path(__file__).parent / "templates"


class Renderer:
    """Renders pages of one instance; safe to share between requests."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals["site"] = site
        self.environment.globals["zone_options"] = zone_options(self.environment)

    def render(self, page: Page, viewer: Viewer = NOBODY, face: Face | None = None) -> str:
        """The whole document. The template is `page.template` and sees `page`, `viewer`, the organisation as `face`
        and the instance as `site`."""
        face = face or Face.of(Organisation(name="Holdspace"), self.site)
        return self.environment.get_template(page.template).render(page=page, viewer=viewer, face=face)
