"""What ``bin/test`` scans for: known weaknesses of the locked packages, and secrets that were left in the tree.

A weakness or a secret ends it with 1. Advisories that could not be asked for are told as *not checked*, and fail
nothing: the tests have to run where nothing is reached.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.core.plugins.initialize import from_plugin_classname
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("locks/runtime.txt",)
SECONDS = 15
PLUGINS = (
    "ArtifactoryDetector",
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "CloudantDetector",
    "DiscordBotTokenDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "MailchimpDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SendGridDetector",
    "SlackDetector",
    "SquareOAuthDetector",
    "StripeDetector",
    "TelegramBotTokenDetector",
    "TwilioKeyDetector",
)
"""Forms of real secrets. Random-looking text alone is not one: locks and ids are full of it."""
WORDED = ("BasicAuthDetector", "KeywordDetector")
"""``password = "…"`` and the like: an example in tests and documents, a secret anywhere else."""
NAMED = re.compile(
    r"""(?:secret|passw|pwd|api_?key|private_?key|token|contrase)\w*["']?\s*(?:[:=]+>?|\()\s*["'`]""", re.IGNORECASE
)
"""A name that says secret, and a text given to it."""
INVENTED = ("tests/", "docs/", "benchmarks/")
MACHINE_MADE = ("locks/", ".png", ".csv", "package-lock.json")
"""Hashes and figures, which take longest to look through."""


def weaknesses(told: str) -> tuple[list[str], int, int]:
    """Return the weaknesses in pip-audit's JSON, and how many packages were checked and how many were not."""
    packages = json.loads(told)["dependencies"]
    found = [
        f"{package['name']} {package['version']}: {weakness['id']} → {', '.join(weakness.get('fix_versions') or ['–'])}"
        for package in packages
        for weakness in package.get("vulns", ())
    ]
    skipped = sum("skip_reason" in package for package in packages)
    return found, len(packages) - skipped, skipped


def ask_advisories(lock: str) -> str | None:
    """Return what pip-audit says of a lock file as JSON, None when its database was not reached in time."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", lock, "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "5"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.stdout.startswith("{") else None


def check_packages(locks: Iterable[str] = LOCKS) -> int:
    """Tell the weaknesses of the locked packages and return how many there are."""
    total = 0
    for lock in locks:
        told = ask_advisories(lock)
        found, checked, skipped = weaknesses(told) if told else ([], 0, 0)
        total += len(found)
        for line in found:
            say(f"✗ {lock}: {line}")
        if not checked:
            say(f"– {lock}: 弱点の一覧に届かず、確かめていません / NOT CHECKED, no advisories were reached")
        elif skipped:
            say(f"– {lock}: {skipped} 個は確かめていません / {skipped} packages not checked")
        else:
            say(f"✓ {lock}: {checked}")
    return total


def tracked() -> Sequence[str]:
    """Return the files of the tree, as git has them or would take them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in told.splitlines() if (ROOT / name).is_file()]


def secrets_in(names: Sequence[str], root: Path = ROOT) -> list[str]:
    """Return where files hold what looks like a secret, as ``file:line: kind``.

    ``pragma: allowlist secret`` in the line excuses it.
    """
    collection = SecretsCollection(root=str(root))
    for invented, kinds in ((True, PLUGINS), (False, (*PLUGINS, *WORDED))):
        with transient_settings({"plugins_used": [{"name": name} for name in kinds]}):
            forms = [form for name in kinds for form in forms_of(name)]
            for name in names:
                if name.startswith(INVENTED) == invented and not is_machine_made(name):
                    written = (root / name).read_bytes().decode("utf-8", "replace")
                    # Line by line takes a while, and few files have anything like it.
                    if any(form.search(written) for form in forms):
                        collection.scan_file(name)
    return sorted(f"{name}:{secret.line_number}: {secret.type}" for name, secret in collection)


def forms_of(kind: str) -> Iterator[re.Pattern[str]]:
    """Yield what a detector looks for, to be searched in a whole file at once."""
    detector = from_plugin_classname(kind)
    if kind == "KeywordDetector":
        yield NAMED
        return
    assert isinstance(detector, RegexBasedDetector)
    yield from detector.denylist


def is_machine_made(name: str) -> bool:
    """Return whether nobody writes a file by hand."""
    return name.startswith(MACHINE_MADE) or name.endswith(MACHINE_MADE)


def check_secrets() -> int:
    """Tell the secrets in the tree and return how many there are."""
    names = tracked()
    found = secrets_in(names)
    for line in found:
        say(f"✗ {line}")
    if not found:
        say(f"✓ {len(names)} files")
    return len(found)


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(1 if check_packages() + check_secrets() else 0)
