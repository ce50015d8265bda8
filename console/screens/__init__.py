"""The full screens of the console, one file each."""
