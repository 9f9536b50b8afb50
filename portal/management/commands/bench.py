"""`manage.py bench`: how fast the hot paths are, as ratios to a limit taken in the same run.

Figures of one machine mean little on another; the ratio to what the machine can do at best means the same everywhere.
"""

import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.management.bench import api, growth, lighthouse, matching, search, tables
from portal.management.bench.guides import MANY, many_guides, one_guide
from portal.management.bench.servers import BARE_SETTINGS, HEAD, Target, etag, line_of, measure, serving

GOAL_MS = 2_000


GUIDE = Target("GET", "/guides/getting-started/", {"Accept-Encoding": "gzip"})
AUDITED = (
    "/",
    GUIDE.path,
    "/reference/",
    "/reference/operations/resolvePatient/",
    "/console/operations/resolvePatient/",
    "/changelog/",
    "/search/",
)
"""What Lighthouse looks at."""
BARE_PAGE = Target("GET", "/page", {"Accept-Encoding": "gzip"})


class Command(BaseCommand):
    """Measure what is asked for most, each with one server process."""

    help = (
        "Measure tokens/s against raw RS256 signatures/s, authenticated reads/s and pushes/s against a bare DRF view, "
        "what a read costs among 500 and among 500,000 patients, guide pages/s against a bare Django view, the "
        "milliseconds that guides take to render, answers of the search/s against the same view, how often matching "
        "is right, signed-in pages over big tables, and Lighthouse's scores."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument("--seconds", type=float, default=5.0, help="how long each load runs (default 5)")
        parser.add_argument("--port", type=int, default=8765)
        parts = ("api", "growth", "guides", "search", "matching", "tables", "lighthouse")
        parser.add_argument("--only", choices=parts, help="only this part")

        growth.add_arguments(parser)
        tables.add_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Measure and print."""
        parts = {
            "api": lambda port, seconds, _: api.bench(self.stdout.write, port, seconds),
            "growth": lambda port, seconds, _: growth.bench(self.stdout.write, port, seconds, options),
            "guides": self._guides,
            "search": lambda port, seconds, folder: search.bench(self.stdout.write, port, seconds, folder),
            "matching": self._matching,
            "tables": lambda *_: tables.bench(self.stdout.write, options),
            "lighthouse": self._lighthouse,
        }
        for name, part in parts.items():
            if options["only"] in {None, name}:
                with tempfile.TemporaryDirectory() as folder:
                    part(options["port"], options["seconds"], Path(folder))

    def _guides(self, port: int, seconds: float, folder: Path) -> None:
        with serving(port, folder) as process:
            page = measure(process, port, GUIDE, 200, seconds)
            known = Target(GUIDE.method, GUIDE.path, {**GUIDE.headers, "If-None-Match": etag(port, GUIDE)})
            unchanged = measure(process, port, known, 304, seconds)
        with serving(port, folder, DJANGO_SETTINGS_MODULE=BARE_SETTINGS) as process:
            bare = measure(process, port, BARE_PAGE, 200, seconds)
        for line in (
            HEAD,
            line_of("bare Django view, 8 kB (limit)", bare, bare),
            line_of("guide page", page, bare),
            line_of("guide page, not modified (304)", unchanged, bare),
        ):
            self.stdout.write(line)
        self.stdout.write(f"{'one guide, rendered':38}{one_guide():12.0f} ms")
        self.stdout.write(f"{f'{MANY} guides, in two languages':38}{many_guides():12.0f} ms (goal {GOAL_MS})")

    def _matching(self, _port: int, _seconds: float, _folder: Path) -> None:
        self.stdout.write("\nThe matching trial: 20,000 generated people, and 8,000 who come to the desk")
        for line in matching.report(matching.run()):
            self.stdout.write(line)
        self.stdout.write("\nweights in bits, and in brackets what the population shows")
        for line in matching.report_weights():
            self.stdout.write(line)

    def _lighthouse(self, port: int, _seconds: float, folder: Path) -> None:
        try:
            lighthouse.prepare()
            with serving(port, folder):
                for path in AUDITED:
                    self._report(path, lighthouse.audit(f"http://localhost:{port}{path}"))
        except lighthouse.MissingError as exc:
            self.stdout.write(f"Lighthouse skipped: {exc}")

    def _report(self, path: str, report: lighthouse.Report) -> None:
        scores = ", ".join(f"{name} {score}" for name, score in report.scores.items())
        self.stdout.write(f"Lighthouse {path}: {scores}; LCP {report.lcp:.2f} s, {report.bytes / 1000:.1f} kB")
        for fault in report.faults:
            self.stdout.write(f"  {fault}")
