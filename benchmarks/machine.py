"""Where and with what it was measured."""

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

PACKAGES = ("highspy", "pulp", "ortools", "numpy")


def machine() -> dict[str, str]:
    """Return processor, cores, memory, system and load of this machine."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count() or 1),
        "memory": f"{total_memory_mb() / 1024:.0f} GB",
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "load at the start": f"{load():.1f}",
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that matter; those not installed are left out."""
    found = {"Python": sys.version.split()[0]}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def load() -> float:
    """Return the average number of processes that wanted to run in the last minute."""
    return os.getloadavg()[0]


def total_memory_mb() -> float:
    """Return the machine's memory."""
    return _meminfo("MemTotal")


def available_memory_mb() -> float:
    """Return the memory that a new process may take."""
    return _meminfo("MemAvailable")


def _meminfo(name: str) -> float:
    for line in Path("/proc/meminfo").read_text("ascii").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
