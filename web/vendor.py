"""Install the locked front-end packages and copy what the pages serve into ``web/static/vendor`` (not in git).

``python -m web.vendor`` is safe to run again: nothing happens while the lock file is unchanged and all is in place.
The folder's ``manifest.json`` holds the sha384 of each served file, as browsers check it.
"""

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

WEB = Path(__file__).parent
VENDOR = WEB / "static" / "vendor"
MANIFEST = "manifest.json"

SERVED = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
    "tokens.css": "@digital-go-jp/design-tokens/dist/tokens.css",
    "japan.svg": "@svg-maps/japan/japan.svg",
    "licenses/htmx.txt": "htmx.org/LICENSE",
    "licenses/design-tokens.txt": "@digital-go-jp/design-tokens/LICENSE",
    "licenses/svg-maps-japan.txt": "@svg-maps/japan/LICENSE.md",
}
"""Name under ``static/vendor`` and where the file is in ``node_modules``."""


def tell(text: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(text + "\n")


class VendorError(RuntimeError):
    """The front-end packages could not be installed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in place: ``lock`` is the digest of the lock file, ``integrity`` the sha384 of each file by name."""

    lock: str
    integrity: dict[str, str]


def integrity(content: bytes) -> str:
    """Return the Subresource Integrity value of ``content``."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")


def read_manifest(vendor: Path = VENDOR) -> Manifest | None:
    """Return what is in place, or None when the packages were never copied or a file of them is missing."""
    try:
        stored = json.loads((vendor / MANIFEST).read_text("utf-8"))
        manifest = Manifest(lock=stored["lock"], integrity=dict(stored["integrity"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return manifest if all((vendor / name).is_file() for name in manifest.integrity) else None


def lock_digest(web: Path = WEB) -> str:
    """Return a digest of the lock file and of the list of served files: both decide what is in the folder."""
    content = (web / "package-lock.json").read_bytes() + json.dumps(SERVED).encode()
    return "sha256:" + hashlib.sha256(content).hexdigest()


def install(npm: str, web: Path = WEB) -> None:
    """Run ``npm ci`` without any package's scripts. Raises VendorError with npm's own words when it fails."""
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(command, cwd=web, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as fault:
        raise VendorError(
            f"npm ({npm}) を起動できません。Node.js を入れるか --npm で場所を指定してください / "
            f"cannot start npm ({npm}); install Node.js or name it with --npm: {fault.strerror}"
        ) from fault
    if done.returncode:
        raise VendorError(f"npm ci が失敗しました / npm ci failed:\n{done.stderr.strip() or done.stdout.strip()}")


def copy(web: Path = WEB) -> Manifest:
    """Copy the served files anew and write the manifest last, so that an interrupted copy counts as none."""
    vendor = web / "static" / "vendor"
    shutil.rmtree(vendor, ignore_errors=True)
    digests = {}
    for name, origin in SERVED.items():
        target = vendor / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((web / "node_modules" / origin).read_bytes())
        digests[name] = integrity(target.read_bytes())
    manifest = Manifest(lock=lock_digest(web), integrity=digests)
    text = json.dumps({"lock": manifest.lock, "integrity": digests}, indent=2)
    (vendor / MANIFEST).write_text(text + "\n", "utf-8")
    return manifest


def is_current(web: Path = WEB) -> bool:
    """Return whether the served files and the packages they came from match the lock file."""
    manifest = read_manifest(web / "static" / "vendor")
    installed = (web / "node_modules" / ".package-lock.json").is_file()
    return installed and manifest is not None and manifest.lock == lock_digest(web)


def main(arguments: list[str] | None = None) -> int:
    """Install and copy unless all is in place. Exit code 1 with one message when that is not possible."""
    parser = argparse.ArgumentParser(prog="python -m web.vendor", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--npm", default=shutil.which("npm") or "npm", help="npm to use (default: the one on PATH)")
    parser.add_argument("--installed", action="store_true", help="copy from node_modules as it is, without running npm")
    parser.add_argument("--force", action="store_true", help="install and copy even when all is in place")
    options = parser.parse_args(arguments)
    if is_current() and not options.force:
        return 0
    tell("画面の部品を用意します / preparing the front-end packages")
    try:
        if not options.installed:
            # npm runs inside web/, so a relative path would be lost there.
            found = Path(options.npm)
            install(str(found.absolute()) if found.is_file() else options.npm)
        copy()
    except (VendorError, OSError) as fault:
        tell(f"✗ {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
