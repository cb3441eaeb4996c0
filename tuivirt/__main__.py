"""``python -m tuivirt`` and the ``tuivirt`` command."""

import sys


def main() -> None:
    """Run the command line and end the process with its status."""
    from tuivirt import ending, startup

    startup.begin()
    ending.on_end(ending.leave)
    from tuivirt.cli import main as run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
