"""Prints how large the built functions are, and fails when one is above its budget."""

import io
import sys
import zipfile
from pathlib import Path

BUILT = Path(__file__).resolve().parents[2] / ".aws-sam" / "build"
BUDGET = 5_000_000


def main():
    too_large = []
    for function in ("ApiFunction", "SweeperFunction"):
        binary = BUILT / function / "bootstrap"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(binary, "bootstrap")
        size = len(packed.getvalue())
        print(f"{function:16} {machine(binary):8} {binary.stat().st_size:>10,} bytes, zipped {size:>9,} bytes")
        if size > BUDGET:
            too_large.append(function)
    if too_large:
        sys.exit(f"above {BUDGET:,} bytes: {', '.join(too_large)}")


def machine(binary):
    """The processor of an ELF file."""
    code = int.from_bytes(binary.read_bytes()[18:20], "little")
    return {0x3E: "x86_64", 0xB7: "arm64"}.get(code, "unknown")


main()
