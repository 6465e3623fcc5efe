"""The wheel holds the packs, and an installed claimlint finds them without the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from claimlint.packs import builtin_names

PROJECT = Path(__file__).parent.parent


def test_packs_are_found_from_the_wheel(tmp_path):
    build = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--wheel-dir",
            str(tmp_path),
            str(PROJECT),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 0, build.stderr
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    code = "import claimlint, claimlint.packs as p; print(claimlint.__file__); print(*p.builtin_names()); print(len(p.load_packs(['core'])[0].rules))"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    where, names, count = ran.stdout.split("\n")[:3]
    assert Path(where).is_relative_to(site)
    assert names.split() == builtin_names()
    assert int(count) > 30
    assert (site / "claimlint/report/schema/report.schema.json").is_file()
    for name in ("base.html", "page.html", "trend.html", "draft.html", "charts.html", "report.css", "report.js"):
        assert (site / "claimlint/report/html" / name).is_file()
