#!/usr/bin/env python3
"""A report in headless Chromium: tests/report_page.py FOLDER REPORT.html REPORT.json [SCREENSHOTS]

Opens it light, dark, narrow and for print, and compares every cell of its tables with the JSON file. Exit code 77 where
there is no Chromium.
"""

import base64
import json
import os
import pathlib
import sys

sys.path.insert(0, os.path.dirname(__file__))
from webdriver import Browser, is_installed  # noqa: E402

OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
LOADED = "return performance.getEntriesByType('resource').map(entry => entry.name).filter(name => !name.startsWith('data:image/jpeg;'))"
TABLES = """return [...document.querySelectorAll('article')].map(article => [article.id,
  [...article.querySelectorAll('tbody tr')].map(row => [...row.children].map(cell =>
    cell.dataset.value ?? (cell.classList.contains('withheld') ? cell.textContent : null)))])"""
TEXTS = """return [...document.querySelectorAll('td[data-value], th[data-value]')]
  .filter(cell => cell.classList.contains('number')).map(cell => [cell.dataset.value, cell.textContent])"""
LINKS = """return [...document.querySelectorAll('th a')].map(link => {
  const figures = document.querySelectorAll(link.getAttribute('href')), image = figures[0].querySelector('img');
  return [link.getAttribute('href'), figures.length, image ? image.naturalWidth : 0]})"""
HANGUL = """return [...document.querySelectorAll('h1, h2, h3, article > p:not(.blank):not(.label), .code small, figcaption + p')]
  .map(element => element.textContent).filter(text => !/[가-힣]/.test(text))"""
INK = "return [getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).color]"


def value(cell):
    """A cell of the JSON file as the page's attribute has it."""
    return None if cell is None else cell if isinstance(cell, str) else cell


def same_cell(shown, wanted):
    if wanted is None or isinstance(wanted, str):
        return shown == wanted
    return shown is not None and float(shown) == float(wanted)


def compare(browser, report):
    tables = dict(browser.run(TABLES))
    assert set(tables) == {section["name"] for section in report["sections"]}, tables.keys()
    cells = 0
    for section in report["sections"]:
        rows = tables[section["name"]]
        assert len(rows) == len(section["rows"]), section["name"]
        for shown, wanted in zip(rows, section["rows"]):
            assert len(shown) == len(wanted), (section["name"], shown, wanted)
            for a, b in zip(shown, wanted):
                assert same_cell(a, b), (section["name"], a, b)
                cells += 1
    assert cells > 300, cells
    for value, text in browser.run(TEXTS):
        number = float(text.replace(",", "").replace("−", "-"))
        digits = len(text.split(".")[1]) if "." in text else 0
        assert abs(number - float(value)) <= 0.5000001 * 10**-digits, (value, text)
    for tag, verdict in [("b", report["verdict"]), ("small", report["compared_verdict"] or {})]:
        for code, count in verdict.items():
            if isinstance(count, int):
                shown = browser.run("return document.querySelector(`[data-figure=${arguments[0]}] ${arguments[1]}`).dataset.value", code, tag)
                assert int(shown) == count, (code, shown, count)
    # Every link to the picture of a case leads to one, which the browser could decode.
    for link, figures, width in browser.run(LINKS):
        assert figures == 1 and width > 100, (link, figures, width)


def main(folder, page, numbers, screenshots=None):
    url = pathlib.Path(folder, page).absolute().as_uri()
    report = json.loads(pathlib.Path(folder, numbers).read_text(encoding="utf-8"))
    language = report["language"]
    inks = {}
    for look, width, dark in [("light", 1280, False), ("dark", 1280, True), ("narrow", 400, False)]:
        with Browser(width=max(width, 500), height=1000, dark=dark) as browser:
            browser.call("POST", f"/session/{browser.session}/goog/cdp/execute", {
                "cmd": "Emulation.setDeviceMetricsOverride",
                "params": {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False},
            })
            scheme = {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]}
            browser.call("POST", f"/session/{browser.session}/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": scheme})
            browser.open(url)
            assert browser.run("return document.documentElement.lang") == language
            assert browser.run("return window.innerWidth") == width
            assert browser.run(OVERFLOW) <= 0, (look, browser.run(OVERFLOW))
            assert browser.run(LOADED) == [], browser.run(LOADED)
            inks[look] = browser.run(INK)
            compare(browser, report)
            if language == "ko":
                assert browser.run(HANGUL) == [], browser.run(HANGUL)
            printed = browser.post("/print", {"page": {"width": 21.0, "height": 29.7}})
            assert base64.b64decode(printed).startswith(b"%PDF")
            if screenshots:
                os.makedirs(screenshots, exist_ok=True)
                if look == "light":
                    pathlib.Path(screenshots, f"{language}.pdf").write_bytes(base64.b64decode(printed))
                height = browser.run("return document.documentElement.scrollHeight")
                shot = browser.call("POST", f"/session/{browser.session}/goog/cdp/execute", {
                    "cmd": "Page.captureScreenshot",
                    "params": {"captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}},
                })
                pathlib.Path(screenshots, f"{language}-{look}.png").write_bytes(base64.b64decode(shot["data"]))
            assert browser.log() == [], browser.log()
    assert inks["light"] != inks["dark"], inks


if __name__ == "__main__":
    if not is_installed():
        sys.exit(77)
    main(*sys.argv[1:])
