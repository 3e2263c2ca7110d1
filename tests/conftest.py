"""What the checks share: which notebooks there are, what is skipped where the measured data or a browser are missing."""

import collections
import importlib.resources
import json
import os
import pathlib
import shutil
import sys
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book"))

if os.environ.get("HNN_LITE_DATA"):          # a notebook runs in its own folder, so a relative path would mean another place
    os.environ["HNN_LITE_DATA"] = os.path.abspath(os.environ["HNN_LITE_DATA"])

# chapters that cannot run without the measured data
NEED_DATA = {"a-real-pair.ipynb", "friction.ipynb", "real-pendulum.ipynb"}


@pytest.fixture(scope="module")
def browser():
    """A Chromium without a window that can reach nothing but this machine, and keeps what it complains of and asks for."""
    selenium = pytest.importorskip("selenium.webdriver")
    chromium, driver = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None), shutil.which("chromedriver")
    if not chromium or not driver:
        pytest.skip("NO CHROMIUM WITH ITS DRIVER: nothing was looked at in a browser (Debian: apt-get install chromium chromium-driver)")
    options = selenium.ChromeOptions()
    options.binary_location = chromium
    for switch in ("headless=new", "disable-gpu", "disable-dev-shm-usage", "no-first-run", "disable-background-networking",
                   "disable-component-update", "window-size=1280,900", "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"):
        options.add_argument(f"--{switch}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    window = selenium.Chrome(options=options, service=selenium.ChromeService(driver))
    window.set_script_timeout(110)
    window.execute_cdp_cmd("Performance.enable", {})
    yield window
    window.quit()


def wait(browser, condition):
    """Until the condition, a piece of JavaScript that returns it, holds."""
    browser.execute_async_script(f"const done = arguments[0]; (function look() {{ (() => {{ {condition} }})() ? done() : setTimeout(look, 20) }})()")


def axe():
    """The script of axe-core."""
    return importlib.resources.files("selenium_axe_python").joinpath("axe-core/axe.min.js").read_text(encoding="utf-8")


def pytest_configure(config):
    config.addinivalue_line("markers", "data: needs the measured data (HNN_LITE_DATA, the cache, or the network)")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Timekeeper())
    if os.environ.get("HNN_LITE_REQUIRE_ALL") == "1":
        config.pluginmanager.register(NothingSkipped())


class Timekeeper:
    """Says every minute what is running, and at the end which files took longest."""

    def __init__(self):
        self.running, self.spent, self.over = {}, collections.Counter(), threading.Event()

    def pytest_runtest_logstart(self, nodeid):
        self.running[nodeid] = time.monotonic()

    def pytest_runtest_logreport(self, report):
        self.spent[report.nodeid.split("::")[0]] += report.duration
        if report.when == "teardown":
            self.running.pop(report.nodeid, None)

    def pytest_sessionstart(self, session):
        self.terminal = session.config.pluginmanager.get_plugin("terminalreporter")
        threading.Thread(target=self._tell, args=(time.monotonic(),), daemon=True).start()

    def pytest_sessionfinish(self):
        self.over.set()

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.section("the ten files that took longest")
        for name, seconds in self.spent.most_common(10):
            terminalreporter.line(f"{seconds:6.0f} s  {name}")

    def _tell(self, start):
        while not self.over.wait(60):
            files = sorted({name.split("::")[0] for name in list(self.running)})
            self.terminal.write_line(f"\nafter {(time.monotonic() - start) / 60:.0f} minutes, running: {', '.join(files) or 'nothing yet'}")


class NothingSkipped:
    """With HNN_LITE_REQUIRE_ALL=1 a check that would be skipped fails."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            report.outcome = "failed"
            report.longrepr = f"{reason}\n(HNN_LITE_REQUIRE_ALL=1: nothing may be skipped here)"

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report):
        if report.skipped:
            report.outcome = "failed"
            report.longrepr = f"{report.longrepr}\n(HNN_LITE_REQUIRE_ALL=1: nothing may be skipped here)"


def pytest_collection_modifyitems(items):
    seconds = json.loads((ROOT / "tests" / "seconds.json").read_text())
    items.sort(key=lambda item: -seconds.get(item.path.relative_to(ROOT).as_posix(), 0))          # what takes longest begins first
    for item in items:
        parent = item.parent
        if hasattr(parent, "skip_compare") and "stderr" not in parent.skip_compare:      # a notebook of nbval's
            parent.skip_compare = (*parent.skip_compare, "stderr")
    in_need = [item for item in items if item.path.name in NEED_DATA or item.get_closest_marker("data")]
    if not in_need:
        return
    from hnn_lite.data import recordings
    try:
        recordings.fetch()
    except recordings.DataUnavailable as problem:
        for item in in_need:
            item.add_marker(pytest.mark.skip(reason=f"THE MEASURED DATA ARE MISSING: {problem}"))
