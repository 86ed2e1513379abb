"""House rules as tests: what docs/ARCHITECTURE.md and the threat model promise about the code itself."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("rooms", "signaling", "sfu", "server", "web")
CODE = (*PACKAGES, "bench", "tests")
TEXT_SUFFIXES = {".py", ".js", ".ts", ".css", ".html", ".md", ".toml", ".txt", ".ini", ".json", ".yaml", ".yml", ".svg"}
SCRIPTS = ("run", "test", "Procfile", ".ci/run")
NOT_OURS = {"vendor", "__pycache__", "node_modules", ".venv", ".tools", ".git", "data", "artifacts"}
LONGEST = 400
README_LONGEST = 80


def files(*places: str, suffixes: set[str] = TEXT_SUFFIXES) -> Iterator[Path]:
    for place in places:
        for path in sorted((ROOT / place).rglob("*")):
            parts = set(path.relative_to(ROOT).parts)
            hidden = any(part.startswith(".") for part in path.relative_to(ROOT).parts[:-1])
            if path.is_file() and path.suffix in suffixes and not parts & NOT_OURS and not hidden:
                yield path


def all_text() -> Iterator[Path]:
    yield from files(*CODE, "docs")
    yield from (path for path in sorted(ROOT.iterdir()) if path.is_file() and path.suffix in TEXT_SUFFIXES)
    yield from (ROOT / name for name in SCRIPTS if (ROOT / name).is_file())


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> set[str]:
    """Every module that a file names in an import, at any depth of the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(), filename=str(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def importers(package: str, *places: str) -> set[str]:
    return {
        name(path)
        for path in files(*places, suffixes={".py"})
        if any(module == package or module.startswith(f"{package}.") for module in imports(path))
    }


def lines_matching(pattern: re.Pattern[str], paths: Iterator[Path]) -> list[str]:
    return [
        f"{name(path)}:{number}: {line.strip()[:120]}"
        for path in paths
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def test_imports_run_one_way(capsys: pytest.CaptureFixture[str]) -> None:
    broken = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)
    assert not broken, capsys.readouterr().out


def test_every_long_file_has_a_reason_in_the_architecture_page() -> None:
    explained = (ROOT / "docs" / "ARCHITECTURE.md").read_text()
    suffixes = {".py", ".js", ".css", ".html"}
    long = {
        name(path): lines
        for path in files(*CODE, suffixes=suffixes)
        if (lines := len(path.read_text().splitlines())) > LONGEST
    }
    unexplained = {path: lines for path, lines in long.items() if path not in explained}
    assert not unexplained, f"Longer than {LONGEST} lines without a reason: {unexplained}"


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= README_LONGEST


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    assert lines_matching(later, all_text()) == []


def test_the_media_library_is_imported_only_where_nobody_s_packets_are() -> None:
    """Media could be decoded or written only through it (threat model P5); `doctor` may ask for its version."""
    assert importers("av", *PACKAGES) <= {"server/doctor.py"}


def test_no_code_path_records() -> None:
    recorders = re.compile(r"MediaRecorder|aiortc\.contrib|ImageCapture|captureStream|showSaveFilePicker|ffmpeg")
    assert lines_matching(recorders, files(*PACKAGES, suffixes={".py", ".js", ".html"})) == []


def test_aiortc_is_named_in_one_file_only() -> None:
    assert importers("aiortc", *PACKAGES) <= {"sfu/control/transport.py"}
    assert importers("aioice", *PACKAGES) == set()


def test_libsrtp_is_named_in_one_file_only() -> None:
    assert importers("pylibsrtp", *PACKAGES) <= {"sfu/packet/srtp.py"}


def test_the_domain_reads_no_clock_no_chance_and_does_no_io() -> None:
    forbidden = {"time", "random", "secrets", "uuid", "asyncio", "socket", "threading", "os", "logging", "pathlib"}
    found = {
        name(path): sorted(used)
        for path in files("rooms", suffixes={".py"})
        if (used := {module.split(".")[0] for module in imports(path)} & forbidden)
    }
    assert found == {}
    clocks = re.compile(r"\b(?:datetime|date)\.(?:now|utcnow|today)\(")
    assert lines_matching(clocks, files("rooms", suffixes={".py"})) == []


def test_the_browser_app_builds_no_html_from_text() -> None:
    unsafe = re.compile(r"unsafeHTML|\.innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(")
    assert lines_matching(unsafe, files("web", suffixes={".js", ".html"})) == []


def test_templates_trust_no_text() -> None:
    unsafe = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
    assert lines_matching(unsafe, files("web", "server", suffixes={".html", ".py"})) == []


def test_pages_name_no_other_host() -> None:
    """Scripts, styles, fonts and pictures come from the server itself; a link that a person follows is their choice."""
    loads = re.compile(r"""(?:\bsrc|\bsrcset|@import|url\(|fetch\(|import\s*\(?|from)\s*=?\s*["'(]?\s*(?:https?:)?//""")
    assert lines_matching(loads, files("web", suffixes={".js", ".css", ".html"})) == []


def spoken(path: Path) -> Iterator[tuple[int, str]]:
    """The words of a file that people read: text between the tags of a template, string literals of a script."""
    markup = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<[^>]*>")
    literal = re.compile(r'"[^"]*"|`[^`]*`')
    for number, line in enumerate(path.read_text().splitlines(), 1):
        yield number, markup.sub(" ", line) if path.suffix == ".html" else " ".join(literal.findall(line))


def test_the_words_for_people_are_calm() -> None:
    harsh = "failed|failure|denied|kicked|invalid|illegal|abort|oops|just|simply"
    pattern = re.compile(rf"(?i)(?<![-\w])(?:{harsh})\b|[a-z]!(?!=)")
    paths = [*files("web/templates", suffixes={".html"}), *(ROOT / "web" / "static" / "js").glob("words*.js")]
    found = [
        f"{name(path)}:{number}: {words}" for path in paths for number, words in spoken(path) if pattern.search(words)
    ]
    assert found == []


def test_locks_hold_names_and_hashes_and_no_address() -> None:
    locks = sorted(ROOT.glob("requirements*.lock"))
    assert locks != []
    assert lines_matching(re.compile(r"https?://|--(?:extra-)?index-url"), locks) == []


def test_nothing_waits_in_a_way_that_swallows_a_cancellation() -> None:
    """Before Python 3.12 `asyncio.wait_for` does when both come at once (CPython issue 86296)."""
    assert lines_matching(re.compile(r"\bwait_for\("), files(*PACKAGES)) == []


def test_no_path_of_one_machine_is_named() -> None:
    machine = re.compile(r"(?<![\w.])/(?:root|work|farm|home/\w+|Users/\w+)/|/tmp/[a-z]+/")
    assert lines_matching(machine, all_text()) == []


def test_no_secret_is_in_a_query() -> None:
    """Tokens travel in the fragment or in a body (threat model 6), never in an address that a log may keep."""
    query = re.compile(r"[?&](?:token|ticket|resume|password|link)=")
    assert lines_matching(query, files(*PACKAGES)) == []
