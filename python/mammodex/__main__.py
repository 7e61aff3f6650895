"""The command `mammodex`: `python -m mammodex`, and the script that pip installs."""

import os
import sys

from ._binary import MammodexError, binary


def main() -> None:
    """Replaces this process by the command, so that signals and the terminal are its own."""
    try:
        command = binary()
    except MammodexError as error:
        sys.exit(f"mammodex: {error}")
    os.execv(command, [str(command), *sys.argv[1:]])


if __name__ == "__main__":
    main()
