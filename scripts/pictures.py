#!/usr/bin/env python3
"""Makes the pictures of docs/images: scripts/pictures.py [BINARY]

Needs Chromium with its driver. Writes a sample data set below the temporary folder, indexes it, and takes the pictures of
the report, of agreement and of shortcuts. Those of the review page are taken by tests/review_page.py, shortcuts.svg by
tests/docs.rs.
"""

import base64
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from webdriver import Browser  # noqa: E402

LABEL = "p.diagnosis = 'malignant'"
# Picture, page, language, dark, width, first and last element that are shown.
SHOTS = [
    ("report", "report.html", False, 1040, "header", "#findings tbody tr:nth-of-type(4)"),
    ("report-compared", "compared.html", False, 1040, "#composition", "#ages figure"),
    ("report-agreement", "report.html", False, 1040, "#agreement", "#agreement figure"),
    ("report-shortcuts", "report.html", False, 1040, "#shortcuts", "#shortcuts figure"),
    ("report-outliers", "report.html", False, 1040, "#outliers .pictures", "#outliers .pictures figure:nth-of-type(6)"),
    ("report-korean", "korean.html", True, 1040, "#stages", "#tumor_sizes figure"),
    ("report-narrow", "korean.html", False, 400, "header", "#findings tbody tr:nth-of-type(2)"),
]
BOX = """const top = document.querySelector(arguments[0]).getBoundingClientRect().top + scrollY;
const last = document.querySelector(arguments[1]);
return [Math.max(0, top - 8), last.getBoundingClientRect().bottom + scrollY + 16]"""


def prepare(binary, folder):
    """Two snapshots of a sample with two readers, and three reports."""
    def run(*arguments):
        done = subprocess.run([binary, *arguments], cwd=folder, capture_output=True, text=True)
        assert done.returncode < 2, (arguments, done.stderr)

    run("sample", "data", "--patients", "400", "--readers", "2", "--flaws")
    run("index", "data")
    cases = sorted((folder / "data/dcm/Uncompressed/Normal").iterdir())[:3]
    for case in cases:
        for file in case.iterdir():
            file.unlink()
        case.rmdir()
    run("index", "data", "--force")
    run("cohort", "create", "all", "--where", "true")
    run("report", "all", "--outliers", "--min-cell", "1", "-o", "report.html")
    run("report", "all", "--compare", "1", "--min-cell", "1", "-o", "compared.html")
    run("report", "all", "--lang", "ko", "--min-cell", "1", "-o", "korean.html")
    run("agreement", "-o", "agreement.svg")


def shoot(folder, name, page, dark, width, first, last):
    with Browser(width=max(width, 500), height=1000, dark=dark) as browser:
        def devtools(command, parameters):
            return browser.call(
                "POST", f"/session/{browser.session}/goog/cdp/execute", {"cmd": command, "params": parameters}
            )

        devtools("Emulation.setDeviceMetricsOverride",
                 {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False})
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        devtools("Emulation.setEmulatedMedia", {"features": [scheme]})
        browser.open((folder / page).as_uri())
        top, bottom = browser.run(BOX, first, last)
        clip = {"x": 0, "y": top, "width": width, "height": bottom - top, "scale": 1}
        shot = devtools("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        (ROOT / "docs/images" / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def main(binary=ROOT / "target/debug/mammodex"):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        prepare(pathlib.Path(binary).absolute(), folder)
        for shot in SHOTS:
            shoot(folder, *shot)
        picture = (folder / "agreement.svg").read_text(encoding="utf-8")
        (ROOT / "docs/images/agreement.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
