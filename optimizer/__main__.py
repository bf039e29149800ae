"""`python -m optimizer` is the `placement` command."""

from optimizer.cli.app import main

if __name__ == "__main__":
    main()
