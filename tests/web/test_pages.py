"""The templates, with sample data: structure, words and what must never be in a page."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support.sample_pages import sample_pages
from tests.support.sample_words import RESOURCES, SESSION, SITE, TITLE, TOKEN
from web.forms import Filled
from web.host_pages import ManagePage, SchedulePage
from web.pages import AfterPage, EnterPage, Page, RoomPage, SessionPage, SignInPage
from web.render import Renderer
from web.site import STATIC, Site, build_id, modules_of

PAGES = sample_pages()
NAMES = sorted(PAGES)
FRAMED = [name for name in NAMES if name != "room"]
RENDERER = Renderer(SITE)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
NOT_OUR_WORDS = re.compile(
    r"\b(?:invalid|failed|denied|kicked|illegal|abort|oops|just|simply|user|moderator|cancelled)\b", re.IGNORECASE
)


class Document(HTMLParser):
    """Elements with their attributes, the text that people see, and whether every element was closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def by_id(self, id: str) -> dict[str, str]:
        (found,) = [attributes for _, attributes in self.elements if attributes.get("id") == id]
        return found


def document(page: Page) -> Document:
    return Document(RENDERER.render(page))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_inline_and_nothing_from_elsewhere(name: str) -> None:
    page = document(PAGES[name])
    for tag, attributes in page.elements:
        assert tag != "style"
        assert "style" not in attributes
        assert not [one for one in attributes if one.startswith("on")]
        if tag == "script":
            assert attributes.get("type") == "application/json" or attributes["src"].startswith("/static/look/")
        if tag in ("link", "script", "img", "use", "form"):
            target = attributes.get("src") or attributes.get("href") or attributes.get("action") or "/"
            assert target.startswith("/") and not target.startswith("//")


@pytest.mark.parametrize("name", NAMES)
def test_every_element_is_closed_and_every_id_is_one(name: str) -> None:
    page = document(PAGES[name])
    assert not page.unbalanced
    assert not page.open
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        for name_ in ("for", "aria-describedby", "aria-labelledby"):
            assert set(attributes.get(name_, "").split()) <= set(ids)


@pytest.mark.parametrize("name", NAMES)
def test_every_file_that_a_page_asks_for_exists(name: str) -> None:
    for path in re.findall(r'"/static/look/([^"#]+)', RENDERER.render(PAGES[name])):
        assert path == "js/main.js" or (STATIC / path).is_file(), path


@pytest.mark.parametrize("name", NAMES)
def test_the_words_are_ours(name: str) -> None:
    page = document(PAGES[name])
    assert not NOT_OUR_WORDS.findall(page.text)
    assert "!" not in page.text.replace("!doctype", "")


@pytest.mark.parametrize("name", FRAMED)
def test_every_page_has_its_frame(name: str) -> None:
    page = document(PAGES[name])
    assert page.all("html")[0]["lang"] == "en"
    assert page.all("html")[0]["dir"] == "ltr"
    links = [attributes.get("href") for attributes in page.all("a")]
    assert links[0] == "#main"
    assert "/help" in links
    assert "/help#crisis" in links
    assert page.by_id("quick-exit")["href"] == SITE.quick_exit_url
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1


@pytest.mark.parametrize("name", NAMES)
def test_search_finds_home_the_directory_and_public_groups_alone(name: str) -> None:
    robots = [one for one in document(PAGES[name]).all("meta") if one.get("name") == "robots"]
    assert bool(robots) != PAGES[name].is_listed
    assert not PAGES[name].is_listed or name.partition("-")[0] in ("home", "directory", "group")


@pytest.mark.parametrize(
    "name", [name for name in NAMES if isinstance(PAGES[name], SessionPage | AfterPage | RoomPage)]
)
def test_tab_and_preview_tell_nothing_of_the_group(name: str) -> None:
    html = RENDERER.render(PAGES[name])
    head = html[: html.index("</head>")].partition('<script type="application/json"')[0]
    assert "<title>Meeting</title>" in html
    assert TITLE not in head


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("session-not-open", {"action-check"}),
        ("session-of-group", {"action-check"}),
        ("session-open", {"action-join"}),
        ("session-late", {"action-return"}),
        ("session-lead", {"action-lead"}),
        ("session-canceled", {"action-after"}),
    ],
)
def test_the_session_page_offers_what_is_possible_now(name: str, shown: set[str]) -> None:
    page = document(PAGES[name])
    actions = {
        attributes["id"]: "hidden" not in attributes
        for _, attributes in page.elements
        if attributes.get("id", "").startswith("action-")
    }
    assert {id for id, is_shown in actions.items() if is_shown} == shown


def test_a_moved_session_says_when_it_was_planned_and_what_follows() -> None:
    page = document(PAGES["session-of-group"])
    assert "It was planned for Friday 20 November 2026, 19:30." in page.text
    assert "Saturday 28 November 2026, 19:30" in page.text
    links = {one.get("href"): one for one in page.all("a")}
    assert f"/s/{SESSION}/calendar.ics" in links
    (google,) = [one for href, one in links.items() if href and href.startswith("https://calendar.google.com/")]
    assert "noreferrer" in google["rel"]
    assert "Add to my calendar" not in document(PAGES["session-canceled"]).text


def test_a_time_names_its_zone_and_its_instant() -> None:
    page = document(PAGES["session-open"])
    assert "Lisbon time" in page.text
    assert "2026-11-21T19:30:00Z" in {one.get("datetime") for one in page.all("time")}


def test_the_room_s_data_cannot_break_out_of_its_element() -> None:
    room = PAGES["room"]
    assert isinstance(room, RoomPage)
    html = RENDERER.render(room)
    data = html.split('id="session-data">')[1].split("</script>")[0]
    assert json.loads(data)["title"] == "</script><script>alert(1)</script>"
    assert "<script>alert" not in html
    assert json.loads(data)["urls"]["ticket"] == f"/s/{room.session}/ticket"


def test_what_people_wrote_is_text() -> None:
    session = PAGES["session-open"]
    assert isinstance(session, SessionPage)
    evil = '<img src=x onerror="alert(1)">'
    html = RENDERER.render(replace(session, title=evil, facilitators=evil, discreet_title=evil))
    assert "<img" not in html


def test_links_in_resources_are_links_without_a_trace_back() -> None:
    after = PAGES["after"]
    assert isinstance(after, AfterPage)
    page = document(replace(after, resources=RESOURCES + "\njavascript:alert(1) <b>x</b>"))
    (letter,) = [one for one in page.all("a") if one.get("href") == "https://groups.example/letter"]
    assert "noreferrer" in letter["rel"]
    assert not [one for one in page.all("a") if one.get("href", "").startswith("javascript")]
    assert not page.all("b")


def test_a_form_that_comes_back_keeps_its_input_and_links_each_problem_to_its_field() -> None:
    again = PAGES["schedule-again"]
    assert isinstance(again, SchedulePage)
    values = dict(again.form.values) | {"name": "", "title": "Amina & Jo", "kind": "peer-held", "zone": "Asia/Tokyo"}
    page = document(replace(again, form=Filled(values, again.form.errors)))
    assert page.by_id("title")["value"] == "Amina & Jo"
    assert page.by_id("name")["aria-invalid"] == "true"
    assert "name-error" in page.by_id("name")["aria-describedby"].split()
    assert {"#name", "#time"} <= {one.get("href") for one in page.all("a")}
    assert [one["value"] for one in page.all("option") if "selected" in one] == ["Asia/Tokyo", "never", "facilitators"]
    assert [one["value"] for one in page.all("input") if "checked" in one] == ["never", "peer-held"]


def test_a_password_and_a_token_never_come_back_in_a_page() -> None:
    values = {"name": "Amina", "password": "hunter2hunter2", "link": TOKEN}
    assert "hunter2" not in RENDERER.render(SignInPage(form=Filled(values, {"password": "Write your password."})))
    html = RENDERER.render(PAGES["enter"])
    assert isinstance(PAGES["enter"], EnterPage)
    assert TOKEN not in html


def test_a_personal_link_is_shown_only_on_the_page_that_made_it() -> None:
    manage = PAGES["manage"]
    assert isinstance(manage, ManagePage)
    assert TOKEN in RENDERER.render(manage)
    assert TOKEN not in RENDERER.render(replace(manage, fresh=None))


def test_a_template_that_lacks_a_value_is_a_mistake_that_shows() -> None:
    site = Site(build="x", public_url="http://localhost", quick_exit_url="https://neutral.example/", crisis_text="")
    assert "None" not in Renderer(site).render(PAGES["home"])


def test_the_build_changes_with_any_static_file(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a {}")
    first = build_id(tmp_path)
    (tmp_path / "a.css").write_text("a { }")
    assert first != build_id(tmp_path)
    assert re.fullmatch("[0-9a-f]{12}", first)


def test_modules_are_followed_from_import_to_import(tmp_path: Path) -> None:
    (tmp_path / "js" / "view").mkdir(parents=True)
    (tmp_path / "js" / "main.js").write_text(
        'import { a } from "./a.js";\nimport "./view/b.js";\n// import "./no.js"\n'
    )
    (tmp_path / "js" / "a.js").write_text('export * from "../vendor/c.js";\nimport { main } from "./main.js";\n')
    (tmp_path / "js" / "view" / "b.js").write_text('import {\n  one,\n  two,\n} from "../a.js";\n')
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "c.js").write_text("export const c = 1;\n")
    assert modules_of("js/main.js", tmp_path) == ("js/a.js", "js/view/b.js", "vendor/c.js")
