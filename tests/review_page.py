#!/usr/bin/env python3
"""A reviewer at the page, in headless Chromium: tests/review_page.py BINARY FOLDER [SCREENSHOTS]

FOLDER has a data set and its catalog. Exit code 77 where there is no Chromium.
"""

import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(__file__))
from webdriver import Browser, free_port, is_installed  # noqa: E402

LOADED = """return document.querySelectorAll('.pane img').length > 0 &&
  [...document.querySelectorAll('.pane img')].every(image => image.complete && image.naturalWidth)"""
SAVED = "return document.getElementById('saved').className === 'saved'"
SELECTED = "return [...document.querySelectorAll('#contours button')].findIndex(button => button.getAttribute('aria-current') === 'true')"
WHOLE = """const edges = (id) => document.getElementById(id).getBoundingClientRect();
  const [sheet, stage] = [edges('sheet'), edges('stage')];
  return sheet.left >= stage.left - 1 && sheet.right <= stage.right + 1 && sheet.top >= stage.top - 1
    && sheet.bottom <= stage.bottom + 1 && (sheet.width > stage.width - 2 || sheet.height > stage.height - 2)"""
SHEET = "return document.getElementById('sheet').style.transform"


class Server:
    """`mammodex review --serve`, killed at the end."""

    def __init__(self, *more, port=0):
        arguments = [BINARY, "review", "--serve", f"127.0.0.1:{port}", *more]
        self.process = subprocess.Popen(arguments, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://127.0.0.1:"), self.process.stderr.read()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def verdicts(reviewer):
    path = os.path.join(FOLDER, "catalog", "reviews", f"{reviewer}.jsonl")
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def query(sql):
    done = subprocess.run([BINARY, "query", "--format", "json", sql], cwd=FOLDER, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def same(actual, expected):
    assert actual == expected, f"{actual!r} is not {expected!r}"


def policy_errors(browser):
    return [line for line in browser.log() if "favicon" not in line]


def a_review_by_keys_is_stored_and_survives_a_kill():
    port = free_port()
    with Browser() as browser:
        with Server("--reviewer", "kim", port=port) as server:
            browser.open(server.url)
            browser.wait(LOADED)
            same(browser.run("return [...document.querySelectorAll('.pane')].slice(0, 4).map(p => p.dataset.view)"), ["RCC", "LCC", "RMLO", "LMLO"])
            boxes = browser.run("return Object.fromEntries([...document.querySelectorAll('.pane')].map(p => [p.dataset.view, p.getBoundingClientRect().toJSON()]))")
            assert boxes["RCC"]["right"] <= boxes["LCC"]["left"] and boxes["RCC"]["bottom"] <= boxes["RMLO"]["top"], boxes
            first = browser.run("return [document.getElementById('case').textContent, document.querySelectorAll('#contours li').length, document.querySelectorAll('#cases option').length]")
            shot(browser, "review")

            # Zoom and pan stay while contours go and come.
            browser.press("+", "+", "Shift+ArrowLeft")
            before = browser.run(SHEET)
            same(browser.run("return getComputedStyle(document.querySelector('.pane path')).visibility"), "visible")
            browser.press("c")
            same(browser.run("return getComputedStyle(document.querySelector('.pane path')).visibility"), "hidden")
            same(browser.run(SHEET), before)
            browser.press("c", "i", "3")
            same(browser.run(SHEET), before)
            assert "invert(1)" in browser.run("return document.querySelector('.pane img').style.filter")
            browser.press("i", "1", "z")
            assert browser.run(SHEET) != before
            shot(browser, "review-zoom")

            # A rejection has a reason; a note goes with it.
            browser.press("e", *"spiculated, too wide", "Enter", "r")
            shot(browser, "review-reasons")
            browser.press("2")
            browser.wait(SAVED)
            (stored,) = verdicts("kim")
            same([stored["verdict"], stored["reason"], stored["note"], stored["number"]], ["reject", "too_large", "spiculated, too wide", 1])
            same([stored["reviewer"], stored["case_id"], stored["snapshot"]], ["kim", first[0], 1])
            assert stored["seconds"] > 0 and len(stored["contour_hash"]) == 64, stored

            # Undone, it no longer counts; the contour is selected again.
            browser.press("u")
            browser.wait(SAVED)
            same([line["verdict"] for line in verdicts("kim")], ["reject", "withdrawn"])
            same(query("SELECT count(*) AS n FROM contour_reviews WHERE status <> 'unreviewed'"), [{"n": 0}])
            browser.press("a")
            browser.wait(SAVED)
            same(query("SELECT contour_hash FROM contour_reviews WHERE status = 'reviewed_once'"), [{"contour_hash": stored["contour_hash"]}])

            # With a Korean keyboard: keys are those of the place, and a note is composed letter by letter.
            for _ in range(2):
                before = browser.run("return getComputedStyle(document.querySelector('.pane path')).visibility")
                browser.devtools("Input.dispatchKeyEvent", type="keyDown", code="KeyC", key="ㅊ", windowsVirtualKeyCode=229)
                browser.devtools("Input.dispatchKeyEvent", type="keyUp", code="KeyC", key="ㅊ", windowsVirtualKeyCode=229)
                assert browser.run("return getComputedStyle(document.querySelector('.pane path')).visibility") != before
            stored = len(verdicts("kim"))
            browser.press("e")
            for text in ["ㅂ", "배", "변", "변ㅇ", "변연"]:
                browser.devtools("Input.imeSetComposition", text=text, selectionStart=len(text), selectionEnd=len(text))
            browser.devtools("Input.insertText", text="변연")
            browser.press("Enter")
            same(len(verdicts("kim")), stored)

            # By clicking.
            browser.click("#second")
            browser.wait(SAVED)
            same([verdicts("kim")[-1]["verdict"], verdicts("kim")[-1]["note"]], ["second_opinion", "변연"])

            # Killed: the page says so, and its verdict is sent when a server answers again.
            server.kill()
            count = len(verdicts("kim"))
            browser.press("a")
            browser.wait("return document.getElementById('saved').className === 'unsaved'")
            same(len(verdicts("kim")), count)
        with open(os.path.join(FOLDER, "catalog", "reviews", "kim.jsonl"), "a", encoding="utf-8") as file:
            file.write('{"number":99,"reviewer":"ki')  # the end of a line that a crash tore
        # At the same address, a new page sends what the old one could not.
        with Server("--reviewer", "kim", port=port) as server:
            browser.open(server.url)
            browser.wait(SAVED)
            browser.wait(LOADED)
            assert "reviewed 3 / " in browser.text("#progress"), browser.text("#progress")
            open_case, open_contour = browser.text("#case"), browser.run(SELECTED)
        lines = open(os.path.join(FOLDER, "catalog", "reviews", "kim.jsonl"), encoding="utf-8").read().splitlines()
        same(len(lines), count + 2)
        same(json.loads(lines[-1])["verdict"], "accept")
    # In another browser the review goes on where it was.
    with Server("--reviewer", "kim") as server, Browser() as browser:
        browser.open(server.url)
        browser.wait(LOADED)
        assert "reviewed 3 / " in browser.text("#progress"), browser.text("#progress")
        # The review goes on where it was.
        same([browser.text("#case"), browser.run(SELECTED)], [open_case, open_contour])
        for _ in range(100):
            if browser.run("return !document.getElementById('notice').hidden"):
                break
            browser.press("a")
            browser.wait(SAVED)
        shot(browser, "review-done")
        lines = open(os.path.join(FOLDER, "catalog", "reviews", "kim.jsonl"), encoding="utf-8").read().splitlines()
        same([line for line in lines if not line.endswith("}")], ['{"number":99,"reviewer":"ki'])
        same(query("SELECT count(*) AS n FROM contour_reviews WHERE status = 'unreviewed'"), [{"n": 0}])
        same(query("SELECT count(*) AS n FROM reviews WHERE number = 99"), [{"n": 0}])
        same(policy_errors(browser), [])


def a_second_reviewer_sees_nothing_of_the_first_in_a_blind_review():
    with Browser(width=1300, height=850) as browser:
        with Server("--reviewer", "lee", "--blind") as server:
            browser.open(server.url)
            browser.wait(LOADED)
            source = browser.run("return fetch('data.js').then(answer => answer.text())")
            assert "kim" not in source and "annotation_user" not in source
            assert "kim" not in browser.text("body")
        with Server("--reviewer", "lee") as server:
            browser.open(server.url)
            browser.wait(LOADED)
            assert "kim" in browser.text("#contours")
            # The hash of what is rejected, by the mouse alone.
            browser.click("#reject")
            browser.click("#reasons [data-reason=not_a_lesion]")
            browser.wait(SAVED)
    disagreement = query("SELECT status, accepted_by, rejected_by, reasons FROM contour_reviews WHERE rejected_by IS NOT NULL")
    same(disagreement, [{"status": "disagreement", "accepted_by": ["kim"], "rejected_by": ["lee"], "reasons": ["not_a_lesion"]}])
    same(query("SELECT count(*) AS n FROM review_disagreements"), [{"n": 1}])
    same(query("SELECT reviewer_a, reviewer_b, contours, agreement FROM review_agreement"), [{"reviewer_a": "kim", "reviewer_b": "lee", "contours": 1, "agreement": 0.0}])


def a_static_page_opens_from_disk_and_its_verdicts_are_imported():
    page = os.path.join(FOLDER, "page")
    subprocess.run([BINARY, "review", "--reviewer", "park", "--static", page], cwd=FOLDER, check=True, capture_output=True)
    downloads = os.path.join(FOLDER, "downloads")
    os.makedirs(downloads)
    with Browser(downloads=downloads, dark=True) as browser:
        browser.open(f"file://{page}/index.html")
        browser.wait(LOADED)
        shot(browser, "review-dark")
        browser.press("l", "d")
        shot(browser, "review-korean")
        same(browser.text("#accept span"), "수락")
        browser.press("a", "r", "1", "a", "u")
        same(browser.run("return document.getElementById('saved').className"), "unsaved")
        # Opened again, nothing is lost.
        browser.open(f"file://{page}/index.html")
        browser.wait(LOADED)
        assert " 2 / " in browser.text("#progress"), browser.text("#progress")
        same(browser.text("#accept span"), "수락")
        browser.press("x")
        browser.wait(SAVED)
        file = os.path.join(downloads, "park.jsonl")
        for _ in range(100):
            if os.path.exists(file):
                break
            time.sleep(0.1)
        # The whole exam stays whole in another window.
        browser.resize(430, 900)
        browser.wait(WHOLE)
        shot(browser, "review-narrow")
        wide = browser.run("return document.documentElement.scrollWidth <= window.innerWidth")
        assert wide, "a narrow window scrolls sideways"
        same(policy_errors(browser), [])
    for count, there in ((4, ""), (0, "; 4 already there")):
        done = subprocess.run([BINARY, "review", "import", file], cwd=FOLDER, check=True, capture_output=True, text=True)
        same(done.stderr, f"{count} verdicts of park added{there}\n")
    same([line["verdict"] for line in verdicts("park")], ["accept", "reject", "accept", "withdrawn"])


def shot(browser, name):
    if SCREENSHOTS:
        browser.screenshot(os.path.join(SCREENSHOTS, f"{name}.png"))


if __name__ == "__main__":
    if not is_installed():
        sys.exit(77)
    BINARY, FOLDER = sys.argv[1:3]
    SCREENSHOTS = sys.argv[3] if len(sys.argv) > 3 else None
    a_review_by_keys_is_stored_and_survives_a_kill()
    a_second_reviewer_sees_nothing_of_the_first_in_a_blind_review()
    a_static_page_opens_from_disk_and_its_verdicts_are_imported()
