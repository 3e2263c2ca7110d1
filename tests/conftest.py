"""What the checks share: which notebooks there are, what is skipped where the measured data or a browser are missing."""

import os
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book"))

if os.environ.get("HNN_LITE_DATA"):          # a notebook runs in its own folder, so a relative path would mean another place
    os.environ["HNN_LITE_DATA"] = os.path.abspath(os.environ["HNN_LITE_DATA"])

# chapters that cannot run without the measured data
NEED_DATA = {"real-pendulum.ipynb"}


def pytest_configure(config):
    config.addinivalue_line("markers", "data: needs the measured data (HNN_LITE_DATA, the cache, or the network)")
    if os.environ.get("HNN_LITE_REQUIRE_ALL") == "1":
        config.pluginmanager.register(NothingSkipped())


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
    for item in items:
        parent = item.parent
        if hasattr(parent, "skip_compare") and "stderr" not in parent.skip_compare:      # a notebook of nbval's
            parent.skip_compare = (*parent.skip_compare, "stderr")
    in_need = [item for item in items if item.path.name in NEED_DATA or item.get_closest_marker("data")]
    if not in_need:
        return
    from hnn_lite.datasets import recordings
    try:
        recordings.fetch()
    except recordings.DataUnavailable as problem:
        for item in in_need:
            item.add_marker(pytest.mark.skip(reason=f"THE MEASURED DATA ARE MISSING: {problem}"))
