"""Nothing in the project names the machine it was made on, or a place to download from."""

from tests.rules.sources import ROOT, name_of, project_files

# Written in two parts, so that this file does not name them either.
MACHINE_FOLDERS = ("/" + "work/", "/" + "farm/", "/root/" + ".pyenv")
REGISTRY_HOSTS = (
    *("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com"),
    *("deb.debian" + ".org", "security.debian" + ".org", "un" + "pkg.com", "jsdelivr" + ".net"),
)


def test_names_no_machine_and_no_registry() -> None:
    found = []
    for path in project_files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [
            f"{name_of(path)}: {word}"
            for word in (*MACHINE_FOLDERS, *REGISTRY_HOSTS)
            if word in text
        ]
    assert not found


def test_the_entry_points_can_be_started() -> None:
    for name in ("dev.py", ".ci/run"):
        assert (ROOT / name).stat().st_mode & 0o111, f"chmod +x {name}"
