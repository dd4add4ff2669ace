"""The command `mockserver`, also as `python -m mockserver`."""

import sys


def main() -> int:
    """Run the command; the exit code is returned. Ctrl-C while modules are still loading ends it quietly, too."""
    try:
        from mockserver.cli.commands import main as run
    except KeyboardInterrupt:
        return 0
    return run()


if __name__ == "__main__":
    sys.exit(main())
